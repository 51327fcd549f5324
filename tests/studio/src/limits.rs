//! How much is measured, and why so much.

/// One frame in so many is scored where all of a clip is measured: neighbours score alike.
pub(crate) const SCORED_EVERY: u64 = 2;
/// The same, quickly.
pub(crate) const QUICK_SCORED_EVERY: u64 = 5;

/// What the two-pass rungs may spend at their peak, in percent of their mean: what a title's own may.
pub(crate) const PEAK_PERCENT: u32 = 200;

/// Points of quality that two ladders must have in common for a BD-rate to say anything.
pub(crate) const LEAST_COMMON: f64 = 3.0;

/// Paired rounds of one encoder and of two; odd, so that there is a median.
pub(crate) const SPEEDUP_ROUNDS: usize = 5;
/// The same, quickly.
pub(crate) const QUICK_SPEEDUP_ROUNDS: usize = 3;
