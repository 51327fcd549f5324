//! The records of a state, without their type.

use crate::record::{RecordKey, hash_bytes};
use crate::state::arena::{Arena, Entry};
use crate::state::table::Table;

/// Records by key. Clones share everything.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) table: Table,
    pub(crate) arena: Arena,
    pub(crate) count: u64,
    /// The sum of the records' hashes: equal for equal contents, whatever the way there.
    pub(crate) digest: u64,
}

impl Default for Rows {
    fn default() -> Self {
        Self::for_records(0)
    }
}

impl Rows {
    /// No records, and a table for about so many.
    pub(crate) fn for_records(records: usize) -> Self {
        Self {
            table: Table::for_records(records),
            arena: Arena::default(),
            count: 0,
            digest: 0,
        }
    }

    /// The record with this key.
    #[inline]
    pub(crate) fn get_by<K: RecordKey + ?Sized>(&self, key: &K) -> Option<Entry<'_>> {
        self.table.find(key.hashed()?, |place| {
            let entry = self.arena.at(place);
            key.is_encoded(entry.key()).then_some(entry)
        })
    }

    /// The record with this encoded key.
    #[inline]
    pub(crate) fn get(&self, key: &[u8]) -> Option<Entry<'_>> {
        self.table.find(hash_bytes(key), |place| {
            let entry = self.arena.at(place);
            (entry.key() == key).then_some(entry)
        })
    }

    /// Every record, in no order that means anything.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Entry<'_>> {
        self.table.places().map(|place| self.arena.at(place))
    }

    /// Every record, by encoded key.
    pub(crate) fn sorted(&self) -> Vec<Entry<'_>> {
        let mut entries: Vec<_> = self.iter().collect();
        entries.sort_unstable_by_key(Entry::key);
        entries
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> u64 {
        self.arena.bytes().0 + self.table.bytes() as u64
    }
}
