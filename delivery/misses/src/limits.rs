//! The limits of the join.

use std::time::Duration;

/// A decision is kept for this long after it was last needed: as long as a play may pause.
pub const DECISION_KEPT: Duration = Duration::from_hours(4);

/// What was sent waits this long for its decision; then it is counted as without one.
pub const LATENESS: Duration = Duration::from_mins(5);

/// Most decisions kept; past that the oldest go.
pub const MAX_DECISIONS: usize = 1_000_000;

/// Most decisions kept of one play; past that its oldest go.
pub const MAX_DECISIONS_PER_PLAY: usize = 32;

/// Most lists of what was sent that wait for a decision.
pub const MAX_WAITING: usize = 1_000_000;

/// Most sums kept, each of a place, an hour and a release: the oldest hours go.
pub const MAX_SUMS: usize = 200_000;

/// How often the log is looked at.
pub const ROUND: Duration = Duration::from_secs(5);

/// Hours told of when none are asked for: a day.
pub const HOURS_TOLD: u64 = 24;

/// Most hours told of: as long as the log keeps what they are made of.
pub const MAX_HOURS_TOLD: u64 = 7 * 24;

/// Most places and most releases told of, those with the most missed bytes.
pub const MAX_TOLD: usize = 100;
