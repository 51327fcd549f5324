//! The join at work: fed from the log, asked by operators.

use std::sync::Arc;

use contracts_delivery::{ACCESS_TOPIC, AccessEvent, ApplianceId};
use data_events::{Event, EventError, SharedLog, Tail};
use delivery_steering::{DecisionEvent, STEERING_TOPIC};
use parking_lot::Mutex;
use platform_clock::SharedClock;
use platform_http::Shutdown;

use crate::limits::ROUND;
use crate::{Join, Report, Sent};

/// The misses of one region; clones are shared.
#[derive(Clone)]
pub struct MissesService {
    inner: Arc<Inner>,
}

struct Inner {
    log: SharedLog,
    clock: SharedClock,
    join: Mutex<Join>,
}

/// How far both topics were read.
struct Tails {
    decisions: Tail,
    access: Tail,
}

impl MissesService {
    /// A service that has read nothing yet.
    pub fn new(log: SharedLog, clock: SharedClock) -> Self {
        let join = Mutex::default();
        Self {
            inner: Arc::new(Inner { log, clock, join }),
        }
    }

    /// Reads what the log holds and goes on reading, until `shutdown`.
    pub async fn follow(&self, shutdown: Shutdown) {
        let mut tails = Tails {
            decisions: Tail::new(STEERING_TOPIC),
            access: Tail::new(ACCESS_TOPIC),
        };
        let mut ticks = tokio::time::interval(ROUND);
        while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
            let round = self.inner.catch_up(&mut tails);
            match shutdown.run_until_cancelled(round).await {
                Some(Err(error)) => {
                    tracing::warn!(%error, "cannot read what was decided and sent; trying again");
                }
                Some(Ok(())) => {}
                None => return,
            }
        }
    }

    /// Bytes of the latest `hours`, as far as the log was read.
    pub fn report(&self, hours: u64) -> Report {
        let join = self.inner.join.lock();
        Report::of(
            join.sums(),
            join.completeness(),
            self.inner.clock.now(),
            hours,
        )
    }
}

impl Inner {
    /// Decisions first: what was sent then seldom waits for one.
    async fn catch_up(&self, tails: &mut Tails) -> Result<(), EventError> {
        let decided = |event: &Event| self.decided(event);
        tails.decisions.catch_up(&self.log, decided).await?;
        let sent = |event: &Event| self.sent(event);
        tails.access.catch_up(&self.log, sent).await?;
        self.join.lock().advance(self.clock.now());
        Ok(())
    }

    /// An event that cannot be read is of another version; its play's bytes count as without a decision.
    fn decided(&self, event: &Event) {
        match serde_json::from_slice::<DecisionEvent>(&event.payload) {
            Ok(decision) => self.join.lock().decided(&decision, self.clock.now()),
            Err(error) => tracing::debug!(%error, "a decision in the log cannot be read"),
        }
    }

    fn sent(&self, event: &Event) {
        let appliance = ApplianceId(String::from_utf8_lossy(&event.key).into_owned());
        let told: Vec<AccessEvent> = match serde_json::from_slice(&event.payload) {
            Ok(told) => told,
            Err(error) => {
                tracing::debug!(%error, "what an appliance sent cannot be read");
                return;
            }
        };
        let (mut join, now) = (self.join.lock(), self.clock.now());
        for one in told {
            let sent = Sent {
                at: one.at,
                appliance: appliance.clone(),
                session: one.session,
                release: one.release,
                bytes: one.sent,
            };
            join.sent(sent, now);
        }
    }
}

#[cfg(test)]
mod tests;
