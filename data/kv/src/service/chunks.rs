//! Values in chunks: staged under a name of their own before the item that refers to them is written.
//!
//! A name is made of the write's token, the item and the content, so that a repeated write stages the same
//! chunks again and no two writes share one. Each staging has a stamp of its own, so that it stands against
//! an earlier collection of the same chunks.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use data_engine::{Mutation, Stamp};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use platform_clock::Timestamp;

use super::opened::{Opened, damaged, open};
use super::space::Space;
use crate::envelope::{BLOB_ID_BYTES, BlobRef};
use crate::limits::{CHUNK_BYTES, CHUNKS_AT_ONCE, MAX_REREADS, STAGED_GRACE};
use crate::{IdempotencyToken, Item, KvError, PutItem, Value, Values};

const HEAD_VERSION: u8 = 1;
/// Keys blob names to this use of the hash.
const NAMES: &str = "marquee data-kv 2026 names of staged values";

/// The item that a partition of a blob or a chunk holds.
pub(super) const ONLY: &[u8] = b"";

/// What a staged value belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) chunks: u32,
    pub(super) id: Bytes,
    pub(super) key: Bytes,
}

impl Head {
    fn encode(&self) -> Bytes {
        let mut head = Vec::with_capacity(9 + self.id.len() + self.key.len());
        head.put_u8(HEAD_VERSION);
        head.put_u32(self.chunks);
        head.put_u32(self.id.len() as u32);
        head.put_slice(&self.id);
        head.put_slice(&self.key);
        head.into()
    }

    /// Reads a head; `None` when this version cannot.
    pub(super) fn decode(mut head: Bytes) -> Option<Self> {
        if head.try_get_u8().ok()? != HEAD_VERSION {
            return None;
        }
        let chunks = head.try_get_u32().ok()?;
        let len = head.try_get_u32().ok()? as usize;
        if len > head.len() {
            return None;
        }
        let id = head.split_to(len);
        Some(Self {
            chunks,
            id,
            key: head,
        })
    }
}

/// The partition of a chunk.
pub(super) fn chunk_key(id: [u8; BLOB_ID_BYTES], index: u32) -> [u8; BLOB_ID_BYTES + 4] {
    let mut key = [0; BLOB_ID_BYTES + 4];
    key[..BLOB_ID_BYTES].copy_from_slice(&id);
    key[BLOB_ID_BYTES..].copy_from_slice(&index.to_be_bytes());
    key
}

fn reference(
    id: &[u8],
    put: &PutItem,
    token: IdempotencyToken,
    expires: Option<Timestamp>,
) -> BlobRef {
    let hash = *blake3::hash(&put.value.bytes).as_bytes();
    let mut name = blake3::Hasher::new_derive_key(NAMES);
    name.update(&(id.len() as u64).to_be_bytes()).update(id);
    name.update(&(put.key.len() as u64).to_be_bytes())
        .update(&put.key);
    name.update(&token.generation_time.0.to_be_bytes());
    name.update(&token.nonce.to_be_bytes());
    name.update(&expires.map_or(u64::MAX, Timestamp::millis).to_be_bytes());
    name.update(&hash);
    let mut id = [0; BLOB_ID_BYTES];
    name.finalize_xof().fill(&mut id);
    BlobRef {
        id,
        hash,
        bytes: put.value.bytes.len() as u32,
        chunk_bytes: CHUNK_BYTES as u32,
        encoding: put.value.encoding,
    }
}

impl Space {
    /// Writes a value's chunks, which nobody sees until an item refers to them.
    pub(super) async fn stage(
        &self,
        id: &Bytes,
        put: &PutItem,
        token: IdempotencyToken,
        expires: Option<Timestamp>,
    ) -> Result<BlobRef, KvError> {
        let blob = reference(id, put, token, expires);
        let head = Head {
            chunks: blob.chunks(),
            id: id.clone(),
            key: put.key.clone(),
        };
        let stamp = self.blobs.stamp();
        // Chunks outlive the item a little: a reader that has just seen it still finds them.
        let expires = expires.map(|at| at.plus(STAGED_GRACE));
        let alone = |value: Bytes| {
            vec![Mutation::Put {
                item: Bytes::from_static(ONLY),
                value,
                expires,
            }]
        };
        let durability = self.config.durability;
        // The head comes first: a chunk without one would never be collected.
        self.blobs
            .write_at(blob.id, alone(head.encode()), stamp, durability)
            .await?;
        let bytes = &put.value.bytes;
        let writes: Vec<_> = (0..blob.chunks())
            .map(|index| {
                let from = index as usize * CHUNK_BYTES;
                let chunk = bytes.slice(from..bytes.len().min(from + CHUNK_BYTES));
                self.stage_chunk(chunk_key(blob.id, index), alone(chunk), stamp)
            })
            .collect();
        stream::iter(writes)
            .buffer_unordered(CHUNKS_AT_ONCE)
            .try_collect::<()>()
            .await?;
        Ok(blob)
    }

    async fn stage_chunk(
        &self,
        key: [u8; BLOB_ID_BYTES + 4],
        mutations: Vec<Mutation>,
        stamp: Stamp,
    ) -> Result<(), KvError> {
        let durability = self.config.durability;
        self.chunks
            .write_at(key, mutations, stamp, durability)
            .await?;
        Ok(())
    }

    /// The item with its value joined. When its chunks are gone because it was replaced meanwhile, what
    /// replaced it; `None` when that was a deletion.
    pub(super) async fn joined(
        &self,
        id: &[u8],
        mut item: Item,
        mut blob: BlobRef,
    ) -> Result<Option<Item>, KvError> {
        for _ in 0..MAX_REREADS {
            let reason = match self.join(&blob).await? {
                Ok(value) => {
                    item.value = Some(value);
                    return Ok(Some(item));
                }
                Err(reason) => reason,
            };
            let Some(cell) = self.stored(id, &item.key).await? else {
                return Ok(None);
            };
            match open((&self.name, id), item.key.clone(), cell, Values::All)? {
                Opened::Gone => return Ok(None),
                Opened::Ready(item) => return Ok(Some(item)),
                Opened::Chunked(_, same) if same.id == blob.id => {
                    return Err(damaged((&self.name, id), &item.key, reason));
                }
                Opened::Chunked(newer, its) => (item, blob) = (newer, its),
            }
        }
        Err(KvError::Unavailable {
            reason: format!(
                "item {:?} was replaced {MAX_REREADS} times while it was read",
                item.key
            ),
        })
    }

    /// The value, checked; the inner error says what is wrong with it.
    async fn join(&self, blob: &BlobRef) -> Result<Result<Value, String>, KvError> {
        let reads: Vec<_> = (0..blob.chunks())
            .map(|index| self.chunk(chunk_key(blob.id, index)))
            .collect();
        let count = reads.len();
        let mut chunks = stream::iter(reads).buffered(CHUNKS_AT_ONCE).enumerate();
        let mut joined = BytesMut::with_capacity(blob.bytes as usize);
        while let Some((index, chunk)) = chunks.next().await {
            let Some(chunk) = chunk? else {
                return Ok(Err(format!(
                    "its chunk {} of {count} is missing",
                    index + 1
                )));
            };
            joined.extend_from_slice(&chunk);
        }
        if blake3::hash(&joined) != blob.hash {
            return Ok(Err("its chunks do not match its hash".to_owned()));
        }
        Ok(Ok(Value {
            bytes: joined.freeze(),
            encoding: blob.encoding,
        }))
    }

    async fn chunk(&self, key: [u8; BLOB_ID_BYTES + 4]) -> Result<Option<Bytes>, KvError> {
        Ok(self.chunks.get(key, ONLY).await?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn heads_read_back(chunks: u32, id: Vec<u8>, key: Vec<u8>) {
            let head = Head { chunks, id: id.into(), key: key.into() };
            prop_assert_eq!(Head::decode(head.encode()), Some(head));
        }

        #[test]
        fn any_bytes_decode_or_are_refused(bytes: Vec<u8>) {
            if let Some(head) = Head::decode(bytes.clone().into()) {
                prop_assert_eq!(&head.encode()[..], bytes);
            }
        }
    }
}
