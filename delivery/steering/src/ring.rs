//! The signing keys over time, as a function of the clock.
//!
//! A key goes through: made and handed out; signing, once every appliance has had time to learn it;
//! accepted, while tokens it signed may live; gone. The first key of all signs at once: an appliance that
//! does not know a token's key asks for the keys.

use contracts_delivery::{KeySet, SigningKey};
use platform_clock::Timestamp;
use platform_entropy::Entropy;
use serde::{Deserialize, Serialize};

use crate::limits::{KEY_LEARNING, KEY_ROTATION, MAX_TOKEN_LIFE};

/// Keys that are made and not yet gone, newest first; never empty once [`Ring::advance`] ran.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Ring {
    keys: Vec<Stamped>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Stamped {
    made: Timestamp,
    key: SigningKey,
}

impl Ring {
    /// Makes a key if one is due and drops those that are over. Returns whether anything changed.
    pub(crate) fn advance(&mut self, now: Timestamp, entropy: &dyn Entropy) -> bool {
        let before = self.keys.len();
        let over = |newer: &Stamped| newer.made.plus(KEY_LEARNING).plus(MAX_TOKEN_LIFE) <= now;
        // Every key older than one that has signed for as long as a token lives is over.
        if let Some(newest_kept) = self.keys.iter().position(over) {
            self.keys.truncate(newest_kept + 1);
        }
        let dropped = before != self.keys.len();
        let due = self
            .keys
            .first()
            .is_none_or(|newest| newest.made.plus(KEY_ROTATION) <= now);
        if due {
            self.keys.insert(
                0,
                Stamped {
                    made: now,
                    key: draw(entropy),
                },
            );
        }
        due || dropped
    }

    /// The key that signs now.
    pub(crate) fn signer(&self, now: Timestamp) -> Option<&SigningKey> {
        let learnt = self
            .keys
            .iter()
            .find(|one| one.made.plus(KEY_LEARNING) <= now);
        learnt.or(self.keys.last()).map(|one| &one.key)
    }

    /// What appliances accept, the signer first.
    pub(crate) fn key_set(&self, now: Timestamp) -> KeySet {
        let signer = self.signer(now).map(|key| key.id);
        let mut keys: Vec<_> = self.keys.iter().map(|one| one.key.clone()).collect();
        keys.sort_by_key(|key| Some(key.id) != signer);
        KeySet { keys }
    }
}

fn draw(entropy: &dyn Entropy) -> SigningKey {
    let (mut id, mut secret) = ([0; 4], [0; 32]);
    entropy.fill(&mut id);
    entropy.fill(&mut secret);
    SigningKey::new(u32::from_be_bytes(id), secret)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use contracts_delivery::{Claims, ReleaseId, SessionId, TokenError};
    use data_objects::ContentHash;
    use platform_entropy::SeededEntropy;
    use proptest::prelude::*;

    use super::*;

    fn claims(expires: Timestamp) -> Claims {
        let release = ReleaseId(ContentHash::of(b"release"));
        Claims {
            session: SessionId::from_bytes([1; 16]),
            expires,
            release,
        }
    }

    #[test]
    fn a_new_key_is_handed_out_before_it_signs() {
        let entropy = SeededEntropy::shared(1);
        let mut ring = Ring::default();
        let start = Timestamp::from_millis(1_000);
        assert!(ring.advance(start, &*entropy));
        let first = ring.signer(start).unwrap().id;
        let rotated = start.plus(KEY_ROTATION);
        assert!(ring.advance(rotated, &*entropy));
        assert!(!ring.advance(rotated, &*entropy), "nothing more is due");
        assert_eq!(ring.key_set(rotated).keys.len(), 2);
        assert_eq!(ring.signer(rotated).unwrap().id, first);
        let learnt = rotated.plus(KEY_LEARNING);
        assert_ne!(ring.signer(learnt).unwrap().id, first);
        assert_eq!(
            ring.key_set(learnt).keys[0].id,
            ring.signer(learnt).unwrap().id
        );
    }

    proptest! {
        /// Whatever the gaps between checks, a token is accepted until it expires, by an appliance that
        /// heard the keys of any moment from its signing on.
        #[test]
        fn no_token_outlives_its_key(gaps in proptest::collection::vec(1_u64..40_000, 1..60)) {
            let entropy = SeededEntropy::shared(2);
            let mut ring = Ring::default();
            let mut now = Timestamp::from_millis(0);
            let mut tokens: Vec<(String, Timestamp)> = Vec::new();
            for gap in gaps {
                now = now.plus(Duration::from_secs(gap));
                ring.advance(now, &*entropy);
                let expires = now.plus(MAX_TOKEN_LIFE);
                tokens.push((ring.signer(now).unwrap().sign(&claims(expires)), expires));
                let keys = ring.key_set(now);
                prop_assert!(keys.keys.len() <= 4);
                for (token, expires) in &tokens {
                    let verified = keys.verify(token, now);
                    if now < *expires {
                        prop_assert!(verified.is_ok());
                    } else {
                        prop_assert!(matches!(
                            verified,
                            Err(TokenError::Expired | TokenError::UnknownKey(_))
                        ));
                    }
                }
            }
        }
    }
}
