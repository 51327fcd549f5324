//! The trait an engine implements, and the two typed handles callers hold.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::{EngineError, Page, PageLimit, Range};

/// An engine handle that is cheap to clone and to store.
pub type SharedEngine = Arc<dyn Engine>;

/// What an acknowledged write survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Durability {
    /// The process dying: the write is with the operating system.
    Process,
    /// The machine losing power: the write is on the disk.
    Power,
}

/// How a table resolves writers that meet; fixed when the table is first opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableKind {
    /// The write with the latest arrival stands.
    LastWriteWins,
    /// A write states what it expects to replace.
    CompareAndSet,
}

/// One change to one item of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mutation {
    /// Sets the item.
    Put {
        /// The item's key.
        item: Bytes,
        /// Its new value.
        value: Bytes,
    },
    /// Removes the item; removing what is not there is fine.
    Delete {
        /// The item's key.
        item: Bytes,
    },
}

/// What every engine does. Callers use [`RowTable`] and [`CasTable`] instead.
#[async_trait]
pub trait Engine: Send + Sync + std::fmt::Debug {
    /// Opens a table, creating it if it is new.
    ///
    /// # Errors
    /// [`EngineError::WrongKind`] when the table exists with the other kind.
    async fn open(&self, table: &str, kind: TableKind) -> Result<(), EngineError>;

    /// One item's value.
    async fn get(
        &self,
        table: &str,
        partition: &[u8],
        item: &[u8],
    ) -> Result<Option<Bytes>, EngineError>;

    /// Items of a partition in key order (or reverse), at most a page of them.
    async fn range(
        &self,
        table: &str,
        partition: &[u8],
        range: &Range,
        limit: PageLimit,
    ) -> Result<Page, EngineError>;

    /// Partition keys in byte order after `after`, at most `limit` of them.
    async fn partitions(
        &self,
        table: &str,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Bytes>, EngineError>;

    /// Applies mutations to one partition, all or none.
    async fn write(
        &self,
        table: &str,
        partition: &[u8],
        mutations: Vec<Mutation>,
        durability: Durability,
    ) -> Result<(), EngineError>;

    /// Applies mutations to one partition if `item` now holds `expected` (`None`: is absent).
    /// Returns whether it did. Atomic and durable at `durability`.
    async fn write_if(
        &self,
        table: &str,
        partition: &[u8],
        item: &[u8],
        expected: Option<&[u8]>,
        mutations: Vec<Mutation>,
        durability: Durability,
    ) -> Result<bool, EngineError>;
}

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

            /// Every item of a partition in key order: for partitions known to be small.
            pub async fn all(
                &self,
                partition: impl AsRef<[u8]>,
            ) -> Result<Vec<(Bytes, Bytes)>, EngineError> {
                let mut items = Vec::new();
                let mut range = Range::all();
                loop {
                    let page = self
                        .range(partition.as_ref(), &range, PageLimit::default())
                        .await?;
                    items.extend(page.items);
                    match page.next {
                        Some(next) => range = next,
                        None => return Ok(items),
                    }
                }
            }

            /// Partition keys in byte order after `after`.
            pub async fn partitions(
                &self,
                after: Option<&[u8]>,
                limit: usize,
            ) -> Result<Vec<Bytes>, EngineError> {
                self.engine.partitions(&self.name, after, limit).await
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

    /// Sets one item.
    pub async fn put(
        &self,
        partition: impl AsRef<[u8]>,
        item: impl Into<Bytes>,
        value: impl Into<Bytes>,
        durability: Durability,
    ) -> Result<(), EngineError> {
        let mutation = Mutation::Put {
            item: item.into(),
            value: value.into(),
        };
        self.write(partition, vec![mutation], durability).await
    }

    /// Removes one item; removing what is not there is fine.
    pub async fn delete(
        &self,
        partition: impl AsRef<[u8]>,
        item: impl Into<Bytes>,
        durability: Durability,
    ) -> Result<(), EngineError> {
        self.write(
            partition,
            vec![Mutation::Delete { item: item.into() }],
            durability,
        )
        .await
    }

    /// Applies mutations to one partition, all or none.
    pub async fn write(
        &self,
        partition: impl AsRef<[u8]>,
        mutations: Vec<Mutation>,
        durability: Durability,
    ) -> Result<(), EngineError> {
        self.engine
            .write(&self.name, partition.as_ref(), mutations, durability)
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
        let mutation = match value {
            Some(value) => Mutation::Put {
                item: item.clone(),
                value,
            },
            None => Mutation::Delete { item: item.clone() },
        };
        self.write_if(partition, &item, expected, vec![mutation], durability)
            .await
    }

    /// Applies mutations to one partition if `item` holds `expected`. Returns whether it did.
    pub async fn write_if(
        &self,
        partition: impl AsRef<[u8]>,
        item: &[u8],
        expected: Option<&[u8]>,
        mutations: Vec<Mutation>,
        durability: Durability,
    ) -> Result<bool, EngineError> {
        self.engine
            .write_if(
                &self.name,
                partition.as_ref(),
                item,
                expected,
                mutations,
                durability,
            )
            .await
    }
}
