//! Whether a zone answers, and whether it is worth asking.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use crate::CacheError;
use crate::limits::{FAILURES_TO_REST, REST};

/// One zone's failures. After some in a row the zone rests; after the rest one failure is enough.
#[derive(Debug, Default)]
pub(super) struct Health {
    failures: AtomicU64,
    in_a_row: AtomicU32,
    /// In milliseconds of the monotonic clock.
    rests_until: AtomicU64,
}

impl Health {
    pub(super) fn is_resting(&self, now: Duration) -> bool {
        millis(now) < self.rests_until.load(Ordering::Relaxed)
    }

    pub(super) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    pub(super) fn answered(&self, zone: &str) {
        // Read first: the line is shared by every call, and nearly always 0.
        if self.in_a_row.load(Ordering::Relaxed) > 0
            && self.in_a_row.swap(0, Ordering::Relaxed) >= FAILURES_TO_REST
        {
            tracing::info!(zone, "the cache answers again");
        }
    }

    pub(super) fn failed(&self, now: Duration, zone: &str, error: &CacheError) {
        self.failures.fetch_add(1, Ordering::Relaxed);
        let in_a_row = self
            .in_a_row
            .fetch_add(1, Ordering::Relaxed)
            .saturating_add(1);
        if in_a_row >= FAILURES_TO_REST {
            self.rests_until
                .store(millis(now + REST), Ordering::Relaxed);
        }
        if in_a_row == FAILURES_TO_REST {
            tracing::warn!(zone, %error, "the cache fails; it is asked again from time to time");
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
