//! An engine that stops working at a chosen call, for tests of what a crash leaves behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use data_engine::{
    Cell, Change, Durability, Engine, EngineError, Mutation, Page, PageLimit, Range, SharedEngine,
    Stamp, TableKind, TokenRange,
};

/// What becomes of the call at which the engine stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// It is not done.
    Before,
    /// It is done, and its answer is lost.
    After,
}

/// An engine that does what another does, up to one call; from then on every call fails.
#[derive(Debug)]
pub struct FaultyEngine {
    inner: SharedEngine,
    calls: AtomicU64,
    last: u64,
    cut: Cut,
}

impl FaultyEngine {
    /// Stops at the call with this number, counted from 1.
    pub fn new(inner: &SharedEngine, last: u64, cut: Cut) -> Arc<Self> {
        Arc::new(Self {
            inner: Arc::clone(inner),
            calls: AtomicU64::new(0),
            last,
            cut,
        })
    }

    /// Whether it has stopped.
    pub fn has_stopped(&self) -> bool {
        self.calls.load(Ordering::SeqCst) >= self.last
    }

    async fn call<T>(
        &self,
        call: impl Future<Output = Result<T, EngineError>> + Send,
    ) -> Result<T, EngineError> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        if number < self.last || (number == self.last && self.cut == Cut::After) {
            let done = call.await;
            if number < self.last {
                return done;
            }
        }
        Err(EngineError::Unavailable("cut off".into()))
    }
}

#[async_trait]
impl Engine for FaultyEngine {
    async fn open(&self, table: &str, kind: TableKind) -> Result<(), EngineError> {
        self.call(self.inner.open(table, kind)).await
    }

    async fn drop_table(&self, table: &str) -> Result<(), EngineError> {
        self.call(self.inner.drop_table(table)).await
    }

    fn stamp(&self) -> Stamp {
        self.inner.stamp()
    }

    async fn get(
        &self,
        table: &str,
        partition: &[u8],
        item: &[u8],
    ) -> Result<Option<Cell>, EngineError> {
        self.call(self.inner.get(table, partition, item)).await
    }

    async fn range(
        &self,
        table: &str,
        partition: &[u8],
        range: &Range,
        limit: PageLimit,
    ) -> Result<Page, EngineError> {
        self.call(self.inner.range(table, partition, range, limit))
            .await
    }

    async fn partitions(
        &self,
        table: &str,
        tokens: TokenRange,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Bytes>, EngineError> {
        self.call(self.inner.partitions(table, tokens, after, limit))
            .await
    }

    async fn write(
        &self,
        table: &str,
        partition: &[u8],
        mutations: Vec<Mutation>,
        stamp: Stamp,
        durability: Durability,
    ) -> Result<(), EngineError> {
        self.call(
            self.inner
                .write(table, partition, mutations, stamp, durability),
        )
        .await
    }

    async fn write_if(
        &self,
        table: &str,
        partition: &[u8],
        item: &[u8],
        expected: Option<&[u8]>,
        changes: Vec<Change>,
        durability: Durability,
    ) -> Result<bool, EngineError> {
        let write = self
            .inner
            .write_if(table, partition, item, expected, changes, durability);
        self.call(write).await
    }
}
