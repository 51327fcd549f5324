//! The limits of every HTTP surface.

use std::time::Duration;

/// Most bytes of a JSON body: far above any request of ours, far below what hurts.
pub const BODY_BYTES: usize = 1 << 20;

/// A client that has not sent its headers by then is cut off, so that idle sockets cannot pile up.
pub const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(20);

/// Open requests are given this long to finish when the server stops.
pub(crate) const DRAIN: Duration = Duration::from_secs(5);
