//! Reads that are held against the object's name, block by block.

use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::limits::{MAX_READ_BYTES, PART_BYTES, PARTS_AT_ONCE};
use crate::store::{Store, blocking, readable};
use crate::tree::{BLOCK_BYTES, Outboard};
use crate::{ContentHash, ObjectError};

/// An object whose reads are verified. Cheap to clone; holds 32 bytes per MiB of the object.
#[derive(Debug, Clone)]
pub struct Verified {
    store: Arc<dyn Store>,
    outboard: Arc<Outboard>,
}

impl Verified {
    pub(crate) fn new(store: Arc<dyn Store>, outboard: Outboard) -> Self {
        Self {
            store,
            outboard: Arc::new(outboard),
        }
    }

    /// The object's name.
    pub fn hash(&self) -> ContentHash {
        self.outboard.hash()
    }

    /// The object's size in bytes.
    pub fn object_len(&self) -> u64 {
        self.outboard.object_len()
    }

    /// Bytes of the object, at most [`MAX_READ_BYTES`] at once, every block they lie in verified.
    ///
    /// # Errors
    /// [`ObjectError::DamagedBlock`] says which block is not what the name demands;
    /// [`ObjectError::OutOfRange`], [`ObjectError::NotFound`].
    pub async fn read(&self, range: Range<u64>) -> Result<Bytes, ObjectError> {
        let len = self.object_len();
        let wanted = readable(self.hash(), &range, len)? as usize;
        if wanted == 0 {
            return Ok(Bytes::new());
        }
        let start = range.start / BLOCK_BYTES * BLOCK_BYTES;
        let end = range.end.next_multiple_of(BLOCK_BYTES).min(len);
        // A range in the middle of its blocks may need more than one read gives.
        let mut bytes = BytesMut::with_capacity((end - start) as usize);
        let mut at = start;
        while at < end {
            let piece = at..(at + MAX_READ_BYTES).min(end);
            at = piece.end;
            bytes.extend_from_slice(&read_checked(&*self.store, &self.outboard, piece).await?);
        }
        let skip = (range.start - start) as usize;
        Ok(bytes.freeze().slice(skip..skip + wanted))
    }
}

/// Reads a whole object back and checks every block.
pub(crate) async fn verify_stored(
    store: &dyn Store,
    outboard: &Arc<Outboard>,
) -> Result<(), ObjectError> {
    let len = outboard.object_len();
    let pieces = (0..len.div_ceil(PART_BYTES)).map(|at| {
        let start = at * PART_BYTES;
        start..(start + PART_BYTES).min(len)
    });
    stream::iter(pieces)
        .map(|piece| async move { read_checked(store, outboard, piece).await.map(drop) })
        .buffer_unordered(PARTS_AT_ONCE)
        .try_collect()
        .await
}

/// Reads whole blocks and checks them, away from the threads that must not wait.
async fn read_checked(
    store: &dyn Store,
    outboard: &Arc<Outboard>,
    range: Range<u64>,
) -> Result<Bytes, ObjectError> {
    let hash = outboard.hash();
    let first = range.start / BLOCK_BYTES;
    let bytes = store.read(hash, range).await?;
    let outboard = Arc::clone(outboard);
    blocking("the object store".into(), move || {
        let blocks = (first..).zip(bytes.chunks(BLOCK_BYTES as usize));
        for (block, piece) in blocks {
            if !outboard.verify_block(block, piece) {
                return Err(ObjectError::DamagedBlock { hash, block });
            }
        }
        Ok(bytes)
    })
    .await
}
