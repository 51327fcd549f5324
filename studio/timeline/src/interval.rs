//! A span of a title's time.

use serde::{Deserialize, Serialize};

/// From a first moment up to, but not including, a last one, in milliseconds from the title's first
/// frame; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Plain", into = "Plain")]
pub struct Interval {
    start_ms: u64,
    end_ms: u64,
}

/// The interval would be empty or reversed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an interval must end after it starts, and {start_ms} to {end_ms} ms does not")]
pub struct BadInterval {
    /// Where it would start.
    pub start_ms: u64,
    /// Where it would end.
    pub end_ms: u64,
}

impl Interval {
    /// From `start_ms` up to `end_ms`.
    ///
    /// # Errors
    /// [`BadInterval`] unless `start_ms < end_ms`.
    pub const fn new(start_ms: u64, end_ms: u64) -> Result<Self, BadInterval> {
        if start_ms < end_ms {
            Ok(Self { start_ms, end_ms })
        } else {
            Err(BadInterval { start_ms, end_ms })
        }
    }

    /// The first moment inside.
    pub const fn start_ms(self) -> u64 {
        self.start_ms
    }

    /// The first moment after.
    pub const fn end_ms(self) -> u64 {
        self.end_ms
    }

    /// How long it is; never zero.
    pub const fn length_ms(self) -> u64 {
        self.end_ms - self.start_ms
    }

    /// Whether the two have a moment in common. Intervals that only touch have none.
    pub const fn meets(self, other: Self) -> bool {
        self.start_ms < other.end_ms && other.start_ms < self.end_ms
    }

    /// What the two have in common.
    pub fn overlap(self, other: Self) -> Option<Self> {
        Self::new(
            self.start_ms.max(other.start_ms),
            self.end_ms.min(other.end_ms),
        )
        .ok()
    }
}

/// As it is written down.
#[derive(Serialize, Deserialize)]
struct Plain {
    start_ms: u64,
    end_ms: u64,
}

impl TryFrom<Plain> for Interval {
    type Error = BadInterval;

    fn try_from(plain: Plain) -> Result<Self, BadInterval> {
        Self::new(plain.start_ms, plain.end_ms)
    }
}

impl From<Interval> for Plain {
    fn from(interval: Interval) -> Self {
        Self {
            start_ms: interval.start_ms,
            end_ms: interval.end_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_and_reversed_intervals_are_refused_also_from_outside() {
        assert!(Interval::new(5, 5).is_err() && Interval::new(6, 5).is_err());
        let read: Result<Interval, _> = serde_json::from_str(r#"{"start_ms":9,"end_ms":3}"#);
        assert!(read.unwrap_err().to_string().contains("must end after"));
    }

    #[test]
    fn intervals_that_touch_do_not_meet() {
        let (a, b) = (
            Interval::new(0, 10).unwrap(),
            Interval::new(10, 20).unwrap(),
        );
        assert!(!a.meets(b) && a.overlap(b).is_none());
        let c = Interval::new(9, 12).unwrap();
        assert_eq!(a.overlap(c), Interval::new(9, 10).ok());
    }
}
