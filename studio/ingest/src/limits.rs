//! How much may be uploaded, for how long, and how many at once.

use std::time::Duration;

/// Largest upload: a feature film in lightly compressed 4K is under 2 TiB, an hour of 8K under 4.
pub const DEFAULT_MAX_BYTES: u64 = 4 << 40;

/// An upload nobody finished or used is removed after this: long enough for a week's holiday.
pub const DEFAULT_LIFETIME: Duration = Duration::from_hours(8 * 24);

/// Disk space uploads leave free, for the service's own stores and logs.
pub const DEFAULT_RESERVE: u64 = 1 << 30;

/// Uploads known at once, finished and unfinished; each is a small record in memory.
pub const DEFAULT_MAX_UPLOADS: usize = 10_000;

/// Uploads being written at once; each holds a thread.
pub const DEFAULT_MAX_TRANSFERS: usize = 64;

/// Pieces of a body that wait for the disk. A piece is what the network gave at once, 64 KiB or so.
pub const PIECES_WAITING: usize = 16;

/// Bytes written between two syncs of one request: what a power cut in the middle can cost.
pub const SYNC_EVERY: u64 = 64 << 20;

/// A sender that is silent this long is taken for gone.
pub const SILENCE: Duration = Duration::from_mins(1);

/// Longest `Upload-Metadata` header: a file name of 255 characters is under 1.4 KiB in base64.
pub const METADATA_BYTES: usize = 4 << 10;

/// Longest file name that is kept, in characters.
pub const NAME_CHARACTERS: usize = 255;

/// When an upload is refused for others being under way, the seconds to wait before trying again.
pub const RETRY_AFTER_SECONDS: u32 = 10;

/// What the uploads of one folder may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadLimits {
    /// Bytes of one upload.
    pub max_bytes: u64,
    /// From an upload's creation to its removal, unless it is kept.
    pub lifetime: Duration,
    /// Bytes of disk that stay free.
    pub reserve: u64,
    /// Uploads known at once.
    pub max_uploads: usize,
    /// Uploads being written at once.
    pub max_transfers: usize,
}

impl Default for UploadLimits {
    fn default() -> Self {
        Self {
            max_bytes: DEFAULT_MAX_BYTES,
            lifetime: DEFAULT_LIFETIME,
            reserve: DEFAULT_RESERVE,
            max_uploads: DEFAULT_MAX_UPLOADS,
            max_transfers: DEFAULT_MAX_TRANSFERS,
        }
    }
}
