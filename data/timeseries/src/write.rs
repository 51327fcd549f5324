//! Writing events.

mod batcher;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use bytes::{BufMut as _, Bytes};
use data_engine::{Mutation, Stamp};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::event::within;
use crate::layout::{SliceRecord, slice_index};
use crate::limits::{
    MAX_RECORDS_PER_WRITE, WRITE_BATCH_BYTES, WRITE_BATCH_ROWS, WRITE_CONCURRENCY,
};
use crate::namespace::Namespace;
use crate::slices::Slice;
use crate::{EventRecord, TimeSeriesError, keys};

pub(crate) use batcher::Batcher;

/// Rows of one partition, by key.
type Rows = BTreeMap<Bytes, Bytes>;

/// Rows of one partition that are written together.
struct Batch {
    slice: Arc<Slice>,
    partition: Bytes,
    rows: Rows,
}

impl Namespace {
    /// Refuses the call if one of its records cannot be taken now.
    pub(crate) fn accept(&self, records: &[EventRecord]) -> Result<(), TimeSeriesError> {
        within("one call in records", records.len(), MAX_RECORDS_PER_WRITE)?;
        let (config, now) = (self.config(), self.now());
        for record in records {
            record.check()?;
            config.accept(record.event.time, now, Duration::ZERO)?;
        }
        Ok(())
    }

    /// Writes records that were accepted.
    pub(crate) async fn write(&self, records: &[EventRecord]) -> Result<(), TimeSeriesError> {
        self.routes.freshen(self.now()).await?;
        let batches = self.batches(records).await?;
        stream::iter(batches)
            .map(|batch| self.write_batch(batch))
            .buffer_unordered(WRITE_CONCURRENCY)
            .try_collect::<()>()
            .await
    }

    async fn batches(&self, records: &[EventRecord]) -> Result<Vec<Batch>, TimeSeriesError> {
        let mut by_partition: BTreeMap<(u64, Bytes), (Arc<Slice>, Vec<Rows>)> = BTreeMap::new();
        for record in records {
            let slice = self.slice_of(record).await?;
            let event = &record.event;
            let buckets = slice.record.layout.event_buckets();
            let bucket = slice.record.bucket(event.time);
            let event_bucket = keys::event_bucket(&event.id, buckets);
            let partition = keys::partition(0, bucket, event_bucket, &record.series);
            let place = by_partition
                .entry((slice.index, partition))
                .or_insert_with(|| (slice, vec![Rows::new()]));
            add_event(&mut place.1, record);
        }
        let batches = by_partition
            .into_iter()
            .flat_map(|((_, partition), (slice, parts))| {
                parts.into_iter().map(move |rows| Batch {
                    slice: Arc::clone(&slice),
                    partition: partition.clone(),
                    rows,
                })
            });
        Ok(batches.collect())
    }

    async fn slice_of(&self, record: &EventRecord) -> Result<Arc<Slice>, TimeSeriesError> {
        let held = self.record();
        let index = slice_index(record.event.time, held.config.slice);
        let new = SliceRecord::new(index, &held.config, held.next);
        self.slices.for_write(index, new).await
    }

    /// The stamp is the same whoever writes a row, and whenever: the start of its time bucket. So a repeated
    /// event changes nothing, and of different values the greater stands.
    async fn write_batch(&self, batch: Batch) -> Result<(), TimeSeriesError> {
        let table = self.table(&batch.slice).await?.clone();
        let stamp = Stamp(keys::bucket_of(&batch.partition).unwrap_or_default());
        let bytes = size(&batch.rows) as u64;
        let (slice, partition) = (batch.slice.index, batch.partition.clone());
        let durability = self.config().durability;
        for (target, rows) in self.targets(batch).await? {
            let puts = rows.into_iter();
            let mutations = puts.map(|(key, value)| Mutation::put(key, value)).collect();
            table.write_at(target, mutations, stamp, durability).await?;
        }
        self.observed.lock().add(slice, &partition, bytes);
        Ok(())
    }

    /// The partition itself, or the parts of its split: a namespace that was configured to take events later
    /// than before may meet one.
    async fn targets(&self, batch: Batch) -> Result<BTreeMap<Bytes, Rows>, TimeSeriesError> {
        let Batch {
            slice,
            partition,
            rows,
        } = batch;
        let Some(parts) = self.routes.route(slice.index, &partition).await? else {
            return Ok(BTreeMap::from([(partition, rows)]));
        };
        let mut targets: BTreeMap<Bytes, Rows> = BTreeMap::new();
        for (key, value) in rows {
            let part = keys::part_of(&partition, parts.of(&key)?);
            targets.entry(part).or_default().insert(key, value);
        }
        Ok(targets)
    }
}

fn size(rows: &Rows) -> usize {
    rows.iter()
        .map(|(key, value)| key.len() + value.len())
        .sum()
}

/// Adds an event's rows to the last batch, or begins another when that one is full. An event is never
/// divided.
fn add_event(batches: &mut Vec<Rows>, record: &EventRecord) {
    let full = |rows: &Rows| rows.len() >= WRITE_BATCH_ROWS || size(rows) >= WRITE_BATCH_BYTES;
    if batches.last().is_none_or(full) {
        batches.push(Rows::new());
    }
    let Some(rows) = batches.last_mut() else {
        return;
    };
    let prefix = keys::event(record.event.time, &record.event.id);
    for item in &record.event.items {
        let mut key = prefix.clone();
        key.put_slice(&item.key);
        match rows.entry(key.freeze()) {
            Entry::Vacant(free) => {
                free.insert(item.value.clone());
            }
            Entry::Occupied(mut held) if *held.get() < item.value => {
                held.insert(item.value.clone());
            }
            Entry::Occupied(_) => {}
        }
    }
}
