//! What a piece of work took of this thread, by the system's account. While others had its core, in this machine or in
//! the one that this machine is a guest of, it did not work; while it waited for a lock or a page, it was not done.

use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::time::{ClockId, clock_gettime};

/// The account at a moment.
#[derive(Clone, Copy)]
pub(super) struct Account {
    /// Time on a core since the thread began.
    had: Duration,
    /// How often it gave its core up by itself.
    gave_up: i64,
}

impl Account {
    pub(super) fn read() -> anyhow::Result<Self> {
        Ok(Self {
            had: clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)?.into(),
            gave_up: getrusage(UsageWho::RUSAGE_THREAD)?.voluntary_context_switches(),
        })
    }

    /// What was taken since: the time on a core, or all that `passed` where the thread waited for something.
    pub(super) fn taken_since(&self, before: &Self, passed: Duration) -> Duration {
        if self.gave_up == before.gave_up {
            self.had.saturating_sub(before.had).min(passed)
        } else {
            passed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_thread_waits_for_is_its_time_and_what_it_cannot_help_is_not() {
        let before = Account {
            had: Duration::from_millis(5),
            gave_up: 7,
        };
        let passed = Duration::from_millis(4);
        let after = |gave_up| Account {
            had: Duration::from_millis(6),
            gave_up,
        };
        assert_eq!(
            after(7).taken_since(&before, passed),
            Duration::from_millis(1)
        );
        assert_eq!(after(8).taken_since(&before, passed), passed);
        let before = Account::read().unwrap();
        assert!(Account::read().unwrap().had > before.had);
    }
}
