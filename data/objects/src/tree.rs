//! The hash tree that lets one block of an object be verified alone. Pure: bytes in, verdicts out.
//!
//! A BLAKE3 hash is the root of a binary tree over 1 KiB chunks. Every aligned 1 MiB block is a whole
//! subtree of it, so the tree's nodes at that height, one chaining value per block, determine the root
//! and are all that is needed to verify a block. An outboard is those values in order: 32 bytes per
//! MiB. It needs no trust: merged, it must give the object's name.
//!
//! The tree is made with `blake3::hazmat`, the interface its authors give for this. The `bao-tree` crate
//! verifies ranges while decoding streams of its own format, tree nodes and data interleaved; to check
//! one block against an outboard in memory, a stream would have to be built first, and the crate brings
//! some ten others with it.

mod builder;

use blake3::Hasher;
use blake3::hazmat::{
    ChainingValue, HasherExt as _, Mode, merge_subtrees_non_root, merge_subtrees_root,
};
use bytes::Bytes;

use crate::ContentHash;

pub use builder::OutboardBuilder;

/// Bytes of a block; the last block of an object may be shorter. A power of two, as a subtree must be.
pub const BLOCK_BYTES: u64 = 1 << 20;

/// Bytes an outboard holds per block.
const VALUE_BYTES: usize = 32;

const _: () = assert!(BLOCK_BYTES.is_power_of_two() && BLOCK_BYTES > blake3::CHUNK_LEN as u64);

/// Blocks of an object of `len` bytes; an empty object has none.
pub const fn block_count(len: u64) -> u64 {
    len.div_ceil(BLOCK_BYTES)
}

/// Bytes of block `index` of an object of `len` bytes; 0 past its end.
pub const fn block_len(len: u64, index: u64) -> u64 {
    let rest = len.saturating_sub(index.saturating_mul(BLOCK_BYTES));
    if rest < BLOCK_BYTES {
        rest
    } else {
        BLOCK_BYTES
    }
}

/// Bytes of the outboard of an object of `len` bytes. An object of one block has none: its name is the
/// block's own hash.
pub const fn outboard_len(len: u64) -> u64 {
    if len <= BLOCK_BYTES {
        0
    } else {
        block_count(len) * VALUE_BYTES as u64
    }
}

/// Why bytes are not an object's outboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// The number of bytes does not fit the object's size.
    #[error("the hash tree has {got} bytes where an object of {len} bytes has {expected}")]
    Length {
        /// The object's size as stated.
        len: u64,
        /// What its outboard must have.
        expected: u64,
        /// What was given.
        got: u64,
    },
    /// The values do not merge to the object's name.
    #[error("the hash tree does not lead to the object's name")]
    Root,
}

/// An object's hash tree, known to lead to its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outboard {
    hash: ContentHash,
    len: u64,
    /// One per block; empty for an object of at most one block.
    values: Vec<ChainingValue>,
}

impl Outboard {
    /// Reads an object to its end, keeping one block in memory.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn compute(mut reader: impl std::io::Read) -> std::io::Result<Self> {
        let mut builder = OutboardBuilder::new();
        let mut buffer = vec![0; crate::limits::HASH_BUFFER_BYTES];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(builder.finish()),
                Ok(count) => builder.update(&buffer[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Checks that `bytes` are the outboard of the object named `hash` with `len` bytes.
    ///
    /// # Errors
    /// When they are not. For an object of at most one block there is nothing to check but that
    /// `bytes` is empty; its block is verified against the name itself.
    pub fn from_bytes(bytes: &[u8], hash: ContentHash, len: u64) -> Result<Self, TreeError> {
        let expected = outboard_len(len);
        if bytes.len() as u64 != expected {
            return Err(TreeError::Length {
                len,
                expected,
                got: bytes.len() as u64,
            });
        }
        let (values, _) = bytes.as_chunks::<VALUE_BYTES>();
        if !values.is_empty() && root(values) != hash {
            return Err(TreeError::Root);
        }
        Ok(Self {
            hash,
            len,
            values: values.to_vec(),
        })
    }

    /// The bytes that [`Self::from_bytes`] takes.
    pub fn to_bytes(&self) -> Bytes {
        self.values.concat().into()
    }

    /// The object's name.
    pub fn hash(&self) -> ContentHash {
        self.hash
    }

    /// The object's size in bytes, as stated. A wrong size shows when the last block fails to verify.
    pub fn object_len(&self) -> u64 {
        self.len
    }

    /// Whether `bytes` are block `index` of the object, whole.
    pub fn verify_block(&self, index: u64, bytes: &[u8]) -> bool {
        if index >= block_count(self.len) || bytes.len() as u64 != block_len(self.len, index) {
            return false;
        }
        match self.values.get(index as usize) {
            Some(value) => *value == block_value(index, bytes),
            None => ContentHash::of(bytes) == self.hash,
        }
    }
}

fn block_hasher(index: u64) -> Hasher {
    let mut hasher = Hasher::new();
    hasher.set_input_offset(index * BLOCK_BYTES);
    hasher
}

fn block_value(index: u64, bytes: &[u8]) -> ChainingValue {
    let mut hasher = block_hasher(index);
    hasher.update(bytes);
    hasher.finalize_non_root()
}

/// The root over two or more blocks.
fn root(values: &[ChainingValue]) -> ContentHash {
    let (left, right) = halves(values);
    let root = merge_subtrees_root(&subtree(left), &subtree(right), Mode::Hash);
    ContentHash::from_bytes(*root.as_bytes())
}

fn subtree(values: &[ChainingValue]) -> ChainingValue {
    if let [value] = values {
        return *value;
    }
    let (left, right) = halves(values);
    merge_subtrees_non_root(&subtree(left), &subtree(right), Mode::Hash)
}

/// A left subtree is the largest whole one that leaves something to its right (BLAKE3, section 2.1).
fn halves(values: &[ChainingValue]) -> (&[ChainingValue], &[ChainingValue]) {
    values.split_at(values.len().div_ceil(2).next_power_of_two())
}

#[cfg(test)]
mod tests;
