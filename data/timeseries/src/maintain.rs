//! What a namespace needs from time to time: slices whose retention is over are dropped, observed sizes are
//! stored, and the next slices' layout is chosen from them.

use std::sync::Arc;

use platform_clock::Timestamp;
use tracing::info;

use crate::layout::SliceRecord;
use crate::limits::DROP_GRACE;
use crate::meta::{Held, Kind};
use crate::namespace::{Namespace, NamespaceRecord};
use crate::observe::{Sample, next_layout};
use crate::slices::{Slice, table_name};
use crate::{EventTime, Layout, TimeSeriesError};

/// What maintenance did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Maintained {
    /// Slices dropped.
    pub dropped: usize,
    /// The layout of slices that are made from now on, if it changed.
    pub next_layout: Option<Layout>,
}

impl Namespace {
    /// Does what is due at `now`. What a crash leaves undone the next call does.
    pub(crate) async fn maintain(&self, now: Timestamp) -> Result<Maintained, TimeSeriesError> {
        let held = self.reload().await?;
        let slices = self.slices.load(now).await?;
        self.routes.load(now).await?;
        self.detections.forget(&self.name);
        self.store_observed().await?;
        let mut done = Maintained::default();
        for slice in &slices {
            let kept_until = slice
                .record
                .end
                .plus(held.record.config.retention + DROP_GRACE);
            if slice.record.dropping || kept_until <= EventTime::at(now) {
                self.drop_slice(slice).await?;
                done.dropped += 1;
            }
        }
        done.next_layout = self.rebucket(&held, &slices, now).await?;
        Ok(done)
    }

    /// First the record says so, then the table goes, then what is known of it, then the record: whatever
    /// comes between, the next call goes on.
    async fn drop_slice(&self, slice: &Arc<Slice>) -> Result<(), TimeSeriesError> {
        let (place, item) = (self.slices.place(), slice.index.to_be_bytes());
        let Some(mut held) = self.meta.get::<SliceRecord>(place, &item).await? else {
            self.slices.forget(slice.index);
            return Ok(());
        };
        if !held.record.dropping {
            let dropping = SliceRecord {
                dropping: true,
                ..held.record
            };
            let swap = self
                .meta
                .swap(place, &item, Some(&held.stored), Some(&dropping));
            if !swap.await? {
                return Ok(());
            }
            held = Held {
                record: dropping,
                stored: crate::meta::encode(&dropping),
            };
        }
        let table = table_name(&self.name, slice.index);
        self.engine.drop_table(&table).await?;
        self.forget_slice(slice.index).await?;
        let gone = self
            .meta
            .swap::<SliceRecord>(place, &item, Some(&held.stored), None);
        gone.await?;
        self.slices.forget(slice.index);
        info!(
            namespace = self.name,
            slice = slice.index,
            "time slice dropped"
        );
        Ok(())
    }

    /// Removes a slice's splits and observed sizes.
    async fn forget_slice(&self, index: u64) -> Result<(), TimeSeriesError> {
        for kind in [Kind::Splits, Kind::Observed] {
            let place = (kind, self.name.as_str());
            for (key, stored) in self.meta.stored(place, &index.to_be_bytes()).await? {
                self.meta
                    .swap::<()>(place, &key, Some(&stored), None)
                    .await?;
            }
        }
        Ok(())
    }

    /// Adds what this process observed to what is stored.
    async fn store_observed(&self) -> Result<(), TimeSeriesError> {
        let taken = self.observed.lock().take();
        for (slice, sample) in taken {
            let stored = self.add_observed(slice, &sample).await;
            if !matches!(stored, Ok(true)) {
                self.observed.lock().put_back(slice, &sample);
            }
            stored?;
        }
        Ok(())
    }

    async fn add_observed(&self, slice: u64, new: &Sample) -> Result<bool, TimeSeriesError> {
        let (place, item) = ((Kind::Observed, self.name.as_str()), slice.to_be_bytes());
        let held = self.meta.get::<Sample>(place, &item).await?;
        let mut sample = held
            .as_ref()
            .map_or_else(Sample::default, |held| held.record.clone());
        sample.merge(new);
        let expected = held.as_ref().map(|held| &held.stored);
        self.meta.swap(place, &item, expected, Some(&sample)).await
    }

    /// Chooses the next slices' layout from the last slice that is complete, once for each.
    async fn rebucket(
        &self,
        held: &Held<NamespaceRecord>,
        slices: &[Arc<Slice>],
        now: Timestamp,
    ) -> Result<Option<Layout>, TimeSeriesError> {
        let NamespaceRecord { config, next, .. } = &held.record;
        let complete = |slice: &&Arc<Slice>| slice.record.end <= config.unsettled_from(now);
        let Some(last) = slices.iter().rev().find(complete) else {
            return Ok(None);
        };
        if held.record.observed_to >= Some(last.index) {
            return Ok(None);
        }
        let place = (Kind::Observed, self.name.as_str());
        let sample = self
            .meta
            .get::<Sample>(place, &last.index.to_be_bytes())
            .await?;
        let sizes = sample
            .map(|held| held.record.histogram())
            .unwrap_or_default();
        let target = config.target_partition_bytes;
        let layout = next_layout(last.record.layout, &sizes, target, config.slice);
        let new = NamespaceRecord {
            config: config.clone(),
            next: layout,
            observed_to: Some(last.index),
        };
        let changed = self.replace(held, new).await? && layout != *next;
        Ok(changed.then_some(layout))
    }
}
