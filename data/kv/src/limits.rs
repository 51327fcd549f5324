//! What the key-value layer takes, and why.

use std::time::Duration;

use data_engine::limits as engine;

/// Most bytes of a record's id, and of an item's key: what an engine takes.
pub const MAX_KEY_BYTES: usize = engine::MAX_KEY_BYTES;

/// Most bytes of a value, plain or compressed. A chunked value is joined in memory; anything larger
/// belongs in the object store, which streams.
pub const MAX_VALUE_BYTES: usize = 16 << 20;

/// Most bytes of keys and values of one request: they are in memory at once.
pub const MAX_REQUEST_BYTES: usize = 32 << 20;

/// Most bytes of keys and values that one record's part of a request commits at once, after large values
/// are staged elsewhere: the rest of the engine's batch is room for headers.
pub const MAX_COMMIT_BYTES: usize = engine::MAX_BATCH_BYTES - (1 << 20);

/// Most operations on one record in one request.
pub const MAX_OPERATIONS: usize = 5_000;

/// Most records of one request: each is a write of its own.
pub const MAX_RECORDS: usize = 1_000;

/// Most keys one get names: each is a read of its own.
pub const MAX_KEYS: usize = 1_000;

/// Most ranges one record's part of a request deletes: every later read of the record looks at each.
pub const MAX_RANGE_DELETES: usize = 100;

/// Most bytes of a namespace's name: with its prefixes it names tables and a cache namespace.
pub const MAX_NAMESPACE_BYTES: usize = 48;

/// Least chunk threshold: below it the reference would outweigh the value.
pub const MIN_CHUNK_OVER_BYTES: usize = 1 << 10;

/// Largest chunk threshold: such a value and its key are still a small part of an engine's batch.
pub const MAX_CHUNK_OVER_BYTES: usize = 4 << 20;

/// Values over this are chunked unless the namespace says otherwise: Cassandra serves rows well up to
/// about a megabyte.
pub const DEFAULT_CHUNK_OVER_BYTES: usize = 1 << 20;

/// Bytes of a chunk, each a partition of its own.
pub const CHUNK_BYTES: usize = 512 << 10;

/// Chunks of one value that are written or read at once.
pub const CHUNKS_AT_ONCE: usize = 4;

/// Staged chunks younger than this are never collected, whether an item refers to them or not.
pub const STAGED_GRACE: Duration = Duration::from_hours(1);

/// Longest time from the first chunk staged to the commit. Far below [`STAGED_GRACE`], so that
/// nothing is collected between the two though machines' clocks differ.
pub const MAX_STAGING: Duration = Duration::from_mins(10);

/// How often a read begins again because the value it was joining was replaced meanwhile.
pub const MAX_REREADS: usize = 4;

/// Staged values one step of a collection looks at.
pub const COLLECT_BATCH: usize = 100;

/// Bytes of a page unless the request says otherwise.
pub const DEFAULT_PAGE_BYTES: usize = 2 << 20;

/// Most bytes a page may be asked to hold. A page of one value may hold [`MAX_VALUE_BYTES`].
pub const MAX_PAGE_BYTES: usize = 8 << 20;

/// Most items asked of an engine in one call.
pub const MAX_FETCH_ITEMS: usize = 10_000;

/// Engine calls one page makes at most: what is deleted can fill many, and a page that ends early comes
/// with a token.
pub const MAX_FETCHES: usize = 16;

/// Size an item is taken to have before any was seen.
pub const INITIAL_MEAN_BYTES: u32 = 1 << 10;

/// Keys of one get that are read at once.
pub const KEYS_AT_ONCE: usize = 16;

/// Records a scan lists at once.
pub const SCAN_RECORDS: usize = 128;

/// Engine calls one page of a scan makes at most: records without live items yield nothing.
pub const MAX_SCAN_FETCHES: usize = 1_000;

/// Mutations of one request that are under way at once, so that they share a sync of the disk.
pub const RECORDS_AT_ONCE: usize = 16;

/// Most slices a scan is cut into.
pub const MAX_SLICES: u32 = 4_096;

/// Item deletions keep their mark at least as long as an engine keeps a tombstone, so that an older
/// write that arrives late does not undo them.
pub const DELETED_GRACE: Duration = engine::TOMBSTONE_GRACE;

/// Up to one part in so many of an expiry is added as jitter, so that what was written together does not
/// expire together.
pub const JITTER_SHARE: u32 = 10;

/// Longest expiry a namespace may set: some ten years.
pub const MAX_EXPIRY: Duration = Duration::from_hours(24 * 3_660);

/// Locks that order cache fills against writes: enough that two busy records rarely meet.
pub const CACHE_FENCES: usize = 1_024;

/// Values at least this long are compressed or expanded on a blocking thread: about a millisecond's work.
pub const COMPRESS_ASIDE_BYTES: usize = 256 << 10;

/// zstd's level for values: its own default, a few hundred MB/s.
pub const COMPRESSION_LEVEL: i32 = 3;

/// Values over this are compressed unless the namespace says otherwise: below it a frame's header and
/// the call outweigh what is saved.
pub const DEFAULT_COMPRESS_OVER_BYTES: usize = 4 << 10;

/// A compressed value is kept when it saves at least one part in so many.
pub const COMPRESSION_MUST_SAVE: usize = 8;

/// Delay before a second read until enough reads were timed to know better.
pub const INITIAL_HEDGE_DELAY: Duration = Duration::from_millis(50);

/// Reads timed before the delay follows their 99th percentile; the count halves at each such step, so
/// that old ones fade.
pub const HEDGE_SAMPLES: u32 = 1_024;

/// Hedges that may be saved up while none was needed: enough for a burst, too few for a storm.
pub const MAX_SAVED_HEDGES: u64 = 10;

/// Most second reads, in percent of first ones.
pub const MAX_HEDGE_PERCENT: u8 = 50;

const _: () = assert!(MAX_STAGING.as_secs() * 5 < STAGED_GRACE.as_secs());
const _: () = assert!(CHUNK_BYTES <= engine::MAX_VALUE_BYTES);
const _: () = assert!(MAX_CHUNK_OVER_BYTES + 2 * MAX_KEY_BYTES < MAX_COMMIT_BYTES);
const _: () = assert!(MAX_OPERATIONS <= engine::MAX_BATCH_ITEMS);
const _: () = assert!(MAX_VALUE_BYTES + 2 * MAX_KEY_BYTES < MAX_REQUEST_BYTES);
