//! Probes: whether appliances answer when they are asked from here.

use std::sync::Arc;

use async_trait::async_trait;
use contracts_delivery::ApplianceId;
use platform_http::{Shutdown, Trust};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use url::Url;

use crate::limits::{MAX_PROBES, PROBE_PERIOD, PROBE_TIMEOUT};
use crate::service::SteeringService;

/// Asks an appliance for a sign of life.
#[async_trait]
pub trait Prober: Send + Sync {
    /// Whether what serves at `base_url` answered well and in time.
    async fn reaches(&self, base_url: &Url) -> bool;
}

/// Asks over HTTP for `healthz` below the base URL, on a connection of its own each time: one that accepts no new
/// connections is no use to new players.
#[derive(Debug, Clone)]
pub struct HttpProber(reqwest::Client);

impl HttpProber {
    /// A prober that follows no redirect and uses no proxy.
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    pub fn new() -> reqwest::Result<Self> {
        let client = Trust::default()
            .client()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0)
            // Whom players trust is not known here, and nothing is told to whoever answers.
            .danger_accept_invalid_certs(true)
            .timeout(PROBE_TIMEOUT);
        client.build().map(Self)
    }
}

#[async_trait]
impl Prober for HttpProber {
    async fn reaches(&self, base_url: &Url) -> bool {
        let Ok(url) = base_url.join("healthz") else {
            return false;
        };
        let answer = self.0.get(url).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }
}

/// Probes whoever reports, until `shutdown`.
pub(crate) async fn run(steering: SteeringService, prober: Arc<dyn Prober>, shutdown: Shutdown) {
    let mut ticks = tokio::time::interval(PROBE_PERIOD);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
        let round = round(steering.reporting(), &prober);
        match shutdown.run_until_cancelled(round).await {
            Some(found) => steering.probed(found),
            None => return,
        }
    }
}

async fn round(
    appliances: Vec<(ApplianceId, Url)>,
    prober: &Arc<dyn Prober>,
) -> Vec<(ApplianceId, bool)> {
    let turns = Arc::new(Semaphore::new(MAX_PROBES));
    let mut asked = JoinSet::new();
    for (appliance, base_url) in appliances {
        let (prober, turns) = (Arc::clone(prober), Arc::clone(&turns));
        asked.spawn(async move {
            let _turn = turns.acquire().await;
            let reached = tokio::time::timeout(PROBE_TIMEOUT, prober.reaches(&base_url));
            (appliance, reached.await.unwrap_or(false))
        });
    }
    asked.join_all().await
}

/// Whether so many failures of so many probes tell of the appliances rather than of whoever probed: when most fail
/// at once, the fault is here.
pub(crate) const fn is_telling(failed: usize, probed: usize) -> bool {
    probed < 3 || failed * 2 <= probed
}
