//! How often and how soon a failed step is tried again.

use std::time::Duration;

/// Tries and pauses. The pause doubles after every failure, up to its longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Tries in all, the first among them; at least one.
    pub attempts: u32,
    /// The pause before the second try.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
}

impl Default for Policy {
    /// Five tries over about fifteen seconds: enough for a killed child or a disk being cleared, short
    /// enough that a person still watches.
    fn default() -> Self {
        Self {
            attempts: 5,
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(30),
        }
    }
}

impl Policy {
    /// One try.
    pub const fn once() -> Self {
        Self {
            attempts: 1,
            first_pause: Duration::ZERO,
            longest_pause: Duration::ZERO,
        }
    }

    /// The pause after `failures` failures; `None` when the tries are used up.
    pub fn pause_after(&self, failures: u32) -> Option<Duration> {
        if failures >= self.attempts {
            return None;
        }
        let doublings = failures.saturating_sub(1).min(16);
        Some(
            self.first_pause
                .saturating_mul(1 << doublings)
                .min(self.longest_pause),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_then_end() {
        let policy = Policy {
            attempts: 4,
            first_pause: Duration::from_secs(2),
            longest_pause: Duration::from_secs(5),
        };
        let pauses: Vec<_> = (1..=4)
            .map(|failures| policy.pause_after(failures).map(|pause| pause.as_secs()))
            .collect();
        assert_eq!(pauses, [Some(2), Some(4), Some(5), None]);
        assert_eq!(Policy::once().pause_after(1), None);
    }
}
