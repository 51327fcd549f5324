//! The viewer's limits.

use std::time::Duration;

/// The most one manifest or playlist may be; readers refuse more.
pub const MAX_MANIFEST_BYTES: u64 = media_manifest::limits::MAX_TEXT_BYTES as u64;

/// The most one segment may be: 6 s at 80 Mb/s.
pub const MAX_SEGMENT_BYTES: u64 = 64 << 20;

/// A connection that takes longer is taken as refused: the next appliance is a better bet.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// A server that sends nothing for so long is taken as dead.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

/// A download that takes longer than this cannot keep a play going: a full buffer lasts 60 s.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);

/// How much must be buffered for the picture to start.
pub const START_BUFFER: Duration = Duration::from_secs(2);

/// How much must be buffered to go on after a stall; more than at the start, so that stalls do not
/// follow one another closely.
pub const RESUME_BUFFER: Duration = Duration::from_secs(4);

/// How long an appliance that failed is left alone the first time; doubled each time after.
pub const FIRST_REST: Duration = Duration::from_secs(5);

/// The longest an appliance is left alone.
pub const LONGEST_REST: Duration = Duration::from_secs(80);

/// Failures in a row, without one success, after which a play is given up: with two appliances and the
/// origin each has been tried three times.
pub const MAX_FAILURES_IN_A_ROW: u32 = 9;

/// Renewals in a row, without one download between, after which a play is given up.
pub const MAX_RENEWALS_IN_A_ROW: u32 = 2;

/// The most entries of the decision log; a day of 2 s segments has 43,200.
pub const MAX_LOG: usize = 100_000;

/// The fastest a play may be driven; beyond that the machine is measured, not the service.
pub const MAX_SPEED: f64 = 1_000.0;
