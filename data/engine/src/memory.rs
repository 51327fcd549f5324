//! The engine in memory: ordered maps behind one lock, for tests of the crates above.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::Bound;

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::RwLock;

use crate::{
    Direction, Durability, Engine, EngineError, Mutation, Page, PageLimit, Range, SharedEngine,
    TableKind, check,
};

type Items = BTreeMap<Bytes, Bytes>;

/// An engine that keeps everything in memory and forgets it when dropped. It behaves as the others do,
/// limits included, except that nothing it acknowledges survives the process.
#[derive(Debug, Default)]
pub struct MemoryEngine {
    tables: RwLock<BTreeMap<String, Table>>,
}

#[derive(Debug)]
struct Table {
    kind: TableKind,
    /// Never holds an empty partition.
    partitions: BTreeMap<Bytes, Items>,
}

impl MemoryEngine {
    /// An engine with no tables.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, ready to share.
    pub fn shared() -> SharedEngine {
        std::sync::Arc::new(Self::new())
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

impl Table {
    fn get(&self, partition: &[u8], item: &[u8]) -> Option<&Bytes> {
        self.partitions.get(partition)?.get(item)
    }

    fn apply(&mut self, partition: &[u8], mutations: Vec<Mutation>) {
        let partition = Bytes::copy_from_slice(partition);
        let items = self.partitions.entry(partition.clone()).or_default();
        for mutation in mutations {
            match mutation {
                Mutation::Put { item, value } => items.insert(item, value),
                Mutation::Delete { item } => items.remove(&item),
            };
        }
        if items.is_empty() {
            self.partitions.remove(&partition);
        }
    }
}

fn page(items: &Items, range: &Range, limit: PageLimit) -> Page {
    if range.is_empty() {
        return Page::default();
    }
    let from = range.from.clone().map_or(Bound::Unbounded, Bound::Included);
    let until = range
        .until
        .clone()
        .map_or(Bound::Unbounded, Bound::Excluded);
    let copied = items
        .range((from, until))
        .map(|(key, value)| Ok::<_, Infallible>((key.clone(), value.clone())));
    let Ok(page) = match range.direction {
        Direction::Forward => Page::fill(range, limit, copied),
        Direction::Reverse => Page::fill(range, limit, copied.rev()),
    };
    page
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

    async fn get(
        &self,
        table: &str,
        partition: &[u8],
        item: &[u8],
    ) -> Result<Option<Bytes>, EngineError> {
        self.read(table, |table| table.get(partition, item).cloned())
    }

    async fn range(
        &self,
        table: &str,
        partition: &[u8],
        range: &Range,
        limit: PageLimit,
    ) -> Result<Page, EngineError> {
        self.read(table, |table| {
            table
                .partitions
                .get(partition)
                .map_or_else(Page::default, |items| page(items, range, limit))
        })
    }

    async fn partitions(
        &self,
        table: &str,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Bytes>, EngineError> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.read(table, |table| {
            let keys = table.partitions.range::<[u8], _>((from, Bound::Unbounded));
            keys.take(limit).map(|(key, _)| key.clone()).collect()
        })
    }

    async fn write(
        &self,
        table: &str,
        partition: &[u8],
        mutations: Vec<Mutation>,
        _durability: Durability,
    ) -> Result<(), EngineError> {
        check::write(partition, &mutations)?;
        self.change(table, TableKind::LastWriteWins, |table| {
            table.apply(partition, mutations);
        })
    }

    async fn write_if(
        &self,
        table: &str,
        partition: &[u8],
        item: &[u8],
        expected: Option<&[u8]>,
        mutations: Vec<Mutation>,
        _durability: Durability,
    ) -> Result<bool, EngineError> {
        check::write(partition, &mutations)?;
        self.change(table, TableKind::CompareAndSet, |table| {
            let holds = table.get(partition, item).map(Bytes::as_ref) == expected;
            if holds {
                table.apply(partition, mutations);
            }
            holds
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn keeps_what_every_engine_promises() {
        crate::conformance::suite(MemoryEngine::shared()).await;
    }
}
