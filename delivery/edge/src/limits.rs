//! The appliance's limits.

use std::time::Duration;

/// A block that has not come from upstream by then has failed; a player's own patience is about as long.
pub const FILL_TIMEOUT: Duration = Duration::from_secs(8);

/// A player waits this long for a block, queueing for a permit included, then hears 504.
pub const WAIT_TIMEOUT: Duration = Duration::from_secs(15);

/// Connecting upstream takes at most this.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Tries of one fill: a connection that broke or a block damaged on the way deserves a second.
pub const FILL_TRIES: u32 = 2;

/// Blocks fetched at once because somebody waits for them: with 1 MiB each, the memory fills take.
pub const WAITED_FILLS: usize = 64;

/// Blocks fetched at once ahead of players; when all are in use, reading ahead is skipped.
pub const AHEAD_FILLS: usize = 32;

/// Most blocks a response may be read ahead.
pub const MAX_READ_AHEAD_BLOCKS: u32 = 8;

/// A block that failed is not asked for again this soon, so that players retrying do not pile onto an
/// upstream that is down.
pub const FAILURE_COOLDOWN: Duration = Duration::from_millis(500);

/// Stored blocks are read and sent in pieces of this many bytes: what one slow player holds in memory.
pub const PIECE_BYTES: u64 = 256 << 10;

/// Most bytes of a hash tree: 64 a block, so files up to 128 GiB.
pub const MAX_OUTBOARD_BYTES: u64 = 8 << 20;

/// Most bytes of a release file: a title with a thousand renditions and subtitles is under one.
pub const MAX_RELEASE_BYTES: u64 = 4 << 20;

/// Releases whose file lists are kept in memory, the newest ones.
pub const MAX_RELEASES: usize = 4_096;

/// Files whose hash trees are kept in memory while nobody reads them: 64 bytes a block, so a film's
/// rendition is about 256 KB.
pub const MAX_IDLE_FILES: usize = 512;

/// Evicted files remembered by name, so that one asked for again counts as popular at once.
pub const MAX_GHOSTS: usize = 8_192;

/// Room the cache leaves on its disk for everybody else.
pub const DISK_RESERVE_BYTES: u64 = 256 << 20;

/// Tokens with unknown keys make the appliance ask for the keys at most this often.
pub const KEY_REFETCH_INTERVAL: Duration = Duration::from_secs(1);

/// A report that has not been answered by then has failed.
pub const REPORT_TIMEOUT: Duration = Duration::from_secs(5);

/// Most bytes of a report's reply: 500 withdrawals are 34 KB, the keys under 2 KB.
pub const MAX_REPLY_BYTES: u64 = 1 << 20;

/// The control plane cannot ask for reports further apart than this: withdrawals must arrive.
pub const MAX_REPORT_SECONDS: u32 = 30;

/// Seconds until the next report when one failed.
pub const REPORT_RETRY_SECONDS: u32 = 2;

const _: () = assert!(WAIT_TIMEOUT.as_secs() > FILL_TIMEOUT.as_secs());
