//! How many streams a connection may give up: a rate with a burst, kept as one time. Pure.

use std::time::Duration;

use crate::limits::{RESET_BURST, RESETS_PER_S};

/// The resets of one connection.
#[derive(Debug, Default)]
pub(crate) struct Resets {
    /// When everything so far would have come at the rate.
    even_at: Duration,
}

impl Resets {
    /// A stream was reset; whether that may be.
    pub(crate) fn enter(&mut self, now: Duration) -> bool {
        let each = Duration::from_secs(1) / RESETS_PER_S;
        self.even_at = self.even_at.max(now) + each;
        self.even_at.saturating_sub(now) <= each * RESET_BURST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_may_be_and_after_it_the_rate() {
        let (mut resets, at) = (Resets::default(), Duration::from_secs(9));
        assert!((0..RESET_BURST).all(|_| resets.enter(at)));
        assert!(!resets.enter(at));
        let mut resets = Resets::default();
        assert!((0..RESET_BURST).all(|_| resets.enter(at)));
        let later = |number: u32| at + Duration::from_secs(1) / RESETS_PER_S * number;
        assert!((1..1_000).all(|number| resets.enter(later(number))));
    }
}
