//! The service: reports in, rankings, tokens and instructions out.

mod answer;
mod recent;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use contracts_delivery::{
    ACCESS_TOPIC, AccessEvent, ApplianceId, ApplianceReport, Claims, ControlError, ControlPlane,
    HeldFiles, Neighbour, OriginError, Placement, ReleaseId, ReportReply, RoundTrip, TokenSigner,
    Withdrawal, WithdrawalLog,
};
use data_engine::SharedEngine;
use data_events::{EventError, SharedLog};
use data_objects::ContentHash;
use delivery_routes::{Announcer, SharedTable};
use parking_lot::RwLock;
use platform_clock::SharedClock;
use platform_entropy::SharedEntropy;
use platform_http::Shutdown;
use url::Url;

use crate::decision::{Knowledge, Ranker, Reservations, Sample, word};
use crate::held::FileSets;
use crate::keys::{Keys, KeysError};
use crate::limits::{KEY_CHECK, LOOKED_AT, REPORT_SECONDS, WITHDRAWALS_PAGE};
use crate::places::Places;
use crate::probe::{self, Prober, is_telling};
use crate::registry::{ApplianceView, Fetched, Registry};

/// Why steering could not begin.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The signing keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The log of decisions.
    #[error("the log of decisions cannot be prepared")]
    Log(#[from] EventError),
}

/// Steering in one process; clones are shared.
#[derive(Clone)]
pub struct SteeringService {
    inner: Arc<Inner>,
}

struct Inner {
    state: RwLock<State>,
    routes: SharedTable,
    places: RwLock<Arc<Places>>,
    /// The last round of probes told more of this process than of the appliances.
    is_blind: AtomicBool,
    ranker: Ranker,
    keys: Keys,
    withdrawals: Arc<dyn WithdrawalLog>,
    log: SharedLog,
    clock: SharedClock,
}

/// What appliances said of themselves, and what decisions are made of.
#[derive(Default)]
struct State {
    registry: Registry,
    knowledge: Knowledge,
    reservations: Reservations,
    files: FileSets,
    placements: HashMap<ApplianceId, Placement>,
}

impl SteeringService {
    /// Opens the signing keys in `engine`; `withdrawals` is the origin's log, and `log` is told every decision.
    ///
    /// # Errors
    /// When the keys cannot be read, or the topic of decisions cannot be made.
    pub async fn open(
        engine: &SharedEngine,
        withdrawals: Arc<dyn WithdrawalLog>,
        log: SharedLog,
        clock: SharedClock,
        entropy: SharedEntropy,
    ) -> Result<Self, OpenError> {
        let keys = Keys::open(engine, Arc::clone(&clock), entropy).await?;
        let service = Self {
            inner: Arc::new(Inner {
                state: RwLock::default(),
                routes: SharedTable::default(),
                places: RwLock::default(),
                is_blind: AtomicBool::new(false),
                ranker: Ranker::default(),
                keys,
                withdrawals,
                log,
                clock,
            }),
        };
        service.prepare_log().await?;
        Ok(service)
    }

    /// Rotates the keys when they are due and lets go of what is old, until `shutdown`.
    pub async fn tend_loop(&self, shutdown: Shutdown) {
        let mut ticks = tokio::time::interval(KEY_CHECK);
        while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
            self.inner.let_go();
            if let Err(error) = self.inner.keys.check().await {
                tracing::warn!(%error, "cannot check the signing keys; the known ones stay in use");
            }
        }
    }

    /// Lets go of what is old, once.
    #[cfg(test)]
    pub(crate) fn let_go(&self) {
        self.inner.let_go();
    }

    /// Every appliance heard of within a day, by name.
    pub fn appliances(&self) -> Vec<ApplianceView> {
        let state = self.inner.state.read();
        let now = self.inner.clock.monotonic();
        state
            .registry
            .views(now, |appliance| state.fetched(appliance))
    }

    /// Probes whoever reports, every few seconds, until `shutdown`.
    pub async fn probe_loop(&self, prober: Arc<dyn Prober>, shutdown: Shutdown) {
        probe::run(self.clone(), prober, shutdown).await;
    }

    pub(crate) fn reporting(&self) -> Vec<(ApplianceId, Url)> {
        let now = self.inner.clock.monotonic();
        self.inner.state.read().registry.reporting(now)
    }

    /// What one round of probes found.
    pub(crate) fn probed(&self, found: Vec<(ApplianceId, bool)>) {
        let failed = found.iter().filter(|(_, reached)| !reached).count();
        let is_blind = !is_telling(failed, found.len());
        if self.inner.is_blind.swap(is_blind, Ordering::Relaxed) != is_blind {
            tracing::warn!(
                failed,
                is_blind,
                "while most appliances cannot be reached from here, that is not held against them"
            );
        }
        if is_blind {
            return;
        }
        let (now, mut state) = (self.inner.clock.monotonic(), self.inner.state.write());
        let State {
            registry,
            knowledge,
            ..
        } = &mut *state;
        for (appliance, reached) in found {
            registry.judge(&mut knowledge.fleet, &appliance, now, |health| {
                health.probed(reached, now);
            });
        }
    }

    /// Where clients are from now on.
    pub fn set_places(&self, places: Places) {
        *self.inner.places.write() = Arc::new(places);
    }

    /// Says which releases there are, and of each the files whose holders matter, at most [`crate::limits::MAX_WANTED`].
    /// Those that are not named are forgotten.
    pub fn describe(&self, releases: Vec<(ReleaseId, Vec<ContentHash>)>) {
        let mut state = self.inner.state.write();
        let State {
            knowledge, files, ..
        } = &mut *state;
        files.describe(&mut knowledge.holdings, releases);
    }

    /// Says which files each appliance should keep, the most worth first; it is told with its next report. One that
    /// is not named keeps what it likes.
    pub fn place(&self, planned: BTreeMap<ApplianceId, Vec<ContentHash>>) {
        let placements = planned.into_iter().map(|(appliance, files)| {
            let mark = mark_of(&files);
            (appliance, Placement { mark, files })
        });
        self.inner.state.write().placements = placements.collect();
    }

    /// Clients failed on an appliance that reports: it is ranked last for a while.
    pub fn suspect(&self, appliance: &ApplianceId) {
        let now = self.inner.clock.monotonic();
        let mut state = self.inner.state.write();
        let State {
            registry,
            knowledge,
            ..
        } = &mut *state;
        registry.judge(&mut knowledge.fleet, appliance, now, |health| {
            health.failed_for_players(now);
        });
    }
}

impl State {
    /// How far an appliance's placed files are fetched.
    fn fetched(&self, appliance: &ApplianceId) -> Fetched {
        let placed = self.placements.get(appliance);
        let by = self.knowledge.fleet.find(appliance);
        let Some((placed, by)) = placed.zip(by) else {
            return Fetched::default();
        };
        Fetched {
            wanted: placed.files.len(),
            held: self.files.count_held(by, &placed.files),
        }
    }
}

impl TokenSigner for SteeringService {
    fn sign(&self, claims: &Claims) -> String {
        self.inner.keys.sign(claims)
    }
}

#[async_trait]
impl ControlPlane for SteeringService {
    async fn report(
        &self,
        appliance: &ApplianceId,
        report: ApplianceReport,
    ) -> Result<ReportReply, ControlError> {
        let (done, has) = (report.withdrawn_seq, report.placement);
        let now = self.inner.clock.monotonic();
        let heard = self.inner.hear(appliance, report, now);
        let held_understood = heard.map_err(|reason| ControlError::Refused(reason.to_owned()))?;
        let new = self.inner.withdrawals_after(done).await;
        let new = new.map_err(|error| ControlError::Failed(error.to_string()))?;
        let more = new.entries.len() >= WITHDRAWALS_PAGE;
        Ok(ReportReply {
            keys: self.inner.keys.key_set(),
            withdrawn_seq: new.entries.last().map_or(new.after, |last| last.seq),
            withdrawn: new.entries.into_iter().map(|entry| entry.file).collect(),
            next_report_s: if more { 0 } else { REPORT_SECONDS },
            held_understood,
            placement: self.inner.placement(appliance, has),
            neighbours: self.inner.neighbours(appliance, now),
        })
    }

    async fn access(
        &self,
        appliance: &ApplianceId,
        events: Vec<AccessEvent>,
    ) -> Result<(), ControlError> {
        let failed = |error: &dyn std::fmt::Display| ControlError::Failed(error.to_string());
        let payload = serde_json::to_vec(&events).map_err(|error| failed(&error))?;
        let key = appliance.0.clone().into();
        let told = self.inner.log.append(ACCESS_TOPIC, key, payload.into());
        told.await.map(drop).map_err(|error| failed(&error))
    }
}

struct NewWithdrawals {
    after: u64,
    entries: Vec<Withdrawal>,
}

impl Inner {
    /// Frees what no play holds any more, and forgets old measurements: piece by piece, as decisions wait meanwhile.
    fn let_go(&self) {
        let now = self.clock.monotonic();
        while self.let_some_go(now) {}
        self.routes.free();
    }

    /// The same of some; whether there are more.
    fn let_some_go(&self, now: Duration) -> bool {
        let mut state = self.state.write();
        let State {
            knowledge,
            reservations,
            ..
        } = &mut *state;
        let plays = reservations.expire(&mut knowledge.fleet, now, LOOKED_AT);
        knowledge.learned.age(now, LOOKED_AT) || plays
    }

    fn hear(
        &self,
        appliance: &ApplianceId,
        mut report: ApplianceReport,
        now: Duration,
    ) -> Result<bool, &'static str> {
        let held: HeldFiles = std::mem::take(&mut report.held);
        let round_trips = std::mem::take(&mut report.round_trips);
        let mut state = self.state.write();
        let State {
            registry,
            knowledge,
            files,
            ..
        } = &mut *state;
        registry.hear(&mut knowledge.fleet, appliance, report, now)?;
        let Some(by) = knowledge.fleet.find(appliance) else {
            return Ok(false);
        };
        self.learn_round_trips(knowledge, by, &round_trips, now);
        Ok(files.hear(&mut knowledge.holdings, by, &held))
    }

    /// Takes in what an appliance measured of networks that it may be sent players of: of others it has nothing to
    /// say. A network that is announced in finer parts than an appliance tells apart is left to distance.
    fn learn_round_trips(
        &self,
        knowledge: &mut Knowledge,
        by: Announcer,
        round_trips: &[RoundTrip],
        now: Duration,
    ) {
        let (table, everywhere) = (self.routes.read(), knowledge.fleet.everywhere());
        let is_everywhere = everywhere.contains(&by);
        for trip in round_trips.iter().take(RoundTrip::MAX) {
            let Some(found) = table.find(trip.network.addr()) else {
                continue;
            };
            let is_finer = found.network.prefix_len() > trip.network.prefix_len();
            let is_asked = is_everywhere || found.candidates.announcers().any(|one| one == by);
            if is_asked && !is_finer {
                let sample = Sample {
                    kbps: None,
                    rtt_ms: Some(trip.mean_us as f32 / 1e3),
                };
                knowledge.learned.learn(found.network, by, sample, now);
            }
        }
    }

    fn neighbours(&self, appliance: &ApplianceId, now: Duration) -> Vec<Neighbour> {
        self.state.write().registry.neighbours(appliance, now)
    }

    /// What an appliance should keep, unless that is what it has.
    fn placement(&self, appliance: &ApplianceId, has: u64) -> Option<Placement> {
        let state = self.state.read();
        let placement = state.placements.get(appliance);
        placement.filter(|placement| placement.mark != has).cloned()
    }

    /// Withdrawals after `done`; from the first when the log has no entry `done`: then the origin was
    /// set up anew, and the appliance's number counts another log.
    async fn withdrawals_after(&self, done: u64) -> Result<NewWithdrawals, OriginError> {
        let before = done.saturating_sub(1);
        let mut entries = self
            .withdrawals
            .withdrawals_since(before, WITHDRAWALS_PAGE)
            .await?;
        if done == 0 {
            return Ok(NewWithdrawals { after: 0, entries });
        }
        if entries.first().is_some_and(|first| first.seq == done) {
            let full = entries.len() == WITHDRAWALS_PAGE;
            entries.remove(0);
            if full {
                entries = self
                    .withdrawals
                    .withdrawals_since(done, WITHDRAWALS_PAGE)
                    .await?;
            }
            return Ok(NewWithdrawals {
                after: done,
                entries,
            });
        }
        let entries = self
            .withdrawals
            .withdrawals_since(0, WITHDRAWALS_PAGE)
            .await?;
        Ok(NewWithdrawals { after: 0, entries })
    }
}

/// A number for a list of files: another for another list, and not 0.
fn mark_of(files: &[ContentHash]) -> u64 {
    let names: Vec<u8> = files.iter().flat_map(|file| *file.as_bytes()).collect();
    word(&ContentHash::of(&names)).max(1)
}
