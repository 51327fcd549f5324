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

/// A picture this much shorter than its file declares was cut off.
pub const SHORTFALL: Duration = Duration::from_secs(2);

/// For files so short that [`SHORTFALL`] is a large part of them: one part in this many.
pub const SHORTFALL_PARTS: u32 = 10;
