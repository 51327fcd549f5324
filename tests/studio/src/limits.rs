//! How much is measured, and why so much.

/// One frame in so many is scored where all of a clip is measured: neighbours score alike.
pub(crate) const SCORED_EVERY: u64 = 2;
/// The same, quickly.
pub(crate) const QUICK_SCORED_EVERY: u64 = 5;

/// What the two-pass rungs may spend at their peak, in percent of their mean: what a title's own may.
pub(crate) const PEAK_PERCENT: u32 = 200;

/// Points of quality that two ladders must have in common for a BD-rate to say anything.
pub(crate) const LEAST_COMMON: f64 = 3.0;

/// Bytes that are packaged: more than stays in a small cache.
pub(crate) const PACKAGING_BYTES: u64 = 1 << 30;
/// The same, quickly.
pub(crate) const QUICK_PACKAGING_BYTES: u64 = 256 << 20;
/// Frames from one key frame to the next in what is packaged.
pub(crate) const PACKAGING_GROUP: u64 = 48;
/// Paired rounds of packaging; odd, so that there is a median.
pub(crate) const PACKAGING_ROUNDS: usize = 3;

/// Paired rounds of one encoder and of two; odd, so that there is a median.
pub(crate) const SPEEDUP_ROUNDS: usize = 5;
/// The same, quickly.
pub(crate) const QUICK_SPEEDUP_ROUNDS: usize = 3;

/// The quality for which a rate factor is looked for, as people ask for it.
pub(crate) const CRF_SEARCH_VMAF: f64 = 93.0;
/// One frame in so many is scored to see what came of it.
pub(crate) const CRF_SEARCH_EVERY: u64 = 2;

/// Length of the long title, in minutes.
pub(crate) const LONG_MINUTES: u64 = 120;
/// The same, quickly.
pub(crate) const QUICK_LONG_MINUTES: u64 = 16;
/// How many times shorter the title before it is: what grows with length shows between the two.
pub(crate) const SHORTER: u64 = 8;
