//! Rollups: events that cannot change any more become part of a checkpoint.

use std::time::Duration;

use data_timeseries::{EventTime, NamespaceConfig, ReadQuery, TimeRange};
use futures::{StreamExt as _, stream};
use platform_clock::Timestamp;
use tracing::warn;

use crate::config::series_namespace;
use crate::fold::Checkpoint;
use crate::limits::{FOLD_EVENTS, FOLD_PAGES, RETRY_AFTER, ROLLUP_CONCURRENCY};
use crate::queue::Key;
use crate::service::Counters;
use crate::{CounterConfig, CounterError};

/// What a batch of rollups did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RolledUp {
    /// Counters rolled up.
    pub counters: usize,
    /// Counters whose rollup failed; they are tried again.
    pub failed: usize,
    /// How long to wait before the next batch: longer while the store is in trouble.
    pub pause: Duration,
    /// Counters that still wait, due or not.
    pub waiting: usize,
}

/// How a rollup ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Force {
    /// It stores nothing when nothing happened.
    No,
    /// It moves the watermark in any case.
    Store,
}

impl Counters {
    /// Rolls up counters that were asked for and are due: one batch, as large as the store has lately
    /// taken in its stride. Call it again after the pause, or when counters may be due.
    pub async fn roll_up(&self, now: Timestamp) -> RolledUp {
        let pace = *self.pace.lock();
        let begun = self.clock.monotonic();
        let batch = self.queue.take(now, pace.batch);
        let counters = batch.len();
        let rollups = stream::iter(batch).map(|(key, last)| async move {
            let failed = match self.roll_up_one(&key, now, Force::No).await {
                Ok(()) => {
                    if last > now {
                        self.queue.ask(key, last);
                    }
                    return 0;
                }
                Err(error) => error,
            };
            warn!(namespace = key.namespace, name = key.name, error = %failed, "a counter was not rolled up");
            if failed.is_transient() {
                self.queue.ask(key, now.plus(RETRY_AFTER).max(last));
            }
            1
        });
        let failed: usize = rollups
            .buffer_unordered(ROLLUP_CONCURRENCY)
            .fold(0, |sum, failed| async move { sum + failed })
            .await;
        let took = self.clock.monotonic().saturating_sub(begun);
        let next = if counters == 0 {
            pace
        } else {
            pace.after(took, failed)
        };
        *self.pace.lock() = next;
        RolledUp {
            counters: counters - failed,
            failed,
            pause: next.pause,
            waiting: self.queue.len(),
        }
    }

    /// Moves a counter's watermark to the first time that may still change. When another process does so at
    /// the same time, one of them wins, and both would have stored the same.
    pub(crate) async fn roll_up_one(
        &self,
        key: &Key,
        now: Timestamp,
        force: Force,
    ) -> Result<(), CounterError> {
        let events = self.events(key).await?;
        loop {
            let Some(held) = self.store.get(key).await? else {
                return Ok(());
            };
            let target = events.unsettled_from(now);
            let old = held.record.last;
            if target <= old.until {
                return Ok(());
            }
            let fold = self.fold(key, old, Some(target)).await?;
            if fold.events == 0 && force == Force::No {
                return Ok(());
            }
            let new = held.record.rolled_up(fold.checkpoint, events.retention);
            let swapped = self.store.swap(key, Some(&held), &new).await?;
            if !swapped || fold.checkpoint.until >= target {
                return Ok(());
            }
        }
    }

    /// Folds a counter's events on top of a checkpoint: up to `until`, or as far as a bounded number of
    /// pages goes; without `until`, all there are.
    pub(crate) async fn fold(
        &self,
        key: &Key,
        from: Checkpoint,
        until: Option<EventTime>,
    ) -> Result<Fold, CounterError> {
        let end = until.unwrap_or(TimeRange::ALL.until()).max(from.until);
        let mut query = ReadQuery::over(TimeRange::new(from.until, end)?).events(FOLD_EVENTS);
        query.expired = true;
        let mut fold = Fold {
            checkpoint: from,
            events: 0,
        };
        let mut partial: Option<Fold> = None;
        let series = series_namespace(&key.namespace);
        for page in 0.. {
            let read = self
                .series
                .read_event_records(&series, &key.name, &query)
                .await?;
            for event in &read.events {
                // All events before this one's time have been folded: a checkpoint may stand here.
                if event.time > fold.checkpoint.until {
                    fold.checkpoint.until = event.time;
                    partial = Some(fold);
                }
                fold.checkpoint.add(event)?;
                fold.events += 1;
            }
            match (read.next, partial) {
                (Some(_), Some(partial)) if page >= FOLD_PAGES && until.is_some() => {
                    return Ok(partial);
                }
                (Some(next), _) => query = query.after(next),
                (None, _) => break,
            }
        }
        fold.checkpoint.until = end;
        Ok(fold)
    }

    /// The configuration of a namespace's events.
    pub(crate) async fn events(&self, key: &Key) -> Result<NamespaceConfig, CounterError> {
        match self.config(&key.namespace).await? {
            CounterConfig::EventuallyConsistent { events } => Ok(events),
            CounterConfig::BestEffort { .. } => Err(CounterError::BestEffort { what: "fold" }),
        }
    }
}

/// A checkpoint, and how many events were folded into it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fold {
    pub(crate) checkpoint: Checkpoint,
    pub(crate) events: u64,
}
