//! Sizes of datasets, blobs and indexes, and why.

use std::time::Duration;

/// Most bytes of a dataset's name: it is part of topics' names.
pub const MAX_NAME_BYTES: usize = 64;

/// Most bytes of one encoded record. A dataset holds facts about things; the things are objects.
pub const MAX_RECORD_BYTES: usize = 256 << 10;

/// Most bytes of one encoded key: keys are compared on every lookup.
pub const MAX_KEY_BYTES: usize = 1 << 10;

/// Keys up to this size are encoded on the stack at a lookup; longer ones cost an allocation.
pub(crate) const STACK_KEY_BYTES: usize = 96;

/// Most bytes of a secondary index's key: with a record's key it must fit a page many times.
pub const MAX_INDEX_KEY_BYTES: usize = 1 << 10;

/// Most records of a dataset: of 128 bytes, they fill its blocks.
pub const MAX_RECORDS: u64 = 128 << 20;

/// Most fields of a record: their names are in every blob's header.
pub const MAX_FIELDS: usize = 128;

/// Bytes past the end of a record written by an older program that read as zero: what fields added since
/// take when they are absent. More means that the bytes are no record of this kind.
pub(crate) const MAX_ABSENT_BYTES: usize = 2 * MAX_FIELDS;

/// Most bytes of record data in one block, in memory and uncompressed in a blob: large enough to compress
/// well and to be few, small enough to rewrite when half of it is dead.
pub const BLOCK_BYTES: usize = 1 << 20;

/// Most blocks of a state, 16 GiB: the table's entries name theirs with 14 bits, none of them zero.
pub(crate) const MAX_BLOCKS: usize = (1 << 14) - 1;

/// A last block shorter than this is copied and continued by the next change; otherwise many small changes
/// would make as many blocks.
pub(crate) const TAIL_BYTES: usize = 64 << 10;

/// Blocks are rewritten once more than one byte in this many is dead.
pub(crate) const DEAD_SHARE: u64 = 3;

/// Bytes one change may rewrite for each byte it added: keeps up with the dead bytes of random overwrites
/// and bounds what one delta costs.
pub(crate) const REWRITE_FACTOR: u64 = 4;

/// Entries of one page of a secondary index; a page of twice as many is split.
pub(crate) const PAGE_ENTRIES: usize = 64;

/// Most bytes of a blob's header: a dataset's and its fields' names.
pub(crate) const MAX_HEADER_BYTES: usize = 16 << 10;

/// Most bytes of a blob that is fetched whole into memory.
pub const MAX_BLOB_BYTES: u64 = 16 << 30;

/// Level of zstd: the default, whose decompression is as fast as that of lower ones.
pub(crate) const ZSTD_LEVEL: i32 = 3;

/// Deltas that cost as much as loading a snapshot; a consumer that is further behind loads one.
pub const STEPS_PER_SNAPSHOT: usize = 24;

/// Versions a consumer remembers the ways between: far more than a producer keeps blobs of.
pub(crate) const MAX_HISTORY: usize = 4_096;

/// Announcements and raw edits read from their topic at once.
pub(crate) const READ_AT_ONCE: usize = 512;

/// Versions whose blobs a producer keeps where nothing else is said: how far a rollback reaches.
pub const KEPT_VERSIONS: usize = 16;

/// Snapshots of a raw dataset that are kept: the newest may be damaged.
pub(crate) const KEPT_RAW_SNAPSHOTS: usize = 3;

/// The share of records by which one version may grow or shrink where nothing else is said.
pub const MAX_COUNT_CHANGE: f64 = 0.5;

/// Below this many records, the count may change by any share: half of two records is one.
pub const FREE_COUNT_CHANGE: u64 = 100;

/// Pause before a consumer whose store failed tries again by itself.
pub(crate) const RETRY_PAUSE: Duration = Duration::from_secs(2);

const _: () = assert!(MAX_RECORD_BYTES + MAX_KEY_BYTES + 16 < BLOCK_BYTES);
const _: () = assert!(TAIL_BYTES < BLOCK_BYTES);
