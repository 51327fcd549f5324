//! What every service of a region stands on.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use data_cache::SharedCache;
use data_engine::{FjallEngine, SharedEngine};
use data_events::{EventLog, SharedLog};
use data_hollow::HollowStore;
use data_kv::{Service, ServiceParts};
use data_objects::Objects;
use platform_clock::{SharedClock, SystemClock};
use platform_entropy::{SharedEntropy, SystemEntropy};
use platform_observe::Metrics;

use super::records;
use super::stores::Stores;
use crate::cli::Serve;
use crate::config::Config;

/// Stores, time, randomness, metrics, and the folder for everything that is kept.
pub(crate) struct Ground {
    pub(crate) engine: SharedEngine,
    /// Records of two levels on the engine.
    pub(crate) records: Arc<Service>,
    /// The engine again, when this process keeps and backs up everything itself.
    pub(crate) embedded: Option<Arc<FjallEngine>>,
    pub(crate) log: SharedLog,
    /// The log again, when it is the embedded one.
    pub(crate) embedded_log: Option<Arc<EventLog>>,
    /// What may be forgotten.
    pub(crate) cache: SharedCache,
    /// What is published.
    pub(crate) films: Objects,
    /// What is held in memory: the catalogue.
    pub(crate) datasets: HollowStore,
    pub(crate) clock: SharedClock,
    pub(crate) entropy: SharedEntropy,
    pub(crate) metrics: Metrics,
    /// Absolute.
    pub(crate) data: PathBuf,
}

impl Ground {
    /// Opens the stores; of embedded ones this process is the only owner.
    pub(crate) async fn open(config: &Config, serve: &Serve) -> Result<Self> {
        let data = folder(serve).await?;
        let clock = SystemClock::shared();
        let stores = Stores::open(config, &data, &clock).await?;
        let parts = ServiceParts {
            cache: Some(Arc::clone(&stores.cache)),
            ..ServiceParts::on(
                records::ENGINE,
                Arc::clone(&stores.engine),
                Arc::clone(&clock),
            )
        };
        let records = Service::open(parts)
            .await
            .context("cannot open the records")?;
        Ok(Self {
            records: Arc::new(records),
            engine: stores.engine,
            embedded: stores.embedded,
            datasets: HollowStore::new(stores.datasets, Arc::clone(&stores.log)),
            log: stores.log,
            embedded_log: stores.embedded_log,
            cache: stores.cache,
            films: stores.films,
            clock,
            entropy: SystemEntropy::shared(),
            metrics: Metrics::new(),
            data,
        })
    }
}

async fn folder(serve: &Serve) -> Result<PathBuf> {
    let data = &serve.data;
    tokio::fs::create_dir_all(data)
        .await
        .with_context(|| format!("cannot make the data folder {}", data.display()))?;
    data.canonicalize()
        .with_context(|| format!("cannot use the data folder {}", data.display()))
}
