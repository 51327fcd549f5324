//! Record bytes in blocks that versions share.
//!
//! An entry is a u32, little-endian (the record's length in the lower 20 bits, the key's above), then the
//! record, which begins with its key, then zeros up to a multiple of four. Blocks of a snapshot's blob are used
//! as they are once decompressed.

use bytes::Bytes;

use crate::limits::{MAX_KEY_BYTES, MAX_RECORD_BYTES};
use crate::state::table::Place;

/// A record in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) record: &'a [u8],
    pub(crate) key_len: usize,
    /// Bytes of the entry, to where the next one begins.
    pub(crate) len: usize,
}

impl<'a> Entry<'a> {
    pub(crate) fn key(&self) -> &'a [u8] {
        &self.record[..self.key_len]
    }
}

/// Entries begin at multiples of this.
pub(crate) const ENTRY_ALIGN: usize = 4;

/// Most bytes that [`put_entry`] adds to a record.
pub(crate) const ENTRY_OVERHEAD: usize = 2 * ENTRY_ALIGN - 1;

const LEN_BITS: u32 = 20;

const _: () = assert!(MAX_RECORD_BYTES < 1 << LEN_BITS);
const _: () = assert!(MAX_KEY_BYTES < 1 << (u32::BITS - LEN_BITS));

/// The entry at the start of `bytes`, or nothing when they do not begin with a whole one.
#[inline]
pub(crate) fn entry(bytes: &[u8]) -> Option<Entry<'_>> {
    let lengths = u32::from_le_bytes(*bytes.first_chunk()?);
    let (record_len, key_len) = (
        lengths as usize % (1 << LEN_BITS),
        (lengths >> LEN_BITS) as usize,
    );
    let len = (ENTRY_ALIGN + record_len).next_multiple_of(ENTRY_ALIGN);
    if key_len > record_len || len > bytes.len() {
        return None;
    }
    Some(Entry {
        record: &bytes[ENTRY_ALIGN..ENTRY_ALIGN + record_len],
        key_len,
        len,
    })
}

/// Writes an entry where one may begin.
pub(crate) fn put_entry(out: &mut Vec<u8>, key_len: usize, record: &[u8]) {
    let lengths = (key_len << LEN_BITS | record.len()) as u32;
    out.extend_from_slice(&lengths.to_le_bytes());
    out.extend_from_slice(record);
    out.resize(out.len().next_multiple_of(ENTRY_ALIGN), 0);
}

/// A number of at most 21 bits and how many bytes it takes.
#[inline]
pub(crate) fn varint(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(3).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

/// Writes a number of at most 21 bits.
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Entries, and how many of their bytes are of records that still stand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Block {
    /// Empty when the block's number is free.
    pub(crate) bytes: Bytes,
    pub(crate) live: usize,
}

/// All blocks of a state, by number. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arena {
    pub(crate) blocks: Vec<Block>,
    /// Numbers of blocks in which nothing is live.
    pub(crate) free: Vec<usize>,
    /// The block that was written last.
    pub(crate) tail: Option<usize>,
}

impl Arena {
    /// The record at a place that the table gave.
    #[inline]
    pub(crate) fn at(&self, place: Place) -> Entry<'_> {
        entry(&self.blocks[place.block].bytes[place.byte..])
            .expect("the table names only whole entries, checked when they were added")
    }

    /// Bytes of all blocks, and those that are live.
    pub(crate) fn bytes(&self) -> (u64, u64) {
        self.blocks.iter().fold((0, 0), |(all, live), block| {
            (all + block.bytes.len() as u64, live + block.live as u64)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn entries_round_trip(record in prop::collection::vec(any::<u8>(), 0..400), cut in 0..400_usize) {
            let key_len = cut.min(record.len());
            let mut bytes = Vec::new();
            put_entry(&mut bytes, key_len, &record);
            let whole = entry(&bytes).unwrap();
            prop_assert_eq!((whole.record, whole.key_len, whole.len), (&record[..], key_len, bytes.len()));
            prop_assert!(bytes.len() <= record.len() + ENTRY_OVERHEAD);
            prop_assert_eq!(entry(&bytes[..bytes.len() - 1]), None);
            prop_assert_eq!(bytes.len() % ENTRY_ALIGN, 0);
        }

        #[test]
        fn any_bytes_are_an_entry_or_not(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Some(entry) = entry(&bytes) {
                prop_assert!(entry.len <= bytes.len() && entry.key_len <= entry.record.len());
            }
        }
    }
}
