//! Collecting staged chunks that no item refers to.
//!
//! Every staged value has a head that names the item it was staged for. One whose item now holds something
//! else is removed, unless it was staged so lately that its commit may still be under way. The removal has
//! the stamp of the staging that was seen, so that one that comes between stands.

use bytes::Bytes;
use data_engine::{Cell, Durability, Mutation, Stamp};

use super::chunks::{Head, ONLY, chunk_key};
use super::space::Space;
use crate::KvError;
use crate::envelope::{self, BLOB_ID_BYTES, Envelope};
use crate::limits::{COLLECT_BATCH, STAGED_GRACE};

/// What a collection came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Collected {
    /// Staged values that an item refers to, or may soon.
    pub kept: u64,
    /// Staged values removed.
    pub removed: u64,
}

impl Space {
    pub(super) async fn collect(&self) -> Result<Collected, KvError> {
        let mut collected = Collected::default();
        let mut after: Option<Bytes> = None;
        loop {
            let names = self.blobs.partitions(after.as_deref(), COLLECT_BATCH);
            let names = names.await?;
            let Some(last) = names.last() else {
                return Ok(collected);
            };
            after = Some(last.clone());
            for name in names {
                if self.is_collected(&name).await? {
                    collected.removed += 1;
                } else {
                    collected.kept += 1;
                }
            }
        }
    }

    /// Removes a staged value if nothing refers to it; returns whether it did.
    async fn is_collected(&self, name: &[u8]) -> Result<bool, KvError> {
        let Some(Cell { value, stamp, .. }) = self.blobs.cell(name, ONLY).await? else {
            return Ok(false);
        };
        let is_young = self.clock.now().since(stamp.moment()) < STAGED_GRACE;
        let (Ok(blob), Some(head)) = (name.try_into(), Head::decode(value)) else {
            // A newer version's: it is not ours to remove.
            return Ok(false);
        };
        if is_young || self.refers(&head, blob).await? {
            return Ok(false);
        }
        for index in 0..head.chunks {
            let key = chunk_key(blob, index);
            let removal = vec![Mutation::delete(ONLY)];
            self.chunks
                .write_at(key, removal, stamp, Durability::Process)
                .await?;
        }
        self.forget(blob, stamp).await?;
        Ok(true)
    }

    /// The head goes last: what is left of a removal that fails is found again.
    async fn forget(&self, blob: [u8; BLOB_ID_BYTES], stamp: Stamp) -> Result<(), KvError> {
        let removal = vec![Mutation::delete(ONLY)];
        self.blobs
            .write_at(blob, removal, stamp, Durability::Process)
            .await?;
        Ok(())
    }

    async fn refers(&self, head: &Head, blob: [u8; BLOB_ID_BYTES]) -> Result<bool, KvError> {
        let Some(cell) = self.items.cell(&head.id, &head.key).await? else {
            return Ok(false);
        };
        Ok(match envelope::decode(cell.value) {
            Ok(Envelope::Chunked(other)) => other.id == blob,
            Ok(Envelope::Inline(_) | Envelope::Deleted) => false,
            // What cannot be read may refer to it.
            Err(_) => true,
        })
    }
}
