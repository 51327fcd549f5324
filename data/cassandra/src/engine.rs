//! The engine.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use data_engine::{
    Cell, Change, Durability, Engine, EngineError, Mutation, Page, PageLimit, Range, SharedEngine,
    Stamp, Stamps, TableKind, TokenRange, check,
};
use parking_lot::RwLock;
use platform_clock::{SharedClock, SystemClock};
use scylla::client::session::Session;

use crate::registry::Registry;
use crate::table::Table;
use crate::{Cluster, change, key, mutation, session};

/// Rows on a cluster.
///
/// A write is acknowledged by a majority of the replicas in the local datacenter (`LOCAL_QUORUM`), and read from
/// a majority, so that a read sees every write acknowledged before. A compare-and-set is a lightweight
/// transaction among the same replicas (`LOCAL_SERIAL`), and so is every read of an item of such a table:
/// after [`EngineError::Unavailable`] the next read ends the transaction, one way or the other. A
/// compare-and-set table is therefore written from one datacenter only; the others hold copies.
///
/// **Durability.** The two levels are the same request; what they promise is the cluster's to keep. [`Durability::Process`]:
/// a majority of replicas holds the write in memory and has handed it to its commit log; fewer than a majority may
/// die at once. [`Durability::Power`] is kept through the loss of all power where every node has `commitlog_sync` set to
/// `batch` or `group`: a replica then acknowledges what is on its disk. With `periodic`, Cassandra's default,
/// it may acknowledge up to `commitlog_sync_period` (10 s) before, and a write is lost if a majority of its replicas
/// loses power at once; the engine warns of it when it connects, where the cluster tells. No client can see to
/// this: it is the operator's duty, and so is spreading replicas over racks that do not share their power.
///
/// **Expiry** is decided by the reader's clock, to the millisecond; Cassandra collects a value not before.
/// **Tombstones** are kept ten days (`gc_grace_seconds`); a cluster must be repaired within them. A read that
/// meets more than the servers' `tombstone_failure_threshold` fails and says so.
/// **Sizes**: beside the limits of every engine, a batch with the partition's key repeated for each of its items, and a
/// comparison with both values, must fit one request ([`crate::limits::MAX_REQUEST_BYTES`]).
pub struct CassandraEngine {
    session: Session,
    place: String,
    registry: Registry,
    tables: RwLock<HashMap<String, Arc<Table>>>,
    stamps: Stamps,
}

impl fmt::Debug for CassandraEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CassandraEngine")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl CassandraEngine {
    /// Connects to a cluster by the machine's clock, and creates the keyspace if it is new.
    ///
    /// # Errors
    /// [`EngineError::Open`] when the cluster refuses the credentials or the datacenter is not certain,
    /// [`EngineError::NewerFormat`] when a newer version wrote the keyspace, [`EngineError::Unavailable`]
    /// when no node answers.
    pub async fn connect(cluster: &Cluster) -> Result<Self, EngineError> {
        Self::connect_on(cluster, SystemClock::shared()).await
    }

    /// As [`Self::connect`], by this clock, which must agree with the servers' to the second for values
    /// that expire.
    pub async fn connect_on(cluster: &Cluster, clock: SharedClock) -> Result<Self, EngineError> {
        let session = session::connect(cluster).await?;
        let registry = Registry::open(&session, cluster).await?;
        Ok(Self {
            session,
            place: cluster.to_string(),
            registry,
            tables: RwLock::default(),
            stamps: Stamps::new(clock),
        })
    }

    /// As [`Self::connect`], ready to share.
    pub async fn connect_shared(cluster: &Cluster) -> Result<SharedEngine, EngineError> {
        Ok(Arc::new(Self::connect(cluster).await?))
    }

    fn table(&self, name: &str) -> Result<Arc<Table>, EngineError> {
        let tables = self.tables.read();
        tables
            .get(name)
            .cloned()
            .ok_or_else(|| EngineError::NotOpen {
                table: name.to_owned(),
            })
    }

    fn table_of(&self, name: &str, kind: TableKind) -> Result<Arc<Table>, EngineError> {
        let table = self.table(name)?;
        same_kind(name, table.kind, kind)?;
        Ok(table)
    }
}

fn same_kind(table: &str, found: TableKind, asked: TableKind) -> Result<(), EngineError> {
    if found != asked {
        return Err(EngineError::WrongKind {
            table: table.to_owned(),
        });
    }
    Ok(())
}

#[async_trait]
impl Engine for CassandraEngine {
    async fn open(&self, table: &str, kind: TableKind) -> Result<(), EngineError> {
        check::table_name(table)?;
        if let Ok(open) = self.table(table) {
            return same_kind(table, open.kind, kind);
        }
        let cql_name = self.registry.table_of(&self.session, table, kind).await?;
        let opened = Table::prepare(&self.session, &cql_name, kind).await?;
        self.tables
            .write()
            .insert(table.to_owned(), Arc::new(opened));
        Ok(())
    }

    async fn drop_table(&self, table: &str) -> Result<(), EngineError> {
        self.tables.write().remove(table);
        self.registry.drop_table(&self.session, table).await
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
        let table = self.table(table)?;
        table
            .get(&self.session, (partition, item), self.stamps.now())
            .await
    }

    async fn range(
        &self,
        table: &str,
        partition: &[u8],
        range: &Range,
        limit: PageLimit,
    ) -> Result<Page, EngineError> {
        let table = self.table(table)?;
        table
            .page(&self.session, partition, range, limit, self.stamps.now())
            .await
    }

    async fn partitions(
        &self,
        table: &str,
        tokens: TokenRange,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Bytes>, EngineError> {
        let table = self.table(table)?;
        table.partitions(&self.session, tokens, after, limit).await
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
        let now = self.stamps.now();
        let stamp = stamp.check(now)?;
        let table = self.table_of(table, TableKind::LastWriteWins)?;
        let key = key::stored(partition);
        let statements = mutation::statements(&key, &mutations, stamp, now);
        table.apply(&self.session, statements).await
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
        let table = self.table_of(table, TableKind::CompareAndSet)?;
        let key = key::stored(partition);
        let changes = Change::last_of_each(changes);
        let statements = change::statements(&key, item, expected, &changes);
        table.apply_if(&self.session, statements).await
    }
}
