//! The time a page may take.

use std::time::Duration;

use platform_clock::Clock;

/// When an answer is due, by the clock's monotonic time, and how long fetches have taken.
#[derive(Debug)]
pub(super) struct Deadline<'a> {
    clock: &'a dyn Clock,
    due: Option<Duration>,
    last: Duration,
    longest: Duration,
}

impl<'a> Deadline<'a> {
    /// Due after `within`; `None`: whenever.
    pub(super) fn new(clock: &'a dyn Clock, within: Option<Duration>) -> Self {
        let now = within.map(|_| clock.monotonic()).unwrap_or_default();
        Self {
            clock,
            due: within.map(|within| now.saturating_add(within)),
            last: now,
            longest: Duration::ZERO,
        }
    }

    /// Told after each fetch; says whether one more, as long as the longest so far, would end too late.
    pub(super) fn would_miss(&mut self) -> bool {
        let Some(due) = self.due else { return false };
        let now = self.clock.monotonic();
        self.longest = self.longest.max(now.saturating_sub(self.last));
        self.last = now;
        now + self.longest > due
    }
}

#[cfg(test)]
mod tests {
    use platform_clock::{ManualClock, Timestamp};

    use super::*;

    #[test]
    fn the_next_fetch_is_taken_to_last_as_the_longest() {
        let clock = ManualClock::at(Timestamp::from_millis(0));
        let mut deadline = Deadline::new(&*clock, Some(Duration::from_millis(100)));
        clock.advance(Duration::from_millis(40));
        assert!(!deadline.would_miss(), "40 + 40");
        clock.advance(Duration::from_millis(21));
        assert!(deadline.would_miss(), "61 + 40");
        assert!(!Deadline::new(&*clock, None).would_miss());
    }
}
