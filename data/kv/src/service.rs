//! The service: namespaces on engines.

mod chunks;
mod collect;
mod deadline;
mod near;
mod opened;
mod pages;
mod read;
mod room;
mod scan;
mod space;
mod write;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use data_cache::SharedCache;
use data_engine::{Durability, RowTable, SharedEngine};
use futures::{StreamExt as _, stream};
use parking_lot::RwLock;
use platform_clock::SharedClock;

pub use collect::Collected;
use space::Space;

use crate::limits::{MAX_NAMESPACE_BYTES, RECORDS_AT_ONCE};
use crate::{
    DeleteItemsRequest, GetItemsRequest, GetItemsResponse, KeyValue, KvError, MutateItemsRequest,
    MutateItemsResponse, NamespaceConfig, Operation, PutItemsRequest, RecordMutation,
    ScanItemsRequest, ScanItemsResponse, Signals, check, namespace,
};

/// The table of namespaces' records: a partition per name.
const NAMESPACES: &str = "kv.namespaces";
/// The item a namespace's record lies under.
const CONFIG: &str = "config";

/// What a service stands on.
#[derive(Debug, Clone)]
pub struct ServiceParts {
    /// Engines by the names that namespaces use.
    pub engines: BTreeMap<String, SharedEngine>,
    /// The engine that holds the namespaces' records.
    pub home: String,
    /// Where namespaces that are cached are cached; `None`: nowhere.
    pub cache: Option<SharedCache>,
    /// The time.
    pub clock: SharedClock,
}

impl ServiceParts {
    /// One engine, under this name, and no cache.
    pub fn on(name: impl Into<String>, engine: SharedEngine, clock: SharedClock) -> Self {
        let home = name.into();
        Self {
            engines: BTreeMap::from([(home.clone(), engine)]),
            home,
            cache: None,
            clock,
        }
    }
}

/// Keeps records on engines. Cheap to share; several processes may serve the same engines.
#[derive(Debug)]
pub struct Service {
    parts: ServiceParts,
    records: RowTable,
    spaces: RwLock<HashMap<Arc<str>, Arc<Space>>>,
}

impl Service {
    /// Opens the service. Namespaces are opened when they are first used.
    ///
    /// # Errors
    /// [`KvError::Invalid`] when `home` names no engine, or what the engine says.
    pub async fn open(parts: ServiceParts) -> Result<Self, KvError> {
        let home = parts.engines.get(&parts.home).ok_or_else(|| {
            KvError::invalid(format!(
                "there is no engine {:?} to be at home on",
                parts.home
            ))
        })?;
        let records = RowTable::open(home, NAMESPACES).await?;
        Ok(Self {
            records,
            parts,
            spaces: RwLock::default(),
        })
    }

    /// The engine that holds the namespaces' records, by its name.
    pub fn home(&self) -> &str {
        &self.parts.home
    }

    /// Creates a namespace, or changes it where it stands already: from then on here, in other processes
    /// when they next start.
    ///
    /// # Errors
    /// [`KvError::BadNamespace`] when it cannot be used, or stands on another engine.
    pub async fn configure(&self, config: NamespaceConfig) -> Result<(), KvError> {
        config.check()?;
        if let Some(old) = self.stored(&config.name).await? {
            config.check_replaces(&old)?;
        }
        let record = namespace::encode(&config);
        let space = Arc::new(self.open_space(config).await?);
        let name = space.name.as_bytes();
        self.records
            .put(name, CONFIG, record, Durability::Power)
            .await?;
        self.spaces.write().insert(Arc::clone(&space.name), space);
        Ok(())
    }

    /// The configuration of a namespace.
    ///
    /// # Errors
    /// [`KvError::UnknownNamespace`].
    pub async fn config(&self, namespace: &str) -> Result<NamespaceConfig, KvError> {
        Ok(self.space(namespace).await?.config.clone())
    }

    /// The names of all namespaces.
    pub async fn namespaces(&self) -> Result<Vec<String>, KvError> {
        const PAGE: usize = 100;
        let mut names: Vec<Bytes> = Vec::new();
        loop {
            let after = names.last().cloned();
            let page = self.records.partitions(after.as_deref(), PAGE).await?;
            if page.is_empty() {
                break;
            }
            names.extend(page);
        }
        let name = |name: Bytes| String::from_utf8_lossy(&name).into_owned();
        let mut names: Vec<String> = names.into_iter().map(name).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Removes staged chunks that no item refers to: of writes that failed, and of values that were
    /// replaced, deleted or have expired. Safe beside any traffic and beside itself; to be run from time to
    /// time, as chunks are not removed otherwise.
    pub async fn collect_chunks(&self, namespace: &str) -> Result<Collected, KvError> {
        self.space(namespace).await?.collect().await
    }

    async fn space(&self, name: &str) -> Result<Arc<Space>, KvError> {
        if let Some(space) = self.spaces.read().get(name) {
            return Ok(Arc::clone(space));
        }
        // Apart, as the future of every call would be as large.
        Box::pin(self.open_stored(name)).await
    }

    async fn open_stored(&self, name: &str) -> Result<Arc<Space>, KvError> {
        check::within("namespace", "bytes", name.len(), MAX_NAMESPACE_BYTES)?;
        let config = self.stored(name).await?;
        let config = config.ok_or_else(|| KvError::UnknownNamespace {
            name: name.to_owned(),
        })?;
        let space = Arc::new(self.open_space(config).await?);
        // Whoever opened it first wins: what guards the cache must exist once.
        let mut spaces = self.spaces.write();
        let space = spaces.entry(Arc::clone(&space.name)).or_insert(space);
        Ok(Arc::clone(space))
    }

    async fn stored(&self, name: &str) -> Result<Option<NamespaceConfig>, KvError> {
        let stored = self.records.get(name, CONFIG).await?;
        stored
            .map(|stored| namespace::decode(name, &stored))
            .transpose()
    }

    async fn open_space(&self, config: NamespaceConfig) -> Result<Space, KvError> {
        let engine = self.parts.engines.get(&config.engine);
        let engine = engine.ok_or_else(|| KvError::BadNamespace {
            name: config.name.clone(),
            reason: format!("this service has no engine {:?}", config.engine),
        })?;
        let cache = self.parts.cache.clone();
        Space::open(config, engine, cache, Arc::clone(&self.parts.clock)).await
    }
}

#[async_trait]
impl KeyValue for Service {
    async fn signals(&self, namespace: &str) -> Result<Signals, KvError> {
        Ok(self.space(namespace).await?.config.signals())
    }

    async fn put_items(&self, request: PutItemsRequest) -> Result<(), KvError> {
        let space = self.space(&request.namespace).await?;
        let mutation = RecordMutation {
            id: request.id,
            operations: request.items.into_iter().map(Operation::Put).collect(),
        };
        check::record(&mutation, space.config.chunk_over_bytes)?;
        space.write(mutation, request.token).await
    }

    async fn get_items(&self, request: GetItemsRequest) -> Result<GetItemsResponse, KvError> {
        let space = self.space(&request.namespace).await?;
        space.get_items(request).await
    }

    async fn delete_items(&self, request: DeleteItemsRequest) -> Result<(), KvError> {
        let space = self.space(&request.namespace).await?;
        let mutation = RecordMutation {
            id: request.id,
            operations: vec![Operation::Delete(request.predicate)],
        };
        check::record(&mutation, space.config.chunk_over_bytes)?;
        space.write(mutation, request.token).await
    }

    async fn mutate_items(
        &self,
        request: MutateItemsRequest,
    ) -> Result<MutateItemsResponse, KvError> {
        let space = self.space(&request.namespace).await?;
        check::mutations(&request.mutations, space.config.chunk_over_bytes)?;
        let writes: Vec<_> = request
            .mutations
            .into_iter()
            .map(|mutation| space.write(mutation, request.token))
            .collect();
        let results = stream::iter(writes)
            .buffered(RECORDS_AT_ONCE)
            .collect()
            .await;
        Ok(MutateItemsResponse { results })
    }

    async fn scan_items(&self, request: ScanItemsRequest) -> Result<ScanItemsResponse, KvError> {
        let space = self.space(&request.namespace).await?;
        space.scan_items(request).await
    }
}
