//! Time as an input.
//!
//! Everything that needs to know the time takes a [`Clock`]; nothing else in the workspace may call
//! `SystemTime::now` or `Instant::now` (clippy.toml bans them). A test passes a [`ManualClock`].
//! This crate must not know what the time is used for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

mod time_zone;
mod timestamp;

pub use time_zone::{BadTimeZone, TimeZone};
pub use timestamp::Timestamp;

/// Tells the wall-clock time and a monotonic time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The wall-clock time; may jump when the machine's clock is set.
    fn now(&self) -> Timestamp;

    /// Time since an arbitrary fixed point; never goes backwards. Use it to measure durations.
    fn monotonic(&self) -> Duration;
}

/// A clock handle that is cheap to clone and to store.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's own clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    started: std::time::Instant,
}

impl SystemClock {
    /// A clock whose monotonic time starts at zero now.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one door to the machine's clock"
    )]
    pub fn new() -> Self {
        Self {
            started: std::time::Instant::now(),
        }
    }

    /// The same, ready to share.
    pub fn shared() -> SharedClock {
        Arc::new(Self::new())
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one door to the machine's clock"
    )]
    fn now(&self) -> Timestamp {
        let since_epoch = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        Timestamp::from_millis(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }
}

/// A clock that moves only when told to; both times move together.
#[derive(Debug)]
pub struct ManualClock {
    millis: AtomicU64,
    start: u64,
}

impl ManualClock {
    /// A clock standing at `start`.
    pub fn at(start: Timestamp) -> Arc<Self> {
        Arc::new(Self {
            millis: AtomicU64::new(start.millis()),
            start: start.millis(),
        })
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.millis.fetch_add(by, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.millis.load(Ordering::SeqCst) - self.start)
    }
}

/// A half-open wall-clock interval `[from, until)`; an absent end is unbounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Window {
    /// First instant inside the window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// First instant after the window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Window {
    /// Whether `at` lies in the window.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manual_clock_moves_only_when_told() {
        let clock = ManualClock::at(Timestamp::from_millis(1_000));
        assert_eq!(clock.now().millis(), 1_000);
        clock.advance(Duration::from_millis(250));
        assert_eq!(clock.now().millis(), 1_250);
        assert_eq!(clock.monotonic(), Duration::from_millis(250));
    }

    #[test]
    fn window_is_half_open() {
        let window = Window {
            from: Some(Timestamp::from_millis(10)),
            until: Some(Timestamp::from_millis(20)),
        };
        assert!(!window.contains(Timestamp::from_millis(9)));
        assert!(window.contains(Timestamp::from_millis(10)));
        assert!(!window.contains(Timestamp::from_millis(20)));
        assert!(Window::default().contains(Timestamp::from_millis(0)));
    }
}
