//! The keys this appliance accepts, and when it may ask for newer ones.

use std::time::Duration;

use contracts_delivery::{Claims, KeySet, TokenError};
use parking_lot::RwLock;
use platform_clock::SharedClock;

use crate::limits::KEY_REFETCH_INTERVAL;

/// The keys as the control plane last gave them.
#[derive(Debug)]
pub(crate) struct KeyRing {
    keys: RwLock<KeySet>,
    clock: SharedClock,
    /// When an unknown key last made the appliance ask; held while it does, so that a burst of such
    /// tokens asks once.
    asked: tokio::sync::Mutex<Option<Duration>>,
}

impl KeyRing {
    pub(crate) fn new(clock: SharedClock, keys: KeySet) -> Self {
        Self {
            keys: RwLock::new(keys),
            clock,
            asked: tokio::sync::Mutex::default(),
        }
    }

    /// Takes the keys of a reply; whether they differ from those before.
    pub(crate) fn replace(&self, keys: KeySet) -> bool {
        let ids = |keys: &KeySet| keys.keys.iter().map(|key| key.id).collect::<Vec<_>>();
        let mut known = self.keys.write();
        let changed = ids(&known) != ids(&keys);
        *known = keys;
        changed
    }

    pub(crate) fn snapshot(&self) -> KeySet {
        self.keys.read().clone()
    }

    /// Checks a token; one whose key is unknown makes `refetch` run, at most once a second, and is
    /// checked again.
    pub(crate) async fn admit<F: Future<Output = ()>>(
        &self,
        token: &str,
        refetch: impl FnOnce() -> F,
    ) -> Result<Claims, TokenError> {
        match self.verify(token) {
            Err(TokenError::UnknownKey(_)) => {}
            verdict => return verdict,
        }
        let mut asked = self.asked.lock().await;
        let now = self.clock.monotonic();
        if asked.is_none_or(|at| now.saturating_sub(at) >= KEY_REFETCH_INTERVAL) {
            *asked = Some(now);
            refetch().await;
        }
        drop(asked);
        self.verify(token)
    }

    /// Checks a token with the keys that are known here.
    pub(crate) fn verify(&self, token: &str) -> Result<Claims, TokenError> {
        self.keys.read().verify(token, self.clock.now())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use contracts_delivery::{ReleaseId, SessionId, SigningKey};
    use data_objects::ContentHash;
    use platform_clock::{ManualClock, Timestamp};

    use super::*;

    #[tokio::test]
    async fn an_unknown_key_is_asked_for_once_a_second() {
        let clock = ManualClock::at(Timestamp::from_millis(1_000));
        let ring = KeyRing::new(clock.clone(), KeySet::default());
        let key = SigningKey::new(7, [7; 32]);
        let claims = Claims {
            session: SessionId::from_bytes([1; 16]),
            expires: Timestamp::from_millis(60_000),
            release: ReleaseId(ContentHash::of(b"release")),
        };
        let (token, asked) = (key.sign(&claims), AtomicU32::new(0));
        let nothing = || async {
            asked.fetch_add(1, Ordering::Relaxed);
        };
        for _ in 0..5 {
            assert_eq!(
                ring.admit(&token, nothing).await,
                Err(TokenError::UnknownKey(7))
            );
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        clock.advance(KEY_REFETCH_INTERVAL);
        let learn = || async {
            ring.replace(KeySet { keys: vec![key] });
        };
        assert_eq!(ring.admit(&token, learn).await, Ok(claims));
    }
}
