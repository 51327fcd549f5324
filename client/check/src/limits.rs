//! The checker's limits.

use std::time::Duration;

/// The most one manifest or playlist may be.
pub const MAX_MANIFEST_BYTES: u64 = media_manifest::limits::MAX_TEXT_BYTES as u64;

/// The most one segment may be: 10 s at 80 Mb/s, and some.
pub const MAX_SEGMENT_BYTES: u64 = 128 << 20;

/// The most an initialization section or an index may be.
pub const MAX_INIT_BYTES: u64 = 16 << 20;

/// Bytes of a track file that say how long its first box is (ISO/IEC 14496-12, with a large size).
pub const BOX_HEADER: u64 = 16;

/// A server that takes longer to answer is no server a player would wait for.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// Loads at once: as many as a browser makes of one server.
pub const AT_ONCE: usize = 6;

/// Segments loaded of each rendition, spread over its length, unless asked for otherwise.
pub const SEGMENTS: usize = 8;

/// Findings kept of one rule: what is wrong a hundred times is told by the first few and their number.
pub const MAX_PER_RULE: usize = 5;

/// How far stated and real times may be apart: half a frame of film.
pub const TIME_SLACK: Duration = Duration::from_millis(21);

/// The same within a rendition of sound: the frame of AAC at 44.1 kHz (23.2 ms) that some packagers take off a first
/// segment as the encoder's priming.
pub const SOUND_SLACK: Duration = Duration::from_millis(24);

/// How far the lengths of picture and sound may be apart before a player ends on one of them alone.
pub const LENGTH_SLACK: Duration = Duration::from_millis(500);

/// How much of a stated peak rate a segment may go over, in percent (HLS Authoring Specification).
pub const PEAK_SLACK_PERCENT: u64 = 10;

/// The longest segment that players start and switch well with (HLS Authoring Specification, with room).
pub const LONG_SEGMENT: Duration = Duration::from_secs(12);
