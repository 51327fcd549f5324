//! Content keys: each is derived from one secret and its own name, so that there is one thing to keep and to back up.
//!
//! HMAC-SHA-256 (RFC 2104) over a label and the key's id, of which the first half is the key: whoever has some keys
//! learns nothing of the others. The secret is a row of the store, so that control planes agree on it.

use contracts_delivery::{ContentKey, ContentKeys, KeyId};
use data_engine::{CasTable, Durability, EngineError, SharedEngine};
use hmac::{Hmac, Mac as _};
use platform_entropy::Entropy;
use sha2::Sha256;

const TABLE: &str = "content_keys";
const PARTITION: &[u8] = b"playback";
const ITEM: &[u8] = b"secret";
const SECRET_BYTES: usize = 32;
/// Keys of another kind, derived from the same secret one day, would be under another.
const LABEL: &[u8] = b"marquee content key 1";

/// Why the secret could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The store failed; a retry may help.
    #[error("the store of the content keys failed")]
    Store(#[from] EngineError),
    /// The row is not what this version writes. It is left alone: other keys would not decrypt what is published.
    #[error(
        "the stored secret of the content keys cannot be read; was the store written by a newer version?"
    )]
    Unreadable,
}

/// The keys of everything that was and will be encrypted. Does not print.
pub struct KeyVault {
    secret: [u8; SECRET_BYTES],
}

impl KeyVault {
    /// Reads the secret, making it in a new store.
    ///
    /// # Errors
    /// [`KeysError`].
    pub async fn open(engine: &SharedEngine, entropy: &dyn Entropy) -> Result<Self, KeysError> {
        let table = CasTable::open(engine, TABLE).await?;
        let mut drawn = [0; SECRET_BYTES];
        entropy.fill(&mut drawn);
        let made = Some(drawn.to_vec().into());
        // Lost when there is a secret, of an earlier start or of another process.
        table
            .swap(PARTITION, ITEM, None, made, Durability::Power)
            .await?;
        let stored = table.get(PARTITION, ITEM).await?;
        let secret = stored.and_then(|stored| stored[..].try_into().ok());
        Ok(Self {
            secret: secret.ok_or(KeysError::Unreadable)?,
        })
    }
}

impl ContentKeys for KeyVault {
    fn key(&self, id: KeyId) -> ContentKey {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes keys of any length");
        mac.update(LABEL);
        mac.update(&id.0);
        let derived: [u8; 32] = mac.finalize().into_bytes().into();
        let mut key = [0; 16];
        key.copy_from_slice(&derived[..16]);
        ContentKey::new(key)
    }
}

impl std::fmt::Debug for KeyVault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyVault(withheld)")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use data_engine::MemoryEngine;
    use platform_entropy::SeededEntropy;

    use super::*;

    #[tokio::test]
    async fn a_store_has_one_secret_and_each_name_a_key_of_its_own() {
        let engine: SharedEngine = Arc::new(MemoryEngine::default());
        let open = |seed| {
            let engine = Arc::clone(&engine);
            async move {
                KeyVault::open(&engine, &*SeededEntropy::shared(seed))
                    .await
                    .unwrap()
            }
        };
        let (first, second) = (open(1).await, open(2).await);
        let (one, two) = (KeyId([1; 16]), KeyId([2; 16]));
        assert_eq!(first.key(one).reveal(), second.key(one).reveal());
        assert_ne!(first.key(one).reveal(), first.key(two).reveal());
        let other: SharedEngine = Arc::new(MemoryEngine::default());
        let other = KeyVault::open(&other, &*SeededEntropy::shared(3))
            .await
            .unwrap();
        assert_ne!(other.key(one).reveal(), first.key(one).reveal());
        assert!(!format!("{first:?}").contains(char::is_numeric));
    }
}
