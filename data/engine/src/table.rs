//! The two typed handles callers hold.

use std::sync::Arc;

use bytes::Bytes;

use crate::{
    Cell, Change, Durability, EngineError, Item, Mutation, Page, PageLimit, Range, SharedEngine,
    Stamp, TableKind, TokenRange,
};

/// A last-write-wins table.
#[derive(Debug, Clone)]
pub struct RowTable {
    engine: SharedEngine,
    name: Arc<str>,
}

/// A table whose every change is a compare-and-set.
#[derive(Debug, Clone)]
pub struct CasTable {
    engine: SharedEngine,
    name: Arc<str>,
}

macro_rules! reads {
    ($table:ident) => {
        impl $table {
            /// One item's value.
            pub async fn get(
                &self,
                partition: impl AsRef<[u8]>,
                item: impl AsRef<[u8]>,
            ) -> Result<Option<Bytes>, EngineError> {
                Ok(self.cell(partition, item).await?.map(|cell| cell.value))
            }

            /// One item's value with its stamp and expiry.
            pub async fn cell(
                &self,
                partition: impl AsRef<[u8]>,
                item: impl AsRef<[u8]>,
            ) -> Result<Option<Cell>, EngineError> {
                self.engine
                    .get(&self.name, partition.as_ref(), item.as_ref())
                    .await
            }

            /// A page of items in key order (or reverse).
            pub async fn range(
                &self,
                partition: impl AsRef<[u8]>,
                range: &Range,
                limit: PageLimit,
            ) -> Result<Page, EngineError> {
                self.engine
                    .range(&self.name, partition.as_ref(), range, limit)
                    .await
            }

            /// The first items of a range, at most `count`, however many deleted ones lie before them.
            pub async fn first(
                &self,
                partition: impl AsRef<[u8]>,
                range: &Range,
                count: usize,
            ) -> Result<Vec<Item>, EngineError> {
                let mut items = Vec::new();
                let mut next = Some(range.clone());
                while let Some(range) = next.filter(|_| items.len() < count) {
                    let limit = PageLimit::items(count - items.len());
                    let page = self.range(partition.as_ref(), &range, limit).await?;
                    items.extend(page.items);
                    next = page.next;
                }
                Ok(items)
            }

            /// Every item of a partition in key order: for partitions known to be small.
            pub async fn all(&self, partition: impl AsRef<[u8]>) -> Result<Vec<Item>, EngineError> {
                self.first(partition, &Range::all(), usize::MAX).await
            }

            /// Partition keys in ring order after `after`, over the whole table.
            pub async fn partitions(
                &self,
                after: Option<&[u8]>,
                limit: usize,
            ) -> Result<Vec<Bytes>, EngineError> {
                self.partitions_in(TokenRange::ALL, after, limit).await
            }

            /// Partition keys in ring order after `after`, of one part of the ring.
            pub async fn partitions_in(
                &self,
                tokens: TokenRange,
                after: Option<&[u8]>,
                limit: usize,
            ) -> Result<Vec<Bytes>, EngineError> {
                self.engine
                    .partitions(&self.name, tokens, after, limit)
                    .await
            }

            /// Drops the table and all it holds; handles to it fail from then on.
            pub async fn drop_table(self) -> Result<(), EngineError> {
                self.engine.drop_table(&self.name).await
            }
        }
    };
}

reads!(RowTable);
reads!(CasTable);

impl RowTable {
    /// Opens (or creates) a last-write-wins table.
    pub async fn open(engine: &SharedEngine, name: &str) -> Result<Self, EngineError> {
        engine.open(name, TableKind::LastWriteWins).await?;
        Ok(Self {
            engine: Arc::clone(engine),
            name: name.into(),
        })
    }

    /// A stamp for a write that is asked for now.
    pub fn stamp(&self) -> Stamp {
        self.engine.stamp()
    }

    /// Sets one item, now.
    pub async fn put(
        &self,
        partition: impl AsRef<[u8]>,
        item: impl Into<Bytes>,
        value: impl Into<Bytes>,
        durability: Durability,
    ) -> Result<(), EngineError> {
        self.write(partition, vec![Mutation::put(item, value)], durability)
            .await
    }

    /// Removes one item, now; removing what is not there is fine.
    pub async fn delete(
        &self,
        partition: impl AsRef<[u8]>,
        item: impl Into<Bytes>,
        durability: Durability,
    ) -> Result<(), EngineError> {
        self.write(partition, vec![Mutation::delete(item)], durability)
            .await
    }

    /// Applies mutations to one partition, now, all or none.
    pub async fn write(
        &self,
        partition: impl AsRef<[u8]>,
        mutations: Vec<Mutation>,
        durability: Durability,
    ) -> Result<(), EngineError> {
        self.write_at(partition, mutations, self.stamp(), durability)
            .await
    }

    /// Applies mutations to one partition with the caller's own stamp, all or none. Doing it again with
    /// the same stamp changes nothing.
    pub async fn write_at(
        &self,
        partition: impl AsRef<[u8]>,
        mutations: Vec<Mutation>,
        stamp: Stamp,
        durability: Durability,
    ) -> Result<(), EngineError> {
        self.engine
            .write(&self.name, partition.as_ref(), mutations, stamp, durability)
            .await
    }
}

impl CasTable {
    /// Opens (or creates) a compare-and-set table.
    pub async fn open(engine: &SharedEngine, name: &str) -> Result<Self, EngineError> {
        engine.open(name, TableKind::CompareAndSet).await?;
        Ok(Self {
            engine: Arc::clone(engine),
            name: name.into(),
        })
    }

    /// Replaces one item if it holds `expected` (`None`: is absent) with `value` (`None`: removes it).
    /// Returns whether it did.
    pub async fn swap(
        &self,
        partition: impl AsRef<[u8]>,
        item: impl Into<Bytes>,
        expected: Option<&[u8]>,
        value: Option<Bytes>,
        durability: Durability,
    ) -> Result<bool, EngineError> {
        let item = item.into();
        let change = match value {
            Some(value) => Change::put(item.clone(), value),
            None => Change::delete(item.clone()),
        };
        self.write_if(partition, &item, expected, vec![change], durability)
            .await
    }

    /// Applies changes to one partition if `item` holds `expected`. Returns whether it did.
    pub async fn write_if(
        &self,
        partition: impl AsRef<[u8]>,
        item: &[u8],
        expected: Option<&[u8]>,
        changes: Vec<Change>,
        durability: Durability,
    ) -> Result<bool, EngineError> {
        let partition = partition.as_ref();
        self.engine
            .write_if(&self.name, partition, item, expected, changes, durability)
            .await
    }
}
