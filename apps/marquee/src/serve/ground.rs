//! What every service of a region stands on.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use data_engine::{FjallEngine, SharedEngine};
use data_events::{EventLog, SharedLog};
use platform_clock::{SharedClock, SystemClock};
use platform_entropy::{SharedEntropy, SystemEntropy};
use platform_observe::Metrics;

use crate::cli::Serve;

/// Stores, time, randomness, metrics, and the folder for everything that is kept.
pub(crate) struct Ground {
    pub(crate) engine: SharedEngine,
    pub(crate) log: SharedLog,
    pub(crate) clock: SharedClock,
    pub(crate) entropy: SharedEntropy,
    pub(crate) metrics: Metrics,
    /// Absolute.
    pub(crate) data: PathBuf,
}

impl Ground {
    /// Opens the stores; one process at a time can.
    pub(crate) async fn open(serve: &Serve) -> Result<Self> {
        let data = folder(serve).await?;
        let clock = SystemClock::shared();
        let engine = FjallEngine::open_shared(&data.join("store")).await?;
        let log = EventLog::open(data.join("events"), Arc::clone(&clock)).await?;
        for torn in log.torn_tails() {
            tracing::warn!(?torn, "the event log's end was torn and has been cut");
        }
        Ok(Self {
            engine,
            log: Arc::new(log),
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
