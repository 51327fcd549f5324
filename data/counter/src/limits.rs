//! What counters take and how they pace themselves, and why.

use std::time::Duration;

/// Most bytes of a namespace's name: its time series' name has two more, and 24 at most.
pub const MAX_NAMESPACE_BYTES: usize = 22;

/// Most bytes of a counter's name, which is its series' id.
pub const MAX_NAME_BYTES: usize = 512;

/// Events one read of a rollup asks for.
pub const FOLD_EVENTS: usize = 5_000;

/// Pages after which a rollup stores what it has, so that a counter with a long backlog gets on even when
/// its rollups are cut off.
pub const FOLD_PAGES: usize = 16;

/// How far a checkpoint may lag before a read asks for a rollup. Reads come more often than counts matter.
pub const READ_WINDOW: Duration = Duration::from_secs(5);

/// Parts of the rollup queue, each under its own lock.
pub const QUEUE_SHARDS: usize = 16;

/// Counters that wait in one part. More are left to their next read, or to the sweep.
pub const QUEUE_COUNTERS: usize = 8_192;

/// Counters that one batch of rollups begins with.
pub const FIRST_BATCH: usize = 64;

/// The most that one batch may hold, and the least.
pub const MAX_BATCH: usize = 512;
/// See [`MAX_BATCH`].
pub const MIN_BATCH: usize = 4;

/// How much larger the next batch is after one that went well.
pub const BATCH_GROWTH: usize = 16;

/// How long a batch may take; after a slower one the next is half as large.
pub const BATCH_TIME: Duration = Duration::from_millis(500);

/// The pause after a batch that failed or was slow; each further one doubles it.
pub const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// The longest pause between batches.
pub const MAX_PAUSE: Duration = Duration::from_secs(5);

/// Rollups of one batch that are under way at once.
pub const ROLLUP_CONCURRENCY: usize = 8;

/// How long a counter waits whose rollup failed.
pub const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Counters remembered to have a record, so that an addition need not look.
pub const REMEMBERED_COUNTERS: usize = 65_536;

/// Counters that one read of a sweep lists.
pub const SWEEP_PAGE: usize = 256;

const _: () = assert!(MAX_NAMESPACE_BYTES + 2 <= data_timeseries::limits::MAX_NAMESPACE_BYTES);
const _: () = assert!(MAX_NAME_BYTES <= data_timeseries::limits::MAX_SERIES_ID_BYTES);
const _: () = assert!(FOLD_EVENTS <= data_timeseries::limits::MAX_PAGE_EVENTS);
