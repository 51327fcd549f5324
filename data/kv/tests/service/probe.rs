//! An engine that is watched, slowed and made to fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use data_engine::{
    Cell, Change, Durability, Engine, EngineError, MemoryEngine, Mutation, Page, PageLimit, Range,
    Stamp, TableKind, TokenRange,
};
use data_kv::{Client, NamespaceConfig, Service, ServiceParts};
use platform_clock::{ManualClock, Timestamp};
use platform_entropy::SeededEntropy;

pub(crate) const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// The memory engine, with what a test asks for.
#[derive(Debug)]
pub(crate) struct Probe {
    inner: MemoryEngine,
    clock: Arc<ManualClock>,
    /// Pages read.
    pub(crate) ranges: AtomicUsize,
    /// Most items of a page, whatever is asked.
    pub(crate) page_items: AtomicUsize,
    /// Milliseconds that a page takes.
    pub(crate) page_millis: AtomicUsize,
    /// Whether records cannot be written; chunks can.
    pub(crate) commits_fail: AtomicBool,
    /// Gets that never answer.
    pub(crate) stalls: AtomicUsize,
}

impl Probe {
    pub(crate) fn on(clock: &Arc<ManualClock>) -> Arc<Self> {
        Arc::new(Self {
            inner: MemoryEngine::on(clock.clone()),
            clock: clock.clone(),
            ranges: AtomicUsize::new(0),
            page_items: AtomicUsize::new(usize::MAX),
            page_millis: AtomicUsize::new(0),
            commits_fail: AtomicBool::new(false),
            stalls: AtomicUsize::new(0),
        })
    }
}

/// A service with one namespace on a probe, and a client of it.
pub(crate) async fn serve(
    config: NamespaceConfig,
) -> (Arc<Service>, Client, Arc<Probe>, Arc<ManualClock>) {
    let clock = ManualClock::at(START);
    let probe = Probe::on(&clock);
    let parts = ServiceParts::on("rows", probe.clone(), clock.clone());
    let service = Arc::new(Service::open(parts).await.unwrap());
    service.configure(config).await.unwrap();
    let client = Client::new(service.clone(), clock.clone(), &SeededEntropy::shared(1));
    (service, client, probe, clock)
}

#[async_trait]
impl Engine for Probe {
    async fn open(&self, table: &str, kind: TableKind) -> Result<(), EngineError> {
        self.inner.open(table, kind).await
    }

    async fn drop_table(&self, table: &str) -> Result<(), EngineError> {
        self.inner.drop_table(table).await
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
        let stalls = |left: usize| left.checked_sub(1);
        let stall = self
            .stalls
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, stalls);
        if stall.is_ok() {
            std::future::pending::<()>().await;
        }
        self.inner.get(table, partition, item).await
    }

    async fn range(
        &self,
        table: &str,
        partition: &[u8],
        range: &Range,
        limit: PageLimit,
    ) -> Result<Page, EngineError> {
        self.ranges.fetch_add(1, Ordering::SeqCst);
        let millis = self.page_millis.load(Ordering::SeqCst) as u64;
        self.clock.advance(Duration::from_millis(millis));
        let limit = PageLimit {
            items: limit.items.min(self.page_items.load(Ordering::SeqCst)),
            ..limit
        };
        self.inner.range(table, partition, range, limit).await
    }

    async fn partitions(
        &self,
        table: &str,
        tokens: TokenRange,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Bytes>, EngineError> {
        self.inner.partitions(table, tokens, after, limit).await
    }

    async fn write(
        &self,
        table: &str,
        partition: &[u8],
        mutations: Vec<Mutation>,
        stamp: Stamp,
        durability: Durability,
    ) -> Result<(), EngineError> {
        if table == "kv.films.items" && self.commits_fail.load(Ordering::SeqCst) {
            return Err(EngineError::Unavailable("told to fail".into()));
        }
        self.inner
            .write(table, partition, mutations, stamp, durability)
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
        self.inner
            .write_if(table, partition, item, expected, changes, durability)
            .await
    }
}
