//! The tree of bytes as they pass.

use blake3::Hasher;
use blake3::hazmat::{ChainingValue, HasherExt as _};

use super::{BLOCK_BYTES, Outboard, block_hasher, root};
use crate::ContentHash;

/// Computes an [`Outboard`] from pieces of any size, in order.
#[derive(Debug, Clone)]
pub struct OutboardBuilder {
    block: Hasher,
    values: Vec<ChainingValue>,
    /// The hash of the object should its first block be all of it.
    only_block: ContentHash,
    len: u64,
}

impl OutboardBuilder {
    /// No bytes yet.
    pub fn new() -> Self {
        let block = block_hasher(0);
        Self {
            block,
            values: Vec::new(),
            only_block: ContentHash::of(&[]),
            len: 0,
        }
    }

    /// Takes the object's next bytes.
    pub fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = (BLOCK_BYTES - self.block.count()) as usize;
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.block.update(now);
            self.len += now.len() as u64;
            bytes = later;
            if self.block.count() == BLOCK_BYTES {
                self.end_block();
            }
        }
    }

    /// The tree of everything taken.
    pub fn finish(mut self) -> Outboard {
        if self.block.count() > 0 {
            self.end_block();
        }
        if self.values.len() < 2 {
            return Outboard {
                hash: self.only_block,
                len: self.len,
                values: Vec::new(),
            };
        }
        Outboard {
            hash: root(&self.values),
            len: self.len,
            values: self.values,
        }
    }

    fn end_block(&mut self) {
        if self.values.is_empty() {
            self.only_block = ContentHash::from_bytes(*self.block.finalize().as_bytes());
        }
        self.values.push(self.block.finalize_non_root());
        self.block = block_hasher(self.values.len() as u64);
    }
}

impl Default for OutboardBuilder {
    fn default() -> Self {
        Self::new()
    }
}
