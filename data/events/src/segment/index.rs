//! A segment's sparse index: where some of its batches begin. Blocking, but for the entries' form.
//!
//! The index is a hint: each entry carries its own CRC32C, whoever uses one checks that a batch of that
//! offset begins there, and a missing or torn index costs a walk from the segment's start. It is therefore
//! written without a sync of its own.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::Offset;
use crate::limits::{INDEX_STRIDE_BYTES, MAX_SEGMENT_BYTES};

/// Offset (8), byte (8), CRC32C of both (4).
const ENTRY_BYTES: usize = 20;

/// Most bytes of an index that are read: a segment may exceed its size by one batch.
const MAX_INDEX_BYTES: usize = (MAX_SEGMENT_BYTES / INDEX_STRIDE_BYTES + 2) as usize * ENTRY_BYTES;

/// A batch's first offset and the byte it begins at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The offset.
    pub(crate) offset: Offset,
    /// The byte.
    pub(crate) byte: u64,
}

/// The path of a segment's index.
pub(crate) fn path(segment: &Path) -> PathBuf {
    segment.with_extension("index")
}

/// The entries of an index that are whole, in order of both figures. Pure.
pub(crate) fn decode(bytes: &[u8]) -> Vec<Entry> {
    let (chunks, _) = bytes.as_chunks::<ENTRY_BYTES>();
    let mut entries: Vec<Entry> = Vec::with_capacity(chunks.len());
    for chunk in chunks {
        let [offset, byte] = [0, 8].map(|at| {
            let mut number = [0; 8];
            number.copy_from_slice(&chunk[at..at + 8]);
            u64::from_le_bytes(number)
        });
        let sound = crc32c::crc32c(&chunk[..16]).to_le_bytes() == chunk[16..];
        let entry = Entry {
            offset: Offset(offset),
            byte,
        };
        // What was cut off and written anew has entries of before and after: the later one stands.
        while sound
            && entries
                .last()
                .is_some_and(|last| last.offset >= entry.offset || last.byte >= byte)
        {
            entries.pop();
        }
        entries.extend(sound.then_some(entry));
    }
    entries
}

fn encode(entry: Entry) -> [u8; ENTRY_BYTES] {
    let mut bytes = [0; ENTRY_BYTES];
    bytes[..8].copy_from_slice(&entry.offset.0.to_le_bytes());
    bytes[8..16].copy_from_slice(&entry.byte.to_le_bytes());
    let sum = crc32c::crc32c(&bytes[..16]);
    bytes[16..].copy_from_slice(&sum.to_le_bytes());
    bytes
}

/// What is known of a segment's places; nothing when its index cannot be read.
pub(crate) fn load(segment: &Path) -> Vec<Entry> {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut bytes = vec![0; MAX_INDEX_BYTES];
        let file = File::open(path(segment))?;
        let size = file.metadata()?.len().min(MAX_INDEX_BYTES as u64);
        bytes.truncate(size as usize);
        let filled = super::fill(&file, &mut bytes, 0)?;
        bytes.truncate(filled);
        Ok(bytes)
    };
    read().map(|bytes| decode(&bytes)).unwrap_or_default()
}

/// Adds an entry to a segment's index.
pub(crate) fn append(segment: &Path, entry: Entry) -> std::io::Result<()> {
    let path = path(segment);
    let mut file = File::options().append(true).create(true).open(path)?;
    file.write_all(&encode(entry))
}

/// The last place at or before an offset.
pub(crate) fn before(entries: &[Entry], offset: Offset) -> Option<Entry> {
    let after = entries.partition_point(|entry| entry.offset <= offset);
    after.checked_sub(1).map(|index| entries[index])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(offset: u64, byte: u64) -> Entry {
        let offset = Offset(offset);
        Entry { offset, byte }
    }

    #[test]
    fn places_are_found_and_torn_entries_are_not() {
        let entries = [entry(5, 100), entry(9, 400), entry(20, 900)];
        let mut bytes: Vec<u8> = entries.into_iter().flat_map(encode).collect();
        assert_eq!(decode(&bytes), entries);
        assert_eq!(before(&entries, Offset(4)), None);
        assert_eq!(before(&entries, Offset(9)), Some(entries[1]));
        assert_eq!(before(&entries, Offset(u64::MAX)), Some(entries[2]));
        bytes[21] ^= 1;
        assert_eq!(decode(&bytes), [entries[0], entries[2]]);
        bytes.truncate(59);
        assert_eq!(decode(&bytes), [entries[0]]);
    }

    #[test]
    fn what_was_written_anew_replaces_what_was_cut() {
        let written = [entry(5, 100), entry(9, 400), entry(7, 300)];
        let bytes: Vec<u8> = written.into_iter().flat_map(encode).collect();
        assert_eq!(decode(&bytes), [entry(5, 100), entry(7, 300)]);
    }

    proptest! {
        #[test]
        fn any_bytes_give_places_in_order(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let entries = decode(&bytes);
            prop_assert!(entries.len() <= bytes.len() / ENTRY_BYTES);
            prop_assert!(entries.is_sorted_by(|one, other| one.offset < other.offset));
        }
    }
}
