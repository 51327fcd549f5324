//! Indexes of a partition's segments, kept in memory once used. Blocking.

use std::collections::BTreeMap;
use std::path::Path;

use parking_lot::Mutex;

use crate::Offset;
use crate::limits::MAX_INDEXES;
use crate::segment;
use crate::segment::index::{self, Entry};

#[derive(Debug, Default)]
pub(super) struct Places(Mutex<BTreeMap<Offset, Vec<Entry>>>);

impl Places {
    /// The last known place of a segment at or before an offset.
    pub(super) fn before(&self, folder: &Path, base: Offset, offset: Offset) -> Option<Entry> {
        self.with(folder, base, |entries| index::before(entries, offset))
    }

    /// The last byte of a segment that its index knows.
    pub(super) fn last(&self, folder: &Path, base: Offset) -> u64 {
        self.with(folder, base, |entries| {
            entries.last().map_or(0, |entry| entry.byte)
        })
    }

    pub(super) fn add(&self, folder: &Path, base: Offset, entry: Entry) {
        self.with(folder, base, |entries| {
            // The index may have been read after the entry was written to it.
            if entries.last() != Some(&entry) {
                entries.push(entry);
            }
        });
    }

    /// Forgets a segment that is no more, or whose end was cut.
    pub(super) fn forget(&self, base: Offset) {
        self.0.lock().remove(&base);
    }

    fn with<T>(&self, folder: &Path, base: Offset, act: impl FnOnce(&mut Vec<Entry>) -> T) -> T {
        let mut places = self.0.lock();
        if places.len() >= MAX_INDEXES && !places.contains_key(&base) {
            // The oldest is the least likely to be read next.
            places.pop_first();
        }
        let entries = places
            .entry(base)
            .or_insert_with(|| index::load(&segment::path(folder, base)));
        act(entries)
    }
}
