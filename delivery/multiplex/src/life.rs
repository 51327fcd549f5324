//! When a connection of streams has been quiet for too long, or has given up too many of them. Pure.

use std::time::Duration;

use delivery_edge::Pace;
use delivery_edge::limits::{DRAIN, IDLE_TIMEOUT};

use crate::limits::{RESET_BURST, RESETS_PER_S};

/// The course of one connection.
#[derive(Debug)]
pub(crate) struct Life {
    resets: Pace,
    /// Since when nothing was asked, or since when it ends.
    quiet_since: Duration,
    is_ending: bool,
}

/// What a connection has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// Nothing.
    Nothing,
    /// To tell the other side to ask nothing more.
    Farewell,
    /// To end, whatever the other side does.
    End,
}

impl Life {
    pub(crate) fn new(now: Duration) -> Self {
        Self {
            resets: Pace::of(RESETS_PER_S, RESET_BURST),
            quiet_since: now,
            is_ending: false,
        }
    }

    /// A stream has ended, `is_gone` when the other side gave it up; whether that may go on.
    pub(crate) fn has_given(&mut self, is_gone: bool, now: Duration) -> bool {
        self.quiet_since = now;
        if !is_gone {
            return true;
        }
        self.resets.charge(1, now);
        self.resets.ready(now).is_ok()
    }

    /// The other side was told to ask nothing more.
    pub(crate) const fn ends(&mut self, now: Duration) {
        self.quiet_since = now;
        self.is_ending = true;
    }

    pub(crate) const fn is_ending(&self) -> bool {
        self.is_ending
    }

    /// What is due; `is_busy` while answers are under way.
    pub(crate) fn due(&self, is_busy: bool, now: Duration) -> Due {
        let quiet = now.saturating_sub(self.quiet_since);
        if is_busy {
            Due::Nothing
        } else if self.is_ending && quiet >= DRAIN {
            Due::End
        } else if !self.is_ending && quiet >= IDLE_TIMEOUT {
            Due::Farewell
        } else {
            Due::Nothing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_of_streams_may_be_given_up_and_after_it_so_many_a_second() {
        let at = Duration::from_secs(9);
        let (mut life, mut patient) = (Life::new(at), Life::new(at));
        for _ in 0..RESET_BURST {
            assert!(life.has_given(true, at) && patient.has_given(true, at));
        }
        assert!(!life.has_given(true, at));
        let later = |number| at + Duration::from_secs(number) / RESETS_PER_S as u32;
        assert!((1..1_000).all(|number| patient.has_given(true, later(number))));
    }

    #[test]
    fn a_quiet_connection_is_told_and_then_ended() {
        let at = Duration::from_secs(5);
        let mut life = Life::new(at);
        assert_eq!(life.due(false, at + IDLE_TIMEOUT / 2), Due::Nothing);
        assert_eq!(life.due(true, at + IDLE_TIMEOUT), Due::Nothing);
        assert_eq!(life.due(false, at + IDLE_TIMEOUT), Due::Farewell);
        assert!(life.has_given(false, 2 * at));
        assert_eq!(life.due(false, at + IDLE_TIMEOUT), Due::Nothing);
        life.ends(3 * at);
        assert_eq!(life.due(false, 3 * at + DRAIN / 2), Due::Nothing);
        assert_eq!(life.due(true, 3 * at + DRAIN), Due::Nothing);
        assert_eq!(life.due(false, 3 * at + DRAIN), Due::End);
    }
}
