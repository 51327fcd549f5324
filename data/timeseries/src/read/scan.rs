//! A scan of a series' events: slice by slice, bucket by bucket, until its budget is spent.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use data_engine::{Direction, PageLimit, Range};

use super::cursor::Cursor;
use super::merge::Merge;
use super::query::{EventLimit, ReadQuery};
use super::token::Edge;
use crate::layout::slice_index;
use crate::limits::{
    FETCH_BYTES, FETCH_ROWS, MAX_PARTITIONS_PER_PAGE, MIN_DENSITY_BYTES, SCAN_BYTES,
};
use crate::namespace::Namespace;
use crate::slices::Slice;
use crate::split::{Detection, is_gone};
use crate::{Event, EventTime, NamespaceConfig, TimeSeriesError, keys};

/// What a scan may still take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    events: usize,
    bytes: usize,
    scanned: usize,
    partitions: usize,
    /// Whether the page holds something already.
    any: bool,
    /// Whether events are passed over, so that how many are wanted says nothing about how many to fetch.
    filtered: bool,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// It counts towards the page.
    Kept,
    /// It does not.
    Passed,
    /// It counts, and the page is full.
    Full,
}

impl Budget {
    /// A page of events, all of which are kept.
    pub(crate) fn page(limit: EventLimit) -> Self {
        let limit = limit.held();
        Self {
            events: limit.events,
            bytes: limit.bytes,
            scanned: SCAN_BYTES,
            partitions: MAX_PARTITIONS_PER_PAGE,
            any: false,
            filtered: false,
        }
    }

    /// A page of the events that a filter keeps.
    pub(crate) fn search(limit: EventLimit) -> Self {
        Self {
            filtered: true,
            ..Self::page(limit)
        }
    }

    /// As much as one page may look at, whatever is kept.
    pub(crate) fn whole() -> Self {
        let limit = EventLimit {
            events: usize::MAX,
            bytes: usize::MAX,
        };
        Self {
            events: usize::MAX,
            bytes: usize::MAX,
            ..Self::search(limit)
        }
    }

    fn wanted(&self) -> PageLimit {
        if self.filtered {
            return PageLimit {
                items: FETCH_ROWS,
                bytes: FETCH_BYTES,
            };
        }
        PageLimit {
            items: self.events,
            bytes: self.bytes,
        }
    }

    fn spend(&mut self, bytes: usize, keep: Keep) {
        self.scanned = self.scanned.saturating_sub(bytes);
        if keep == Keep::Full {
            self.events = 0;
        }
        if keep != Keep::Passed {
            self.any = true;
            self.events = self.events.saturating_sub(1);
            self.bytes = self.bytes.saturating_sub(bytes);
        }
    }

    /// Whether an event of so many bytes must wait for the next page.
    fn is_spent(&self, next: usize) -> bool {
        let full = self.any && next > self.bytes;
        full || self.events == 0 || self.bytes == 0 || self.scanned == 0
    }
}

/// A scan that is about to begin.
pub(crate) struct Scan<'a> {
    namespace: &'a Namespace,
    config: NamespaceConfig,
    series: &'a [u8],
    range: Range,
    /// Bytes that earlier pages read of the bucket in which this one begins.
    bucket_bytes: u64,
}

/// One time bucket to read.
struct Bucket {
    slice: Arc<Slice>,
    start: u64,
}

impl<'a> Scan<'a> {
    /// The part of a query's range that is kept, that was not read before, and that can hold anything.
    pub(crate) fn new(
        namespace: &'a Namespace,
        series: &'a [u8],
        query: &ReadQuery,
        begun: Option<Edge>,
    ) -> Result<Self, TimeSeriesError> {
        let (config, now) = (namespace.config(), namespace.now());
        let kept = config.kept_from(now);
        let from = if query.expired {
            query.range.from()
        } else {
            query.range.from().max(kept)
        };
        // Clocks differ: what another machine accepted may lie a little further ahead than this one's would.
        let latest = EventTime::at(now).plus(config.accept_early + config.settle);
        let until = query.range.until().min(latest).max(from);
        let (mut from, mut until) = (keys::time(from), keys::time(until));
        let bucket_bytes = begun.as_ref().map_or(0, |edge| edge.bucket_bytes);
        if let Some(edge) = begun {
            if keys::time_of(&edge.key).is_none() {
                return Err(TimeSeriesError::MalformedPageToken);
            }
            match query.direction {
                Direction::Forward => from = from.max(edge.key),
                Direction::Reverse => until = until.min(edge.key),
            }
        }
        let range = Range {
            from: Some(from),
            until: Some(until),
            direction: query.direction,
        };
        Ok(Self {
            namespace,
            config,
            series,
            range,
            bucket_bytes,
        })
    }

    /// Shows events to `keep` until the budget is spent. Returns where to go on, or `None` at the end.
    pub(crate) async fn run(
        mut self,
        mut budget: Budget,
        mut keep: impl FnMut(Event) -> Keep,
    ) -> Result<Option<Edge>, TimeSeriesError> {
        if self.range.is_empty() {
            return Ok(None);
        }
        self.namespace.routes.freshen(self.namespace.now()).await?;
        for slice in self.slices().await? {
            for bucket in self.buckets(&slice) {
                if budget.partitions == 0 || budget.is_spent(0) {
                    return Ok(Some(self.edge_at(&bucket)));
                }
                let edge = self.bucket(&bucket, &mut budget, &mut keep).await;
                match edge {
                    Ok(None) => self.bucket_bytes = 0,
                    Err(TimeSeriesError::Engine(error)) if is_gone(&error) => {
                        self.require_dropped(&slice, error).await?;
                    }
                    edge => return edge,
                }
            }
        }
        Ok(None)
    }

    /// The first and the last time that the range holds.
    fn bounds(&self) -> (EventTime, EventTime) {
        let time = |key: &Bytes| keys::time_of(key);
        let from = self.range.from.as_ref().and_then(time).unwrap_or_default();
        let until = self.range.until.as_ref();
        let last = until.and_then(time).unwrap_or(from);
        // An edge within a time leaves some of that time's events; a mere time leaves none.
        let none = until.is_some_and(|until| *until == keys::time(last));
        let last = last.minus(Duration::from_micros(u64::from(none)));
        (from, last.max(from))
    }

    async fn slices(&self) -> Result<Vec<Arc<Slice>>, TimeSeriesError> {
        let (from, last) = self.bounds();
        let length = self.config.slice;
        let numbers = (slice_index(from, length), slice_index(last, length));
        let now = self.namespace.now();
        let mut slices = self
            .namespace
            .slices
            .between(numbers, &self.config, now)
            .await?;
        if self.range.direction == Direction::Reverse {
            slices.reverse();
        }
        Ok(slices)
    }

    /// The slice's time buckets that the range touches, in its direction.
    fn buckets(&self, slice: &Arc<Slice>) -> impl Iterator<Item = Bucket> + use<> {
        let (from, last) = self.bounds();
        let record = slice.record;
        let first = record.bucket(from.max(record.start));
        let last = record.bucket(last.min(EventTime::from_micros(record.end.micros() - 1)));
        let step = crate::time::micros(record.layout.time_bucket());
        let count = last.saturating_sub(first) / step + 1;
        let reverse = self.range.direction == Direction::Reverse;
        let slice = Arc::clone(slice);
        (0..count).map(move |nth| Bucket {
            slice: Arc::clone(&slice),
            start: if reverse {
                last - nth * step
            } else {
                first + nth * step
            },
        })
    }

    /// Where a scan goes on that has not looked into `bucket`.
    fn edge_at(&self, bucket: &Bucket) -> Edge {
        let start = EventTime::from_micros(bucket.start);
        let at = match self.range.direction {
            Direction::Forward => start,
            Direction::Reverse => bucket.slice.record.bucket_end(bucket.start),
        };
        let key = keys::time(at);
        let (from, until) = (self.range.from.clone(), self.range.until.clone());
        Edge {
            // The first bucket may have been begun by an earlier page.
            key: key
                .max(from.unwrap_or_default())
                .min(until.unwrap_or_default()),
            bucket_bytes: self.bucket_bytes,
        }
    }

    async fn bucket(
        &self,
        bucket: &Bucket,
        budget: &mut Budget,
        keep: &mut impl FnMut(Event) -> Keep,
    ) -> Result<Option<Edge>, TimeSeriesError> {
        let mut read = BucketRead::open(self, bucket).await?;
        budget.partitions = budget.partitions.saturating_sub(read.partitions);
        let mut edge = None;
        loop {
            read.merge.fill(budget.wanted()).await?;
            let Some(bytes) = read.merge.next_bytes()? else {
                self.detect(bucket, &read, None);
                return Ok(None);
            };
            if budget.is_spent(bytes) {
                let key = edge.unwrap_or_else(|| self.edge_at(bucket).key);
                self.detect(bucket, &read, Some(&key));
                let bucket_bytes = self.bucket_bytes + read.fetched();
                return Ok(Some(Edge { key, bucket_bytes }));
            }
            let Some((prefix, event)) = read.merge.pop()? else {
                return Ok(None);
            };
            budget.spend(bytes, keep(event));
            edge = Some(match self.range.direction {
                Direction::Forward => keys::after_event(&prefix),
                Direction::Reverse => prefix,
            });
        }
    }

    /// Reports what looks wide: by the bytes that this page and those before it read of the bucket, or by
    /// the density of what this page read. Only what no write can reach any more.
    fn detect(&self, bucket: &Bucket, read: &BucketRead, edge: Option<&Bytes>) {
        let record = bucket.slice.record;
        let end = record.bucket_end(bucket.start);
        if end > self.config.unsettled_from(self.namespace.now()) {
            return;
        }
        let whole = (EventTime::from_micros(bucket.start), end);
        let span = self.span_read(whole, edge);
        let length = end.micros() - bucket.start;
        let earlier = self.bucket_bytes / read.partitions.max(1) as u64;
        for (partition, bytes) in read.unsplit() {
            let dense = bytes >= MIN_DENSITY_BYTES
                && u128::from(bytes) * u128::from(length)
                    >= u128::from(self.config.split_over_bytes) * u128::from(span.max(1));
            if dense || bytes + earlier >= self.config.split_over_bytes {
                self.namespace.detections.report(Detection {
                    namespace: self.namespace.name.clone(),
                    slice: bucket.slice.index,
                    partition: partition.clone(),
                });
            }
        }
    }

    /// Microseconds of a bucket that this page read, up to `edge`.
    fn span_read(&self, (start, end): (EventTime, EventTime), edge: Option<&Bytes>) -> u64 {
        let (from, last) = self.bounds();
        let (mut from, mut until) = (from.max(start), last.min(end));
        if let Some(edge) = edge.and_then(|edge| keys::time_of(edge)) {
            match self.range.direction {
                Direction::Forward => until = edge,
                Direction::Reverse => from = edge,
            }
        }
        until.micros().saturating_sub(from.micros())
    }

    /// A table that is gone is fine if its slice was dropped.
    async fn require_dropped(
        &self,
        slice: &Slice,
        error: crate::EngineError,
    ) -> Result<(), TimeSeriesError> {
        let slices = self.namespace.slices.load(self.namespace.now()).await?;
        let stands = |found: &Arc<Slice>| found.index == slice.index && !found.record.dropping;
        if slices.iter().any(stands) {
            return Err(error.into());
        }
        Ok(())
    }
}

/// A time bucket that is being read.
struct BucketRead {
    merge: Merge,
    /// The original partition of each cursor, unless it is split.
    originals: Vec<Option<Bytes>>,
    /// Partitions that were looked into.
    partitions: usize,
}

impl BucketRead {
    async fn open(scan: &Scan<'_>, bucket: &Bucket) -> Result<Self, TimeSeriesError> {
        let (namespace, slice) = (scan.namespace, &bucket.slice);
        let table = namespace.table(slice).await?;
        let (mut cursors, mut originals, mut partitions) = (Vec::new(), Vec::new(), 0);
        for event_bucket in 0..slice.record.layout.event_buckets() {
            let partition = keys::partition(0, bucket.start, event_bucket, scan.series);
            let route = namespace.routes.route(slice.index, &partition).await?;
            let sequences = match &route {
                Some(parts) => parts.sequences(&scan.range),
                None => vec![vec![(0, scan.range.clone())]],
            };
            for sequence in sequences {
                partitions += sequence.len();
                let segment = |(part, range)| (keys::part_of(&partition, part), range);
                let segments = sequence.into_iter().map(segment);
                cursors.push(Cursor::new(table.clone(), segments, scan.range.direction));
                originals.push(route.is_none().then(|| partition.clone()));
            }
        }
        Ok(Self {
            merge: Merge::new(cursors, scan.range.direction),
            originals,
            partitions,
        })
    }

    fn fetched(&self) -> u64 {
        self.merge.fetched().sum()
    }

    /// Partitions that are not split, and the bytes fetched from each.
    fn unsplit(&self) -> impl Iterator<Item = (&Bytes, u64)> {
        let each = self.originals.iter().zip(self.merge.fetched());
        each.filter_map(|(partition, bytes)| Some((partition.as_ref()?, bytes)))
    }
}
