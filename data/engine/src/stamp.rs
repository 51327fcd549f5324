//! Write stamps: the monotonic tokens by which the last write wins.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use platform_clock::{SharedClock, Timestamp};

use crate::EngineError;
use crate::limits::MAX_CLOCK_AHEAD;

/// When a write was asked for, in microseconds since the Unix epoch, as its writer's clock told.
///
/// Of two writes to an item the one with the greater stamp stands, whichever arrives first, so a writer
/// that repeats a write with its first stamp changes nothing. Of equal stamps a deletion stands before a
/// value, a value that expires before one that stays, the later expiry before the sooner, and the greater
/// value before the lesser: every engine decides alike, expiries as finely as it keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Stamp(pub u64);

impl Stamp {
    /// The stamp of a moment.
    pub fn at(moment: Timestamp) -> Self {
        Self(moment.millis().saturating_mul(1_000))
    }

    /// The moment, to the millisecond.
    pub fn moment(self) -> Timestamp {
        Timestamp::from_millis(self.0 / 1_000)
    }

    /// The stamp just before this one.
    #[must_use]
    pub fn before(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// Refuses a stamp that lies too far ahead of the clock: nothing could replace what it writes.
    ///
    /// # Errors
    /// [`EngineError::ClockAhead`].
    pub fn check(self, now: Timestamp) -> Result<Self, EngineError> {
        let latest = Self::at(now.plus(MAX_CLOCK_AHEAD));
        if self > latest {
            let ahead = Duration::from_micros(self.0.saturating_sub(Self::at(now).0));
            return Err(EngineError::ClockAhead { ahead });
        }
        Ok(self)
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Gives stamps that only grow: the clock's time, or one more than the last when the clock stands still
/// or goes back.
#[derive(Debug)]
pub struct Stamps {
    clock: SharedClock,
    last: AtomicU64,
}

impl Stamps {
    /// Stamps by this clock.
    pub fn new(clock: SharedClock) -> Self {
        Self {
            clock,
            last: AtomicU64::new(0),
        }
    }

    /// A stamp greater than every one given before.
    pub fn next(&self) -> Stamp {
        let now = Stamp::at(self.clock.now()).0;
        let grown = |last: u64| Some(now.max(last + 1));
        let last = self
            .last
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, grown);
        let last = last.unwrap_or_else(|unchanged| unchanged);
        Stamp(now.max(last + 1))
    }

    /// The clock's time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

#[cfg(test)]
mod tests {
    use platform_clock::ManualClock;

    use super::*;

    #[test]
    fn stamps_grow_though_the_clock_stands() {
        let clock = ManualClock::at(Timestamp::from_millis(1_000));
        let stamps = Stamps::new(clock.clone());
        assert_eq!(stamps.next(), Stamp(1_000_000));
        assert_eq!(stamps.next(), Stamp(1_000_001));
        clock.advance(Duration::from_millis(1));
        assert_eq!(stamps.next(), Stamp(1_001_000));
    }

    #[test]
    fn a_stamp_from_the_far_future_is_refused() {
        let now = Timestamp::from_millis(1_000);
        let at_most = Stamp::at(now.plus(MAX_CLOCK_AHEAD));
        assert_eq!(at_most.check(now).unwrap(), at_most);
        let refused = Stamp(at_most.0 + 1).check(now).unwrap_err();
        assert!(matches!(refused, EngineError::ClockAhead { .. }));
    }
}
