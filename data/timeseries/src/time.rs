//! Event times and ranges of them.

use std::fmt;
use std::time::Duration;

use platform_clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::TimeSeriesError;

/// When an event happened, in microseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct EventTime(u64);

impl EventTime {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// A clock's moment.
    pub const fn at(moment: Timestamp) -> Self {
        Self::from_millis(moment.millis())
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// This time and `by`, saturating.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(micros(by)))
    }

    /// This time less `by`, saturating.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(micros(by)))
    }
}

impl fmt::Display for EventTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Timestamp::from_millis(self.0 / 1_000).fmt(f)
    }
}

pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// A half-open range of event times `[from, until)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRange {
    from: EventTime,
    until: EventTime,
}

impl TimeRange {
    /// Every time there is.
    pub const ALL: Self = Self {
        from: EventTime(0),
        until: EventTime(u64::MAX),
    };

    /// The range from `from` on, up to but without `until`; an empty one is fine.
    ///
    /// # Errors
    /// [`TimeSeriesError::InvertedRange`] when `until` lies before `from`.
    pub fn new(from: EventTime, until: EventTime) -> Result<Self, TimeSeriesError> {
        if until < from {
            return Err(TimeSeriesError::InvertedRange { from, until });
        }
        Ok(Self { from, until })
    }

    /// The first time inside.
    pub fn from(self) -> EventTime {
        self.from
    }

    /// The first time after.
    pub fn until(self) -> EventTime {
        self.until
    }

    /// Whether `time` lies inside.
    pub fn contains(self, time: EventTime) -> bool {
        (self.from..self.until).contains(&time)
    }
}
