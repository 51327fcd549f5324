//! Every decoding of bytes that come from a disk, as functions that a fuzzer calls. Each takes any bytes and
//! must neither panic nor hold more than it was given.

use bytes::Bytes;

use crate::dump::DumpReader;
use crate::keys;

pub use crate::fjall_engine::fuzzing::{range_tombstone, row};

/// A stored key.
pub fn key(bytes: &[u8]) {
    let _ = keys::split(bytes);
}

/// A dump, read to its end or to its first flaw.
pub fn dump(bytes: &[u8]) {
    if let Ok(mut dump) = DumpReader::new(bytes) {
        while let Ok(Some(_)) = dump.next_entry() {}
    }
}

/// A dump's frame whose checksum is right, so that what it guards is decoded too.
pub fn dump_entry(body: &[u8]) {
    let _ = crate::dump::DumpEntry::decode(Bytes::copy_from_slice(body));
}
