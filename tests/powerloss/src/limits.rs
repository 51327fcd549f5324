//! Every limit of this crate, with its reason.

use std::time::Duration;

/// What a disk writes whole: a power cut tears between sectors, never inside one.
pub const SECTOR_BYTES: u64 = 512;

/// What the page cache writes back at once, and the unit in which the model keeps a file.
pub const PAGE_BYTES: u64 = 4096;

/// The longest name, as on the file systems that the stores meet.
pub const MAX_NAME_BYTES: usize = 255;

/// The longest file: offsets beyond it are a store's mistake and would only fill the model's memory.
pub const MAX_FILE_BYTES: u64 = 1 << 40;

/// The free space the file system reports: more than any reserve a store keeps.
pub const FREE_BYTES: u64 = 256 << 30;

/// Most that a disk that fills still takes: less than a store writes in a life, so that it meets the end.
pub const MAX_ROOM_BYTES: u64 = 32 << 10;

/// How long the kernel may trust what it was told: all changes come through this one mount.
pub const TRUST: Duration = Duration::from_hours(1);

/// Writers at once: enough to share a sync, and few enough that each gets far.
pub const WRITERS: u32 = 4;

/// Operations of one writer in one life of a store.
pub const OPERATIONS: u64 = 120;

/// How long a victim may say nothing. It matters only to a run that fails.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// Losses named in a failure's report: the first ones tell the cause.
pub const LOSSES_TOLD: usize = 40;
