//! How long plays last and how much of one is held at once.

use std::time::Duration;

/// How long a token lasts unless configured: longer than most films, so that few plays renew at all.
pub const TOKEN_LIFE: Duration = Duration::from_hours(4);

/// A client renews after this share of its token's life, in percent: early enough to try again.
pub const RENEW_AFTER_PERCENT: u32 = 75;

/// A slot frees this long after the last heartbeat.
pub const SLOT_SILENCE: Duration = Duration::from_mins(1);

/// A session that sent heartbeats and fell silent ends after this long: a closed lid is not a pause.
pub const SILENCE_ENDS: Duration = Duration::from_mins(30);

/// A direct stream counts as heard from this often while its bytes are taken.
pub const STREAM_TOUCH: Duration = Duration::from_secs(20);

/// Positions before this leave no bookmark: a player reports 0 before it has gone to the bookmark.
pub const BOOKMARK_FROM_MS: u64 = 1_000;

/// How long the topic `plays` keeps events, where nobody created it: a consumer that was away for a month
/// begins anew.
pub const PLAYS_KEPT: Duration = Duration::from_hours(30 * 24);

/// How long a play that became a view says so with each heartbeat: well within the minute in which the
/// counter takes it once.
pub const VIEW_TOLD_FOR: Duration = Duration::from_secs(45);

/// Partitions of the topic `plays`, where nobody created it: a session's events keep their order in one, and
/// as many consumers can share the work.
pub const PLAYS_PARTITIONS: u32 = 8;

/// Tallest rendition of a direct stream unless asked otherwise: it cannot adapt to a slow line.
pub const STREAM_HEIGHT: u32 = 1080;

/// Bytes read from the origin at a time.
pub const READ_BYTES: u64 = 1 << 20;

/// Largest fragment of a track file that a direct stream holds: ten seconds at 50 Mbit/s.
pub const MAX_FRAGMENT_BYTES: u64 = 64 << 20;

/// What a DASH player should have before it starts.
pub const MIN_BUFFER: Duration = Duration::from_secs(2);

/// How many times as fast key frames may be shown: a frame of two seconds or more every fifteenth of one.
pub const MAX_PLAYOUT_RATE: u32 = 32;

/// Times a change is tried again when another request changed the same account's sessions meanwhile;
/// more than an account has streams at once.
pub const CHANGE_TRIES: usize = 64;

/// Accounts read at a time when every session is walked.
pub const WALK_PAGE: usize = 500;

const _: () = assert!(STREAM_TOUCH.as_secs() < SLOT_SILENCE.as_secs());
