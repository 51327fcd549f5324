//! The sweep: every counter is rolled up before its events go.

use bytes::Bytes;
use data_timeseries::Progress;
use platform_clock::Timestamp;

use crate::config::series_namespace;
use crate::rollup::Force;
use crate::service::Counters;
use crate::{CounterConfig, CounterError};

/// How far a sweep of a namespace is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sweep {
    after: Option<Bytes>,
}

/// What one call of [`Counters::maintain`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Counters whose watermark was moved.
    pub rolled_up: usize,
    /// Whether the sweep came to the end of the counters. Call again at once when it did not.
    pub complete: bool,
    /// Slices of events that were dropped.
    pub dropped: usize,
}

impl Counters {
    /// Goes through some of a namespace's counters and rolls up those that have lagged for a quarter of
    /// the events' retention. At the end of a sweep, slices of events whose retention is over are dropped:
    /// every counter has counted them. Call it every few minutes, and splitting's steps are taken too.
    ///
    /// # Errors
    /// When a counter could not be rolled up: nothing is dropped then, and the next call goes on there.
    pub async fn maintain(&self, namespace: &str, now: Timestamp) -> Result<Swept, CounterError> {
        let CounterConfig::EventuallyConsistent { events } = self.config(namespace).await? else {
            return Ok(Swept {
                complete: true,
                ..Swept::default()
            });
        };
        let begun = self
            .sweeps
            .lock()
            .get(namespace)
            .cloned()
            .unwrap_or_default();
        let (keys, next) = self.store.list(begun.after.as_ref()).await?;
        let mut swept = Swept::default();
        let lagging = events.unsettled_from(now).minus(events.retention / 4);
        for key in keys.iter().filter(|key| key.namespace == namespace) {
            let held = self.store.get(key).await?;
            if held.is_some_and(|held| held.record.last.until < lagging) {
                self.roll_up_one(key, now, Force::Store).await?;
                swept.rolled_up += 1;
            }
        }
        swept.complete = next.is_none();
        self.sweeps
            .lock()
            .insert(namespace.to_owned(), Sweep { after: next });
        if swept.complete {
            let series = series_namespace(namespace);
            swept.dropped = self.series.maintain(&series, now).await?.dropped;
            while self.series.advance(&series, now).await? == Progress::Worked {}
        }
        Ok(swept)
    }
}
