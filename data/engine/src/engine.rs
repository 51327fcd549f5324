//! The trait an engine implements.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::{Cell, Change, EngineError, Mutation, Page, PageLimit, Range, Stamp, TokenRange};

/// An engine handle that is cheap to clone and to store.
pub type SharedEngine = Arc<dyn Engine>;

/// What an acknowledged write survives. Each engine says how it keeps the promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Durability {
    /// The process dying: the write is with the operating system, or with a majority of replicas.
    Process,
    /// The machine losing power: the write is on the disk.
    Power,
}

/// How a table resolves writers that meet; fixed when the table is first opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableKind {
    /// The write with the greatest [`Stamp`] stands.
    LastWriteWins,
    /// A write states what it expects to replace.
    CompareAndSet,
}

/// What every engine does. Callers use [`crate::RowTable`] and [`crate::CasTable`] instead.
#[async_trait]
pub trait Engine: Send + Sync + std::fmt::Debug {
    /// Opens a table, creating it if it is new.
    ///
    /// # Errors
    /// [`EngineError::WrongKind`] when the table exists with the other kind.
    async fn open(&self, table: &str, kind: TableKind) -> Result<(), EngineError>;

    /// Drops a table and all it holds; dropping what is not there is fine.
    async fn drop_table(&self, table: &str) -> Result<(), EngineError>;

    /// A stamp for a write that is asked for now, greater than every one given before.
    fn stamp(&self) -> Stamp;

    /// One live item.
    async fn get(
        &self,
        table: &str,
        partition: &[u8],
        item: &[u8],
    ) -> Result<Option<Cell>, EngineError>;

    /// Live items of a partition in key order (or reverse), at most a page of them.
    async fn range(
        &self,
        table: &str,
        partition: &[u8],
        range: &Range,
        limit: PageLimit,
    ) -> Result<Page, EngineError>;

    /// Keys of partitions whose tokens lie in `tokens`, in ring order (by token, then by key), from the
    /// first after the partition `after` on, at most `limit` of them. A partition without live items may
    /// still be listed until its tombstones are collected.
    async fn partitions(
        &self,
        table: &str,
        tokens: TokenRange,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Bytes>, EngineError>;

    /// Applies mutations to one partition of a last-write-wins table with one stamp, all or none. The
    /// same call again, with the same stamp, changes nothing.
    async fn write(
        &self,
        table: &str,
        partition: &[u8],
        mutations: Vec<Mutation>,
        stamp: Stamp,
        durability: Durability,
    ) -> Result<(), EngineError>;

    /// Applies changes to one partition of a compare-and-set table if `item` now holds `expected`
    /// (`None`: is absent). Returns whether it did. After [`EngineError::Unavailable`] the caller reads
    /// to learn which.
    async fn write_if(
        &self,
        table: &str,
        partition: &[u8],
        item: &[u8],
        expected: Option<&[u8]>,
        changes: Vec<Change>,
        durability: Durability,
    ) -> Result<bool, EngineError>;
}
