//! The signing keys in the store: one row, changed by compare-and-set, so that control planes agree.

use contracts_delivery::{Claims, KeySet};
use data_engine::{CasTable, Durability, EngineError, SharedEngine};
use parking_lot::RwLock;
use platform_clock::SharedClock;
use platform_entropy::SharedEntropy;

use crate::limits::KEY_SWAP_TRIES;
use crate::ring::Ring;

const TABLE: &str = "delivery_keys";
const PARTITION: &[u8] = b"playback";
const ITEM: &[u8] = b"ring";

/// Why the keys could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The store failed; the keys in memory go on being used, and the next check tries again.
    #[error("the store of the signing keys failed")]
    Store(#[from] EngineError),
    /// The row is not what this version writes; it is left alone.
    #[error("the stored signing keys cannot be read; was the store written by a newer version?")]
    Unreadable(#[from] serde_json::Error),
    /// Other processes kept changing the keys; the next check tries again.
    #[error("the signing keys were being changed by others")]
    Contended,
}

/// The keys, as last read.
pub(crate) struct Keys {
    table: CasTable,
    clock: SharedClock,
    entropy: SharedEntropy,
    ring: RwLock<Ring>,
}

impl Keys {
    /// Reads the keys, making the first one in a new store.
    pub(crate) async fn open(
        engine: &SharedEngine,
        clock: SharedClock,
        entropy: SharedEntropy,
    ) -> Result<Self, KeysError> {
        let table = CasTable::open(engine, TABLE).await?;
        let keys = Self {
            table,
            clock,
            entropy,
            ring: RwLock::default(),
        };
        keys.check().await?;
        Ok(keys)
    }

    /// Reads the keys again, makes and drops what is due.
    pub(crate) async fn check(&self) -> Result<(), KeysError> {
        for _ in 0..KEY_SWAP_TRIES {
            let stored = self.table.get(PARTITION, ITEM).await?;
            let mut ring: Ring = match &stored {
                Some(json) => serde_json::from_slice(json)?,
                None => Ring::default(),
            };
            let changed = ring.advance(self.clock.now(), &*self.entropy);
            if !changed || self.replace(stored.as_deref(), &ring).await? {
                *self.ring.write() = ring;
                return Ok(());
            }
        }
        Err(KeysError::Contended)
    }

    async fn replace(&self, stored: Option<&[u8]>, ring: &Ring) -> Result<bool, KeysError> {
        let json = serde_json::to_vec(ring)?;
        let swap = self.table.swap(
            PARTITION,
            ITEM,
            stored,
            Some(json.into()),
            Durability::Power,
        );
        Ok(swap.await?)
    }

    /// The token for `claims`.
    pub(crate) fn sign(&self, claims: &Claims) -> String {
        let ring = self.ring.read();
        let signer = ring.signer(self.clock.now());
        signer
            .expect("`open` made a key and none is dropped without a successor")
            .sign(claims)
    }

    /// What appliances accept now.
    pub(crate) fn key_set(&self) -> KeySet {
        self.ring.read().key_set(self.clock.now())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contracts_delivery::{ReleaseId, SessionId};
    use data_engine::MemoryEngine;
    use data_objects::ContentHash;
    use platform_clock::{Clock as _, ManualClock, Timestamp};
    use platform_entropy::SeededEntropy;

    use super::*;
    use crate::limits::{KEY_LEARNING, KEY_ROTATION};

    #[tokio::test]
    async fn two_control_planes_share_their_keys_and_a_restart_keeps_them() {
        let engine: SharedEngine = Arc::new(MemoryEngine::default());
        let clock = ManualClock::at(Timestamp::from_millis(1_000));
        let open = |seed| Keys::open(&engine, clock.clone(), SeededEntropy::shared(seed));
        let (first, second) = (open(1).await.unwrap(), open(2).await.unwrap());
        let claims = Claims {
            session: SessionId::from_bytes([1; 16]),
            expires: Timestamp::from_millis(u64::MAX / 2000 * 1000),
            release: ReleaseId(ContentHash::of(b"release")),
        };
        assert_eq!(
            second.key_set().verify(&first.sign(&claims), clock.now()),
            Ok(claims)
        );
        clock.advance(KEY_ROTATION);
        first.check().await.unwrap();
        second.check().await.unwrap();
        clock.advance(KEY_LEARNING);
        let token = first.sign(&claims);
        assert_eq!(second.key_set().verify(&token, clock.now()), Ok(claims));
        let restarted = open(3).await.unwrap();
        assert_eq!(restarted.sign(&claims), token);
    }
}
