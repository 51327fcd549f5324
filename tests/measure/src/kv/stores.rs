//! The two stores, and a call of each.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use data_engine::FjallEngine;
use data_kv::{
    Durability, KeyValue as _, NamespaceConfig, PutItem, PutItemsRequest, Service, ServiceParts,
    Tokens,
};
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use platform_clock::SystemClock;
use tokio::sync::Mutex;

use crate::values::Values;

/// The name of the engine.
const ENGINE: &str = "rows";
/// The item of each record.
const ITEM: &[u8] = b"v";

/// fjall as somebody would use it who has no layer over it.
#[derive(Clone)]
pub(super) struct Raw {
    database: Database,
    pub(super) rows: Keyspace,
    commits: Arc<Commits>,
}

/// Group commit, as simple as it comes: whoever gets the lock syncs for all who wrote before.
#[derive(Default)]
struct Commits {
    written: AtomicU64,
    synced: Mutex<u64>,
}

impl Raw {
    fn open(folder: &Path) -> anyhow::Result<Self> {
        let database = Database::builder(folder).open()?;
        let rows = database.keyspace("rows", KeyspaceCreateOptions::default)?;
        Ok(Self {
            database,
            rows,
            commits: Arc::default(),
        })
    }

    /// fjall hands each insert over to the operating system.
    pub(super) fn put(&self, key: Vec<u8>, value: Bytes) -> anyhow::Result<()> {
        Ok(self.rows.insert(key, value)?)
    }

    /// Returns once it is on the disk.
    pub(super) async fn durable_put(&self, key: Vec<u8>, value: Bytes) -> anyhow::Result<()> {
        self.put(key, value)?;
        let turn = self.commits.written.fetch_add(1, Ordering::SeqCst) + 1;
        let mut synced = self.commits.synced.lock().await;
        if *synced < turn {
            let covered = self.commits.written.load(Ordering::SeqCst);
            let database = self.database.clone();
            let sync = move || database.persist(PersistMode::SyncAll);
            tokio::task::spawn_blocking(sync).await??;
            *synced = covered;
        }
        Ok(())
    }
}

/// Records through the service, in this process.
pub(super) struct Layer {
    pub(super) service: Service,
    /// What is written is in the operating system's buffers.
    pub(super) buffered: Arc<str>,
    /// What is written is on the disk.
    pub(super) durable: Arc<str>,
    tokens: Tokens,
}

impl Layer {
    async fn open(folder: &Path, values: &Values) -> anyhow::Result<Self> {
        let engine = FjallEngine::open_shared(folder).await?;
        let parts = ServiceParts::on(ENGINE, engine, SystemClock::shared());
        let service = Service::open(parts).await?;
        let names = ["buffered", "durable"];
        for (name, durability) in names
            .into_iter()
            .zip([Durability::Process, Durability::Power])
        {
            let config = NamespaceConfig {
                durability,
                ..NamespaceConfig::new(name, ENGINE)
            };
            service.configure(config).await?;
        }
        let [buffered, durable] = names.map(Arc::from);
        Ok(Self {
            service,
            buffered,
            durable,
            tokens: Tokens::new(SystemClock::shared(), &values.entropy),
        })
    }

    pub(super) async fn put(
        &self,
        namespace: &Arc<str>,
        id: Bytes,
        items: Vec<PutItem>,
    ) -> anyhow::Result<()> {
        let request = PutItemsRequest {
            namespace: Arc::clone(namespace),
            id,
            items,
            token: self.tokens.next(),
        };
        Ok(self.service.put_items(request).await?)
    }
}

/// Both, and what goes into them.
pub(super) struct Stores {
    pub(super) raw: Raw,
    pub(super) layer: Arc<Layer>,
    pub(super) values: Values,
    pub(super) records: usize,
}

impl Stores {
    pub(super) async fn open((raw, layer): (&Path, &Path), records: usize) -> anyhow::Result<Self> {
        let values = Values::new();
        Ok(Self {
            raw: Raw::open(raw)?,
            layer: Arc::new(Layer::open(layer, &values).await?),
            values,
            records,
        })
    }

    /// Puts every record into both.
    pub(super) async fn fill(&self) -> anyhow::Result<()> {
        for number in 0..self.records {
            let value = self.values.value(number);
            self.raw.put(raw_key(&id(number)), value.clone())?;
            let namespace = &self.layer.buffered;
            self.layer
                .put(namespace, id(number), vec![item(value)])
                .await?;
        }
        Ok(())
    }
}

/// The id of a number: ids of neighbours lie apart.
pub(super) fn id(number: usize) -> Bytes {
    Bytes::copy_from_slice(&blake3::hash(&number.to_be_bytes()).as_bytes()[..16])
}

/// The least key that holds as much: a record and an item.
pub(super) fn raw_key(id: &[u8]) -> Vec<u8> {
    [id, ITEM].concat()
}

pub(super) fn item(value: Bytes) -> PutItem {
    PutItem::new(ITEM, value)
}

/// The key of a record's item.
pub(super) fn item_key() -> Bytes {
    Bytes::from_static(ITEM)
}
