//! The controller's constants.

use core::time::Duration;

/// How many downloads are remembered: about half a minute of segments, so that an estimate follows a
/// network that changes.
pub const SAMPLES: usize = 5;

/// Downloads smaller than this say more about the round trip than about the bandwidth.
pub const MIN_SAMPLE_BYTES: u64 = 16 << 10;

/// What a network is taken to carry before anything was measured, in bits a second.
pub const ASSUMED_BPS: u64 = 3_000_000;

/// Below this much buffer a stall is near.
pub const MIN_BUFFER: Duration = Duration::from_secs(10);

/// The buffer aimed for: it outlasts most outages of a home network.
pub const TARGET_BUFFER: Duration = Duration::from_secs(30);

/// More than this is not fetched ahead: viewers who leave would have paid for it.
pub const MAX_BUFFER: Duration = Duration::from_mins(1);

/// The share of the estimate that a rung may use, in tenths.
pub const USABLE_TENTHS: u64 = 9;

/// How much of a rung's rate a sample must reach for a step up, in tenths.
pub const HEADROOM_TENTHS: u64 = 12;
