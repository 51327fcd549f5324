//! Which split takes its next step.

use std::collections::VecDeque;

use bytes::Bytes;
use platform_clock::Timestamp;
use tracing::{error, info};

use super::record::{Phase, SplitRecord};
use super::route::{parse_split_key, split_key};
use super::step::Step;
use crate::limits::{FILTER_REFRESH, MAX_DETECTIONS};
use crate::namespace::Namespace;
use crate::{TimeSeriesError, keys};

/// Whether there was something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// A step was taken, and another may follow at once.
    Worked,
    /// Nothing is to be done for now.
    Idle,
}

/// The splits under way that this process knows of.
#[derive(Debug, Default)]
pub(crate) struct Worklist {
    keys: VecDeque<Bytes>,
    /// Splits in the list that wait for time to pass, met one after the other.
    waiting: usize,
    listed: Option<Timestamp>,
}

impl Namespace {
    /// Records what reads have detected, then takes one step of one split.
    pub(crate) async fn advance(&self, now: Timestamp) -> Result<Progress, TimeSeriesError> {
        let mut work = self.worklist.lock().await;
        self.record_detections(&mut work).await?;
        if work.listed.is_none_or(|at| now.since(at) >= FILTER_REFRESH) {
            self.list(&mut work).await?;
            work.listed = Some(now);
        }
        if work.waiting >= work.keys.len() {
            work.waiting = 0;
            return Ok(Progress::Idle);
        }
        let Some(key) = work.keys.front().cloned() else {
            return Ok(Progress::Idle);
        };
        let step = self.step(&key, now).await?;
        work.keys.pop_front();
        match step {
            Stepped::On => work.keys.push_front(key),
            Stepped::Waits => {
                work.keys.push_back(key);
                work.waiting += 1;
                return Ok(Progress::Worked);
            }
            Stepped::Over => {}
        }
        work.waiting = 0;
        Ok(Progress::Worked)
    }

    async fn record_detections(&self, work: &mut Worklist) -> Result<(), TimeSeriesError> {
        for detection in self.detections.take(&self.name, MAX_DETECTIONS) {
            let key = split_key(detection.slice, &detection.partition);
            let new = SplitRecord::new();
            let place = self.routes.place();
            match self.meta.swap(place, &key, None, Some(&new)).await {
                Ok(true) => {
                    info!(
                        namespace = self.name,
                        slice = detection.slice,
                        "wide partition found"
                    );
                    work.keys.push_back(key);
                }
                Ok(false) => {}
                Err(error) => {
                    // What was taken and not recorded is found again by the next reads.
                    self.detections.forget(&self.name);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    async fn list(&self, work: &mut Worklist) -> Result<(), TimeSeriesError> {
        let records = self.meta.all::<SplitRecord>(self.routes.place()).await?;
        let open = records
            .into_iter()
            .filter(|(_, held)| !held.record.is_over());
        work.keys = open.map(|(key, _)| key).collect();
        work.waiting = 0;
        Ok(())
    }

    async fn step(&self, key: &Bytes, now: Timestamp) -> Result<Stepped, TimeSeriesError> {
        let place = self.routes.place();
        let Some(held) = self.meta.get::<SplitRecord>(place, key).await? else {
            return Ok(Stepped::Over);
        };
        let (index, partition) = parse_split_key(key)?;
        let config = self.config();
        let slices = self.slices.between((index, index), &config, now).await?;
        let Some(slice) = slices.last() else {
            return Ok(Stepped::Over);
        };
        let bucket = keys::bucket_of(&partition).unwrap_or(u64::MAX);
        if slice.record.bucket_end(bucket) > config.unsettled_from(now) {
            return Ok(Stepped::Waits);
        }
        let step = Step {
            table: self.table(slice).await?,
            partition: &partition,
            config: &config,
            now,
        };
        let next = step.take(&held.record).await?;
        if next == held.record {
            return Ok(if next.is_over() {
                Stepped::Over
            } else {
                Stepped::Waits
            });
        }
        let swap = self.meta.swap(place, key, Some(&held.stored), Some(&next));
        if swap.await? {
            self.stepped(index, &partition, &next);
        }
        Ok(Stepped::On)
    }

    fn stepped(&self, slice: u64, partition: &Bytes, record: &SplitRecord) {
        let namespace = &self.name;
        match record.phase {
            Phase::Settling(_) => {
                self.routes.admit(slice, partition);
                let parts = record.route().map_or(0, super::Parts::count);
                info!(
                    namespace,
                    slice,
                    parts,
                    rows = record.totals.rows,
                    "wide partition split"
                );
            }
            Phase::Failed => {
                error!(
                    namespace,
                    slice,
                    ?partition,
                    "a split's parts do not come to the original"
                );
            }
            _ => {}
        }
    }
}

/// What became of a split that was asked to take a step.
enum Stepped {
    /// It took one, or another process did.
    On,
    /// It waits for time to pass.
    Waits,
    /// It is over, or its slice is gone.
    Over,
}
