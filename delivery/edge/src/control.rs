//! The exchange with the control plane, from this side: the report, and carrying out the reply.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use contracts_delivery::{
    ApplianceId, ApplianceReport, ControlError, ControlPlane, HeldFiles, KeySet, Location,
    ReportReply, Tier, Vitals,
};
use data_objects::ContentHash;
use platform_clock::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::file::blocking;
use crate::keyring::KeyRing;
use crate::library::Library;
use crate::limits::{MAX_REPORT_SECONDS, REPORT_RETRY_SECONDS};
use crate::metrics::EdgeMetrics;
use crate::placing::Placing;
use crate::releases::Releases;
use crate::round_trips::RoundTrips;
use crate::upstreams::Upstreams;

/// What an appliance remembers of the control plane over a restart, so that it can go on serving stored
/// files while the control plane is away. Readable by its owner only: it holds the keys.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Remembered {
    pub(crate) withdrawn_seq: u64,
    pub(crate) keys: KeySet,
}

/// The constant part of the reports.
pub(crate) struct Identity {
    pub(crate) id: ApplianceId,
    pub(crate) base_url: Url,
    pub(crate) tier: Tier,
    pub(crate) capacity_mbps: u32,
    pub(crate) cache_bytes: u64,
    pub(crate) site: String,
    pub(crate) region: String,
    pub(crate) location: Option<Location>,
    pub(crate) started_at: Timestamp,
}

/// One appliance's line to the control plane.
pub(crate) struct ControlLine {
    pub(crate) plane: Arc<dyn ControlPlane>,
    pub(crate) identity: Identity,
    /// Where [`Remembered`] is kept; absent when nothing is stored.
    pub(crate) memory: Option<PathBuf>,
    pub(crate) withdrawn_seq: AtomicU64,
    /// One exchange at a time: replies are carried out in order.
    pub(crate) exchanging: tokio::sync::Mutex<()>,
}

/// What a reply acts on.
pub(crate) struct Acts<'a> {
    pub(crate) keys: &'a KeyRing,
    pub(crate) library: &'a Arc<Library>,
    pub(crate) releases: &'a Releases,
    pub(crate) metrics: &'a EdgeMetrics,
    pub(crate) round_trips: &'a RoundTrips,
    pub(crate) placing: &'a Placing,
    pub(crate) upstreams: &'a Upstreams,
}

impl ControlLine {
    /// Reports once and carries out the reply; returns the seconds until the next report.
    pub(crate) async fn exchange(&self, acts: Acts<'_>) -> Result<u32, ControlError> {
        let _one_at_a_time = self.exchanging.lock().await;
        let news = acts.placing.news(acts.library);
        let report = self.report(&acts, news.clone());
        let mut reply = self.plane.report(&self.identity.id, report).await?;
        acts.placing.told(news, reply.held_understood);
        if let Some(placement) = reply.placement.take() {
            acts.placing.take(placement, acts.library);
        }
        acts.upstreams
            .replace(std::mem::take(&mut reply.neighbours));
        Ok(self.carry_out(reply, &acts).await)
    }

    fn report(&self, acts: &Acts<'_>, held: HeldFiles) -> ApplianceReport {
        ApplianceReport {
            base_url: self.identity.base_url.clone(),
            tier: self.identity.tier,
            capacity_mbps: self.identity.capacity_mbps,
            started_at: self.identity.started_at,
            in_flight: u64::try_from(acts.metrics.streams.get()).unwrap_or(0),
            bytes_served: acts.metrics.bytes_served.get(),
            cached_bytes: acts.library.cached_bytes(),
            withdrawn_seq: self.withdrawn_seq.load(Ordering::Acquire),
            cache_bytes: self.identity.cache_bytes,
            site: self.identity.site.clone(),
            region: self.identity.region.clone(),
            fill: acts.placing.hours(),
            held,
            placement: acts.placing.mark(),
            location: self.identity.location,
            vitals: Vitals {
                waiting: acts.library.filler.waited_for(),
                ..acts.metrics.vitals()
            },
            round_trips: acts.round_trips.take(),
        }
    }

    async fn carry_out(&self, reply: ReportReply, acts: &Acts<'_>) -> u32 {
        let keys_changed = acts.keys.replace(reply.keys);
        let before = self.withdrawn_seq.load(Ordering::Acquire);
        if !reply.withdrawn.is_empty() && !withdraw(reply.withdrawn, acts).await {
            // Not carried out, so not confirmed: the next reply names the files again.
            return REPORT_RETRY_SECONDS;
        }
        self.withdrawn_seq
            .store(reply.withdrawn_seq, Ordering::Release);
        if keys_changed || before != reply.withdrawn_seq {
            self.remember(acts.keys.snapshot()).await;
        }
        reply.next_report_s.min(MAX_REPORT_SECONDS)
    }

    async fn remember(&self, keys: KeySet) {
        let Some(path) = &self.memory else { return };
        let withdrawn_seq = self.withdrawn_seq.load(Ordering::Acquire);
        let text = serde_json::to_vec(&Remembered {
            withdrawn_seq,
            keys,
        })
        .expect("numbers and bytes are JSON");
        if let Err(error) = platform_files::write_private(path, text).await {
            // Withdrawals are then carried out twice after a restart, which is fine.
            tracing::warn!(%error, "cannot remember the control plane's reply");
        }
    }
}

/// Drops files from memory and from disk; whether it was done.
async fn withdraw(files: Vec<ContentHash>, acts: &Acts<'_>) -> bool {
    for file in &files {
        acts.releases.withdraw(*file);
    }
    let (library, count) = (Arc::clone(acts.library), files.len());
    let dropped = blocking(move || {
        for file in files {
            library.withdraw(file);
        }
        Ok(())
    });
    if let Err(error) = dropped.await {
        tracing::error!(%error, "cannot drop withdrawn files");
        return false;
    }
    tracing::info!(files = count, "dropped withdrawn files");
    true
}

/// Reads what an earlier run remembered; nothing when there is none or it cannot be read.
pub(crate) async fn remembered(path: &std::path::Path) -> Remembered {
    match tokio::fs::read(path).await {
        Ok(text) => serde_json::from_slice(&text).unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot read what was remembered of the control plane");
            Remembered::default()
        }),
        Err(_) => Remembered::default(),
    }
}
