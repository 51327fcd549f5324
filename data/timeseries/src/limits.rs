//! What the store takes and how it paces itself, and why.

use std::time::Duration;

/// Most bytes of a namespace's name: with its slice's number it is a table's name, and Cassandra takes 48.
pub const MAX_NAMESPACE_BYTES: usize = 24;

/// Most bytes of a series' id. It is part of every partition's key.
pub const MAX_SERIES_ID_BYTES: usize = 1 << 10;

/// Most bytes of an event's id. It is part of every row's key.
pub const MAX_EVENT_ID_BYTES: usize = 256;

/// Most bytes of an item's key.
pub const MAX_ITEM_KEY_BYTES: usize = 256;

/// Most items of one event: an event is a small structure, not a table.
pub const MAX_EVENT_ITEMS: usize = 128;

/// Most bytes of one event, keys and values together. An event is written in one atomic batch, which with
/// its neighbours must fit the engine's.
pub const MAX_EVENT_BYTES: usize = 1 << 20;

/// Most records of one call: what is checked before the first is written.
pub const MAX_RECORDS_PER_WRITE: usize = 10_000;

/// Bytes of one batch to one partition: large enough to share a commit, small enough that the engine's other
/// writers are not held up.
pub const WRITE_BATCH_BYTES: usize = 1 << 20;

/// Rows of one batch to one partition.
pub const WRITE_BATCH_ROWS: usize = 1_000;

/// Batches of one call that are under way at once.
pub const WRITE_CONCURRENCY: usize = 32;

/// Most events of one page.
pub const MAX_PAGE_EVENTS: usize = 10_000;

/// Most bytes of one page.
pub const MAX_PAGE_BYTES: usize = 8 << 20;

/// Partitions one page may look into. A range over years in which a series was silent is read in several
/// short pages instead of one that takes for ever.
pub const MAX_PARTITIONS_PER_PAGE: usize = 256;

/// Bytes one page of a search or an aggregation may read, whatever it keeps.
pub const SCAN_BYTES: usize = 32 << 20;

/// Rows one fetch from one partition asks for at most.
pub const FETCH_ROWS: usize = 2_000;

/// Bytes one fetch from one partition asks for at most: the engine's own default page.
pub const FETCH_BYTES: usize = 2 << 20;

/// Most conditions of a search.
pub const MAX_CONDITIONS: usize = 16;

/// Most intervals of a histogram.
pub const MAX_HISTOGRAM_INTERVALS: u64 = 10_000;

/// Different values one page of a distinct count holds; the page ends when it has them.
pub const MAX_DISTINCT: usize = 10_000;

/// Most event buckets of a time bucket: a read merges them all.
pub const MAX_EVENT_BUCKETS: u32 = 64;

/// The shortest time bucket: below it a read of an hour looks into too many partitions.
pub const MIN_TIME_BUCKET: Duration = Duration::from_secs(10);

/// How far ahead of the clock an event may lie at most; clocks kept in step differ by milliseconds.
pub const MAX_ACCEPT_EARLY: Duration = Duration::from_mins(1);

/// The partition size that re-bucketing and splitting aim at. Cassandra serves pages from a partition of
/// 10 MiB in milliseconds and suffers from 100 MiB on.
pub const TARGET_PARTITION_BYTES: u64 = 10 << 20;

/// The partition size from which on a partition is split: twice the target, so that what a split makes is
/// not split again.
pub const SPLIT_OVER_BYTES: u64 = 2 * TARGET_PARTITION_BYTES;

/// Most parts of one split: with cuts of 50 bytes its record stays under 256 KiB. A partition too large for
/// that gets larger parts at its end.
pub const MAX_SPLIT_PARTS: usize = 4_096;

/// Bytes one step of a split reads: the work that a crash repeats.
pub const SPLIT_STEP_BYTES: usize = 2 << 20;

/// Rows one step of a split reads; under the engine's limit of a batch.
pub const SPLIT_STEP_ROWS: usize = 5_000;

/// How often a split that does not verify is begun again before a person must look.
pub const SPLIT_ATTEMPTS: u32 = 3;

/// Wide partitions that wait to be recorded. More would be noise: what is left out is seen again on its
/// next read.
pub const MAX_DETECTIONS: usize = 1_024;

/// Detections remembered so that a partition read often is reported once.
pub const MAX_REMEMBERED_DETECTIONS: usize = 8_192;

/// Bytes a page must have read from a time bucket before its density says anything about the rest.
pub const MIN_DENSITY_BYTES: u64 = 64 << 10;

/// How old the filter of split partitions may be before a read loads it again.
pub const FILTER_REFRESH: Duration = Duration::from_secs(10);

/// How old it may be before a read fails rather than use it: half of what an original is kept for, so that
/// no process looks for events where they were removed.
pub const FILTER_STALE: Duration = Duration::from_mins(5);

/// How long the original of a split partition is kept after reads were re-routed, for reads in flight and
/// for processes with an older filter.
pub const ORIGINAL_KEPT: Duration = Duration::from_mins(10);

/// How long a slice is kept after its last event's retention, for reads in flight and clocks that differ.
pub const DROP_GRACE: Duration = Duration::from_mins(10);

/// Bits of the filter per split partition, seven of which are set: under one false positive in a hundred.
pub const FILTER_BITS: usize = 12;

/// Split partitions whose parts are remembered; the memory is emptied when it is full.
pub const ROUTE_CACHE_ENTRIES: usize = 8_192;

/// Partitions per slice whose size is watched. The sample thins itself out when more are seen.
pub const SAMPLED_PARTITIONS: usize = 256;

/// Partitions that must have been seen before a slice says anything about the next.
pub const MIN_SAMPLE: usize = 4;

/// Events the batched writer holds at most; beyond them its callers wait.
pub const QUEUE_EVENTS: usize = 20_000;

/// Bytes the batched writer holds at most; beyond them its callers wait.
pub const QUEUE_BYTES: usize = 32 << 20;

/// Events from which on the batched writer writes.
pub const FLUSH_EVENTS: usize = 1_000;

/// Bytes from which on the batched writer writes.
pub const FLUSH_BYTES: usize = 2 << 20;

/// How long an event waits for company before the batched writer writes.
pub const FLUSH_AGE: Duration = Duration::from_millis(100);

/// How often the batched writer tries a batch that the engine could not take.
pub const FLUSH_ATTEMPTS: u32 = 5;

/// How long it waits before the second try; each further wait is twice as long.
pub const FLUSH_BACKOFF: Duration = Duration::from_millis(50);

const _: () = assert!(MAX_EVENT_BYTES + WRITE_BATCH_BYTES < data_engine::limits::MAX_BATCH_BYTES);
const _: () = assert!(MAX_SERIES_ID_BYTES + 16 < data_engine::limits::MAX_KEY_BYTES);
const _: () = assert!(WRITE_BATCH_ROWS + MAX_EVENT_ITEMS < data_engine::limits::MAX_BATCH_ITEMS);
const _: () = assert!(SPLIT_STEP_ROWS < data_engine::limits::MAX_BATCH_ITEMS);
const _: () = assert!(FILTER_REFRESH.as_secs() < FILTER_STALE.as_secs());
const _: () = assert!(2 * FILTER_STALE.as_secs() <= ORIGINAL_KEPT.as_secs());
const _: () = assert!(MAX_EVENT_BYTES <= MAX_PAGE_BYTES && MAX_EVENT_BYTES <= QUEUE_BYTES);
