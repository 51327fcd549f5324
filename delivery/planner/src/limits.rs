//! The planner's limits.

/// A play that has come this far, in milliseconds, is a view.
pub const VIEW_MS: u64 = 30_000;

/// Most plays that are followed until they are views; further ones are not counted until some end.
pub const MAX_PLAYS_FOLLOWED: usize = 1_000_000;

/// Most regions whose views are told apart; those of further ones count where no region is named. A title that is
/// watched in all of them takes 84 KiB.
pub const MAX_REGIONS: usize = 32;

/// Views that every title is taken to have in a day, so that room that is left goes to what nobody watched lately.
pub const LEAST_VIEWS: f32 = 0.01;

/// The part of an appliance's cache that is placed; the rest is for what was not foreseen.
pub const PLACED_PERCENT: u64 = 90;

/// Most files placed on an appliance: their names fit into one answer to a report.
pub const MAX_PLACED: usize = 10_000;
