//! The engine in memory: ordered maps behind one lock, for tests of the crates above.

use std::collections::{BTreeMap, btree_map};
use std::convert::Infallible;
use std::ops::Bound;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::RwLock;
use platform_clock::{SharedClock, SystemClock, Timestamp};

use crate::cell::Stored;
use crate::mutation::Batch;
use crate::range_tombstones::RangeTombstones;
use crate::token::Place;
use crate::{
    Cell, Change, Direction, Durability, Engine, EngineError, Mutation, Page, PageLimit, Range,
    SharedEngine, Stamp, Stamps, TableKind, Token, TokenRange, check,
};

/// An engine that keeps everything in memory and forgets it when dropped. It behaves as the others do,
/// limits included, except that nothing it acknowledges survives the process and that it keeps every
/// tombstone.
#[derive(Debug)]
pub struct MemoryEngine {
    tables: RwLock<BTreeMap<String, Table>>,
    stamps: Stamps,
}

#[derive(Debug)]
struct Table {
    kind: TableKind,
    partitions: BTreeMap<Place, Partition>,
}

#[derive(Debug, Default)]
struct Partition {
    items: BTreeMap<Bytes, Stored>,
    deleted: RangeTombstones,
}

impl Default for MemoryEngine {
    fn default() -> Self {
        Self::on(SystemClock::shared())
    }
}

impl MemoryEngine {
    /// An engine with no tables, by the machine's clock.
    pub fn new() -> Self {
        Self::default()
    }

    /// An engine with no tables, by this clock.
    pub fn on(clock: SharedClock) -> Self {
        Self {
            tables: RwLock::default(),
            stamps: Stamps::new(clock),
        }
    }

    /// As [`Self::new`], ready to share.
    pub fn shared() -> SharedEngine {
        Arc::new(Self::new())
    }

    fn read<T>(&self, table: &str, read: impl FnOnce(&Table) -> T) -> Result<T, EngineError> {
        let tables = self.tables.read();
        let found = tables.get(table).ok_or_else(|| not_open(table))?;
        Ok(read(found))
    }

    fn change<T>(
        &self,
        table: &str,
        kind: TableKind,
        change: impl FnOnce(&mut Table) -> T,
    ) -> Result<T, EngineError> {
        let mut tables = self.tables.write();
        let found = tables.get_mut(table).ok_or_else(|| not_open(table))?;
        if found.kind != kind {
            return Err(EngineError::WrongKind {
                table: table.to_owned(),
            });
        }
        Ok(change(found))
    }
}

fn not_open(table: &str) -> EngineError {
    EngineError::NotOpen {
        table: table.to_owned(),
    }
}

fn place(partition: &[u8]) -> Place {
    (Token::of(partition), Bytes::copy_from_slice(partition))
}

impl Table {
    fn get(&self, partition: &[u8], item: &[u8], now: Timestamp) -> Option<Cell> {
        let found = self.partitions.get(&place(partition))?;
        let stored = found.items.get(item)?.clone();
        stored.seen(now, found.deleted.covering(item))
    }

    fn partitions(
        &self,
        tokens: TokenRange,
        after: Option<&[u8]>,
        now: Timestamp,
    ) -> impl Iterator<Item = &Bytes> {
        let after = after.map(place);
        let from = match &after {
            Some(after) if after.0 >= tokens.first => Bound::Excluded(after.clone()),
            _ => Bound::Included((tokens.first, Bytes::new())),
        };
        self.partitions
            .range((from, Bound::Unbounded))
            .take_while(move |((token, _), _)| *token <= tokens.last)
            .filter(move |(_, partition)| partition.is_live(now))
            .map(|((_, key), _)| key)
    }
}

impl Partition {
    fn is_live(&self, now: Timestamp) -> bool {
        let seen = |(key, stored): (&Bytes, &Stored)| {
            let covered = self.deleted.covering(key);
            stored.clone().seen(now, covered).is_some()
        };
        self.items.iter().any(seen)
    }

    fn apply(&mut self, batch: Batch) {
        for range in batch.ranges {
            self.deleted.add(range);
        }
        for (item, stored) in batch.items {
            match self.items.entry(item) {
                btree_map::Entry::Occupied(old) if old.get().stands_before(&stored) => {}
                entry => {
                    entry.insert_entry(stored);
                }
            }
        }
    }

    fn page(&self, range: &Range, limit: PageLimit, now: Timestamp) -> Page {
        if range.is_empty() {
            return Page::default();
        }
        let from = range.from.clone().map_or(Bound::Unbounded, Bound::Included);
        let until = range
            .until
            .clone()
            .map_or(Bound::Unbounded, Bound::Excluded);
        let stored = self.items.range((from, until)).map(|(key, stored)| {
            let seen = stored.clone().seen(now, self.deleted.covering(key));
            Ok::<_, Infallible>((key.clone(), seen))
        });
        let Ok(page) = match range.direction {
            Direction::Forward => Page::fill(range, limit, stored),
            Direction::Reverse => Page::fill(range, limit, stored.rev()),
        };
        page
    }
}

#[async_trait]
impl Engine for MemoryEngine {
    async fn open(&self, table: &str, kind: TableKind) -> Result<(), EngineError> {
        check::table_name(table)?;
        let mut tables = self.tables.write();
        let found = tables.entry(table.to_owned()).or_insert_with(|| Table {
            kind,
            partitions: BTreeMap::new(),
        });
        if found.kind != kind {
            return Err(EngineError::WrongKind {
                table: table.to_owned(),
            });
        }
        Ok(())
    }

    async fn drop_table(&self, table: &str) -> Result<(), EngineError> {
        self.tables.write().remove(table);
        Ok(())
    }

    fn stamp(&self) -> Stamp {
        self.stamps.next()
    }

    async fn get(
        &self,
        table: &str,
        partition: &[u8],
        item: &[u8],
    ) -> Result<Option<Cell>, EngineError> {
        let now = self.stamps.now();
        self.read(table, |table| table.get(partition, item, now))
    }

    async fn range(
        &self,
        table: &str,
        partition: &[u8],
        range: &Range,
        limit: PageLimit,
    ) -> Result<Page, EngineError> {
        let now = self.stamps.now();
        self.read(table, |table| {
            let found = table.partitions.get(&place(partition));
            found.map_or_else(Page::default, |found| found.page(range, limit, now))
        })
    }

    async fn partitions(
        &self,
        table: &str,
        tokens: TokenRange,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Bytes>, EngineError> {
        let now = self.stamps.now();
        self.read(table, |table| {
            let keys = table.partitions(tokens, after, now);
            keys.take(limit).cloned().collect()
        })
    }

    async fn write(
        &self,
        table: &str,
        partition: &[u8],
        mutations: Vec<Mutation>,
        stamp: Stamp,
        _durability: Durability,
    ) -> Result<(), EngineError> {
        check::mutations(partition, &mutations)?;
        let batch = Batch::new(mutations, stamp.check(self.stamps.now())?);
        self.change(table, TableKind::LastWriteWins, |table| {
            let found = table.partitions.entry(place(partition)).or_default();
            found.apply(batch);
        })
    }

    async fn write_if(
        &self,
        table: &str,
        partition: &[u8],
        item: &[u8],
        expected: Option<&[u8]>,
        changes: Vec<Change>,
        _durability: Durability,
    ) -> Result<bool, EngineError> {
        check::changes(partition, &changes)?;
        let now = self.stamps.now();
        let stamp = self.stamps.next();
        self.change(table, TableKind::CompareAndSet, |table| {
            let held = table.get(partition, item, now);
            if held.as_ref().map(|cell| &*cell.value) != expected {
                return false;
            }
            let found = table.partitions.entry(place(partition)).or_default();
            for (item, value) in Change::last_of_each(changes) {
                match value {
                    Some(value) => {
                        let cell = Cell {
                            value,
                            stamp,
                            expires: None,
                        };
                        found.items.insert(item, Stored::Value(cell));
                    }
                    None => {
                        found.items.remove(&item);
                    }
                }
            }
            true
        })
    }
}

#[cfg(test)]
mod tests {
    use platform_clock::ManualClock;

    use super::*;

    #[tokio::test]
    async fn keeps_what_every_engine_promises() {
        let clock = ManualClock::at(Timestamp::from_millis(1_700_000_000_000));
        let engine = Arc::new(MemoryEngine::on(clock.clone()));
        let wait = |by| {
            clock.advance(by);
            std::future::ready(())
        };
        crate::conformance::suite(engine, wait).await;
    }
}
