//! Which engines keep what the service knows, as the configuration says.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use data_cache::SharedCache;
use data_cassandra::{CassandraEngine, Cluster};
use data_engine::{FjallEngine, SharedEngine};
use data_events::{EventLog, SharedLog};
use data_kafka::{KafkaLog, KafkaSettings};
use data_objects::Objects;
use platform_clock::SharedClock;
use platform_http::Trust;
use url::Url;

use crate::backup::{EVENTS, STORE};
use crate::config::{Config, EMBEDDED};

/// The stores of a region.
pub(crate) struct Stores {
    pub(crate) engine: SharedEngine,
    /// The engine again when it is the embedded one, which this process backs up.
    pub(crate) embedded: Option<Arc<FjallEngine>>,
    pub(crate) log: SharedLog,
    /// The log again when it is the embedded one, whose retention is this process's work.
    pub(crate) embedded_log: Option<Arc<EventLog>>,
    /// What may be forgotten.
    pub(crate) cache: SharedCache,
    /// Films.
    pub(crate) films: Objects,
    /// Not among the films: the origin collects what no release names.
    pub(crate) datasets: Objects,
}

impl Stores {
    /// Opens the stores. Of an embedded one this process is the only owner.
    pub(crate) async fn open(config: &Config, data: &Path, clock: &SharedClock) -> Result<Self> {
        let (config, trust) = (&config.stores, config.trust()?);
        let (engine, embedded) = wide_rows(&config.wide_rows, data, clock).await?;
        let (log, embedded_log) = events(&config.events, data, clock).await?;
        Ok(Self {
            engine,
            // A backup is of everything or it is none.
            embedded: embedded.filter(|_| config.events == EMBEDDED && config.objects == EMBEDDED),
            log,
            embedded_log,
            cache: cache(&config.cache, clock)?,
            films: objects(&config.objects, &trust, data, "objects").await?,
            datasets: objects(&config.objects, &trust, data, "datasets").await?,
        })
    }
}

async fn wide_rows(
    address: &str,
    data: &Path,
    clock: &SharedClock,
) -> Result<(SharedEngine, Option<Arc<FjallEngine>>)> {
    if address == EMBEDDED {
        let engine = Arc::new(FjallEngine::open_on(data.join(STORE), Arc::clone(clock)).await?);
        return Ok((engine.clone(), Some(engine)));
    }
    let cluster: Cluster = address.parse().context("[stores] wide_rows")?;
    let engine = CassandraEngine::connect_on(&cluster, Arc::clone(clock)).await?;
    Ok((Arc::new(engine), None))
}

async fn events(
    address: &str,
    data: &Path,
    clock: &SharedClock,
) -> Result<(SharedLog, Option<Arc<EventLog>>)> {
    if address == EMBEDDED {
        let log = Arc::new(EventLog::open(data.join(EVENTS), Arc::clone(clock)).await?);
        for torn in log.torn_tails() {
            tracing::warn!(?torn, "the event log's end was torn and has been cut");
        }
        return Ok((log.clone(), Some(log)));
    }
    let Some(brokers) = address.strip_prefix("kafka://") else {
        bail!("[stores] events is {address}; write \"embedded\" or kafka://host:port");
    };
    let settings = KafkaSettings::new(brokers.trim_end_matches('/'));
    let log = KafkaLog::connect(settings, Arc::clone(clock)).await?;
    Ok((Arc::new(log), None))
}

/// In this process, or on servers with a copy in every zone.
fn cache(address: &str, clock: &SharedClock) -> Result<SharedCache> {
    let address = match address {
        EMBEDDED => "memory://",
        address => address,
    };
    data_cache::open(address, clock).context("[stores] cache")
}

/// A store of objects under a name of its own.
async fn objects(address: &str, trust: &Trust, data: &Path, name: &str) -> Result<Objects> {
    let opened = if address == EMBEDDED {
        Objects::open(data.join(name)).await
    } else {
        let mut url = Url::parse(address).context("[stores] objects is not an address")?;
        let folder = format!("{}/{name}", url.path().trim_end_matches('/'));
        url.set_path(&folder);
        Objects::from_url(&url, trust).await
    };
    opened.with_context(|| format!("cannot open the store of {name}"))
}
