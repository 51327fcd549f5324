//! A state as its readers see it, and how the next is made.

use std::marker::PhantomData;
use std::sync::Arc;

use bytes::Bytes;

use crate::dataset::Dataset;
use crate::error::HollowError;
use crate::index::{Edits, IndexKey, ManyIndex, Pages, PrefixIndex, UniqueIndex};
use crate::record::{Record, RecordRef, decode, shown};
use crate::state::change::Change;
use crate::state::rows::Rows;

/// Every record of a dataset at one version. Whoever holds it reads that version, whatever is announced
/// meanwhile.
#[derive(Debug)]
pub struct State<R> {
    version: u64,
    rows: Rows,
    indexes: Vec<Pages>,
    record: PhantomData<fn() -> R>,
}

impl<R: Record> State<R> {
    /// Version 0: nothing.
    pub(crate) fn empty(dataset: &Dataset<R>) -> Self {
        Self {
            version: 0,
            rows: Rows::default(),
            indexes: vec![Pages::default(); dataset.indexes.len()],
            record: PhantomData,
        }
    }

    /// The version. Of a raw dataset: how many edits it holds.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// How many records.
    pub fn len(&self) -> u64 {
        self.rows.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.count == 0
    }

    /// A sum over the records: equal states have equal ones.
    pub fn digest(&self) -> u64 {
        self.rows.digest
    }

    /// Bytes of memory that records and their table take.
    pub fn bytes(&self) -> u64 {
        self.rows.bytes()
    }

    /// The record with this key. Reads one table entry and the record, and decodes nothing.
    #[inline]
    pub fn get(&self, key: &R::Key) -> Option<RecordRef<'_, R>> {
        let entry = self.rows.get_by(key)?;
        Some(RecordRef::new(entry.record))
    }

    /// Every record, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = RecordRef<'_, R>> {
        self.rows.iter().map(|entry| RecordRef::new(entry.record))
    }

    /// The record under a key of a unique index.
    pub fn one<K: IndexKey + ?Sized>(
        &self,
        index: &UniqueIndex<R, K>,
        key: &K,
    ) -> Option<RecordRef<'_, R>> {
        self.under(index.0.place, key).next()
    }

    /// The records under a key of an index, by primary key.
    pub fn find<'a, K: IndexKey + ?Sized>(
        &'a self,
        index: &ManyIndex<R, K>,
        key: &K,
    ) -> impl Iterator<Item = RecordRef<'a, R>> + use<'a, R, K> {
        self.under(index.0.place, key)
    }

    /// The records under keys of an index that begin so, in the keys' order; a record once per such key.
    pub fn beginning<'a>(
        &'a self,
        index: &PrefixIndex<R>,
        prefix: &str,
    ) -> impl Iterator<Item = RecordRef<'a, R>> + use<'a, R> {
        let keys: Vec<&[u8]> = self.indexes[index.0.place]
            .beginning(prefix.as_bytes())
            .collect();
        keys.into_iter().filter_map(|key| self.by_bytes(key))
    }

    /// Every record that an index names, in the order of its keys.
    pub fn ordered<'a, K: IndexKey + ?Sized>(
        &'a self,
        index: &ManyIndex<R, K>,
    ) -> impl Iterator<Item = RecordRef<'a, R>> + use<'a, R, K> {
        let keys = self.indexes[index.0.place].beginning(&[]);
        keys.filter_map(|key| self.by_bytes(key))
    }

    fn under<'a, K: IndexKey + ?Sized>(
        &'a self,
        place: usize,
        key: &K,
    ) -> impl Iterator<Item = RecordRef<'a, R>> + use<'a, R, K> {
        let mut bytes = Vec::new();
        key.write(&mut bytes);
        let keys: Vec<&[u8]> = self.indexes[place].under(&bytes).collect();
        keys.into_iter().filter_map(|key| self.by_bytes(key))
    }

    fn by_bytes(&self, key: &[u8]) -> Option<RecordRef<'_, R>> {
        self.rows.get(key).map(|entry| RecordRef::new(entry.record))
    }

    /// Refuses a record that would share a key of a unique index with another.
    pub(crate) fn check_clash(
        &self,
        dataset: &Dataset<R>,
        record: &R,
        primary: &[u8],
    ) -> Result<(), HollowError> {
        for (index, pages) in dataset.indexes.iter().zip(&self.indexes) {
            if !index.unique {
                continue;
            }
            let mut keys = Edits::default();
            (index.keys)(record, &[], &mut keys);
            for (entry, _) in keys.settled()? {
                if let Some(other) = pages.under(entry.key).find(|other| *other != primary) {
                    return Err(HollowError::NotUnique {
                        index: index.name,
                        first: shown(other),
                        second: shown(primary),
                    });
                }
            }
        }
        Ok(())
    }

    pub(crate) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Whether no two records share a key of a unique index.
    pub(crate) fn check_unique(&self, dataset: &Dataset<R>) -> Result<(), HollowError> {
        for (index, pages) in dataset.indexes.iter().zip(&self.indexes) {
            if index.unique
                && let Some((first, second)) = pages.shared()
            {
                return Err(HollowError::NotUnique {
                    index: index.name,
                    first: shown(first),
                    second: shown(second),
                });
            }
        }
        Ok(())
    }
}

/// The next state in the making.
pub(crate) struct StateChange<'a, R> {
    dataset: &'a Dataset<R>,
    change: Change,
    indexes: Vec<(Pages, Edits)>,
}

impl<'a, R: Record> StateChange<'a, R> {
    pub(crate) fn of(dataset: &'a Dataset<R>, state: &State<R>) -> Self {
        Self::with(dataset, &state.rows, state.indexes.iter().cloned())
    }

    /// From nothing, with a table for about so many records.
    pub(crate) fn new(dataset: &'a Dataset<R>, records: usize) -> Self {
        let indexes = dataset.indexes.iter().map(|_| Pages::default());
        Self::with(dataset, &Rows::for_records(records), indexes)
    }

    fn with(dataset: &'a Dataset<R>, rows: &Rows, indexes: impl Iterator<Item = Pages>) -> Self {
        Self {
            dataset,
            change: Change::of(rows),
            indexes: indexes.map(|pages| (pages, Edits::default())).collect(),
        }
    }

    pub(crate) fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.change.get(key).map(|entry| entry.record)
    }

    pub(crate) fn put(&mut self, key_len: usize, record: &[u8]) -> Result<(), HollowError> {
        let key = &record[..key_len];
        if !self.indexes.is_empty() {
            let old = self.change.get(key).map(|entry| entry.record);
            if old == Some(record) {
                return Ok(());
            }
            let old = old.map(decode::<R>).transpose()?;
            if let Some(old) = old {
                self.index(&old, key, false);
            }
            self.index(&decode(record)?, key, true);
        }
        self.change.put(key_len, record)
    }

    pub(crate) fn remove(&mut self, key: &[u8]) -> Result<bool, HollowError> {
        if !self.indexes.is_empty() {
            let old = self.change.get(key).map(|entry| decode::<R>(entry.record));
            if let Some(old) = old.transpose()? {
                self.index(&old, key, false);
            }
        }
        Ok(self.change.remove(key))
    }

    /// Takes a snapshot's block over.
    pub(crate) fn adopt(&mut self, block: &Bytes) -> Result<(), HollowError> {
        self.change.adopt(block)?;
        if self.indexes.is_empty() {
            return Ok(());
        }
        let mut rest = &block[..];
        while let Some(entry) = crate::state::entry(rest) {
            self.index(&decode(entry.record)?, entry.key(), true);
            rest = &rest[entry.len..];
        }
        Ok(())
    }

    fn index(&mut self, record: &R, key: &[u8], adding: bool) {
        for (index, (_, edits)) in self.dataset.indexes.iter().zip(&mut self.indexes) {
            edits.adding = adding;
            (index.keys)(record, key, edits);
        }
    }

    pub(crate) fn finish(self, version: u64) -> Result<Arc<State<R>>, HollowError> {
        let changed = self
            .indexes
            .iter()
            .map(|(pages, edits)| pages.changed(edits));
        Ok(Arc::new(State {
            version,
            indexes: changed.collect::<Result<_, _>>()?,
            rows: self.change.finish()?,
            record: PhantomData,
        }))
    }
}
