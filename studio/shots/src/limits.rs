//! The planning constants, each with its reason.

use std::time::Duration;

/// No segment is shorter, unless the whole title is: shorter ones cost requests and key frames.
pub const SHORTEST_SEGMENT: Duration = Duration::from_secs(2);

/// No segment is longer: a player switches rungs and joins a title only at a segment's start.
pub const LONGEST_SEGMENT: Duration = Duration::from_secs(6);

/// What stretches without cuts are divided into, about.
pub const USUAL_SEGMENT: Duration = Duration::from_secs(4);

/// About how long a chunk is: long enough that the decoder's run-up to its first frame is a small part
/// of the work, short enough that a lost worker loses little and that cores share a title evenly.
pub const CHUNK_TARGET: Duration = Duration::from_secs(15);

/// Pixels across of the picture that cuts are looked for in: enough to tell shots apart, small enough
/// that the pass costs little more than decoding.
pub const SURVEY_WIDTH: u32 = 160;

/// How different two frames must be to be a cut, in percent as `scdet` counts; its recommended value.
/// Dissolves stay below it, and a segment may as well start anywhere in one.
pub const CUT_THRESHOLD: u32 = 10;

/// A picture this much shorter than its file declares was cut off.
pub const SHORTFALL: Duration = Duration::from_secs(2);

/// For files so short that [`SHORTFALL`] is a large part of them: one part in this many.
pub const SHORTFALL_PARTS: u32 = 10;
