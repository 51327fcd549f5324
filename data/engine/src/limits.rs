//! What an engine takes, and why.

use std::time::Duration;

/// Most bytes of a partition key, or of an item key. A stored key is a token and both together, with the
/// partition's zero bytes doubled: a little over 24 KiB, inside the 64 KiB that fjall and Cassandra take.
pub const MAX_KEY_BYTES: usize = 8 << 10;

/// Most bytes of a value. Anything larger belongs in the object store, which streams.
pub const MAX_VALUE_BYTES: usize = 8 << 20;

/// Most bytes of keys and values in one batch. Cassandra refuses a mutation over half a commit log
/// segment, which is 16 MiB.
pub const MAX_BATCH_BYTES: usize = 12 << 20;

/// Most mutations of one batch: a batch is applied under one lock and replayed whole.
pub const MAX_BATCH_ITEMS: usize = 10_000;

/// Deleted or expired items one page steps over before it ends early: about a millisecond of reading.
pub const MAX_DEAD_ITEMS: usize = 1_000;

/// Items of a page after which their mean size says how many are to come.
pub(crate) const SAMPLE_ITEMS: usize = 32;

/// Most items that a page makes room for ahead: a range may hold far fewer than fit.
pub(crate) const MAX_RESERVED_ITEMS: usize = 4_096;

/// How far beyond a write's stamp the horizon of stamps is moved when a write passes it: one sync a minute at
/// most, and the writes of at most a minute after a start read what they replace though they need not.
pub(crate) const HORIZON_STRETCH: Duration = Duration::from_mins(1);

/// How far ahead of the engine's clock a write's stamp may lie. Clocks that are kept in step differ by
/// milliseconds; what a clock an hour ahead writes could not be replaced for an hour.
pub const MAX_CLOCK_AHEAD: Duration = Duration::from_mins(1);

/// How long the mark of a deletion is kept, so that an older write that arrives late does not undo it:
/// Cassandra's own default.
pub const TOMBSTONE_GRACE: Duration = Duration::from_hours(10 * 24);

/// Most bytes of a table's name; with its prefix it must fit fjall's 255.
pub const MAX_TABLE_NAME_BYTES: usize = 200;

/// Free bytes a disk must keep. A store whose log cannot be extended stops taking writes until it is
/// opened again, so writes are refused while there is still room for what is already buffered.
pub const RESERVED_DISK_BYTES: u64 = 64 << 20;

/// Bytes written between two looks at the disk's room: an eighth of what must stay free.
pub const ROOM_BYTES: usize = 8 << 20;

/// Longest time between two looks at the disk's room while there are writes: others fill disks too.
pub const ROOM_INTERVAL: Duration = Duration::from_millis(100);

/// Rows that a sweep looks at under one partition's lock: about a millisecond.
pub const SWEEP_ROWS: usize = 1_000;

/// Time between two sweeps: how long reads step over what a range deletion hides.
pub const SWEEP_INTERVAL: Duration = Duration::from_mins(1);

/// Rest between two steps of a sweep, so that it takes at most a tenth of one core.
pub const SWEEP_PAUSE: Duration = Duration::from_millis(10);

/// Bytes that a migration commits at once.
pub const MIGRATION_BYTES: usize = 1 << 20;

/// Locks that writers of different partitions share out: enough that two busy partitions rarely meet, few
/// enough to cost nothing.
pub const WRITE_STRIPES: usize = 64;

const _: () = assert!(8 + 2 * MAX_KEY_BYTES + 2 + MAX_KEY_BYTES < 64 << 10);
const _: () = assert!(MAX_VALUE_BYTES + MAX_KEY_BYTES < MAX_BATCH_BYTES);
