//! Blobs: a version whole (snapshot), or what leads from one version to another (delta, reverse delta).
//!
//! Format 1, numbers little-endian:
//! ```text
//! "MQHOLLOW"  8 bytes
//! format      u16
//! header_len  u32, at most 16 KiB
//! header      postcard: dataset, kind, from, to, fields' names, puts, removals, digest, put and removal blocks
//! checksum    u64, XXH3 of everything before it
//! blocks      each: raw_len u32 (1 B to 1 MiB), packed_len u32, checksum u64 (XXH3 of packed), packed (zstd)
//! ```
//! Blocks of puts hold entries (u32: `record_len` in the lower 20 bits, `key_len` above; the record, which begins
//! with its key; zeros to a multiple of 4); after them blocks of removals hold `key_len` varint, key. Nothing follows the last block. The digest is the
//! sum of XXH3 over the records of version `to`, so a consumer knows whether it arrived where it should.

mod read;
mod write;

use serde::{Deserialize, Serialize};

pub(crate) use read::{apply, load};
pub(crate) use write::{delta, diff, snapshot};

const MAGIC: &[u8; 8] = b"MQHOLLOW";
/// The latest format written and read.
pub(crate) const FORMAT: u16 = 1;
/// Magic, format, header length.
const PREFIX_BYTES: usize = 14;
/// Lengths and checksum before a block.
const BLOCK_PREFIX_BYTES: usize = 16;

/// What a blob is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// Everything; `from` is 0.
    Snapshot,
    /// What leads from `from` to `to`, in either direction.
    Delta,
}

/// What a blob says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) dataset: String,
    pub(crate) kind: Kind,
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) fields: Vec<String>,
    pub(crate) puts: u64,
    pub(crate) removals: u64,
    pub(crate) digest: u64,
    pub(crate) put_blocks: u32,
    pub(crate) removal_blocks: u32,
}

#[cfg(test)]
mod tests;
