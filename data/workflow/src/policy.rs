//! How often and how soon a failed step is tried again.

use std::fmt;
use std::time::Duration;

use crate::limits::MAX_DOUBLINGS;

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
        let doublings = failures.saturating_sub(1).min(MAX_DOUBLINGS);
        Some(
            self.first_pause
                .saturating_mul(1 << doublings)
                .min(self.longest_pause),
        )
    }

    /// Tries until success, a failure that is not transient, or the end of the tries.
    pub(crate) async fn run<T, E, F>(
        self,
        is_transient: impl Fn(&E) -> bool,
        work: impl Fn() -> F,
    ) -> Result<T, E>
    where
        E: fmt::Display,
        F: Future<Output = Result<T, E>>,
    {
        let mut failures = 0;
        loop {
            let error = match work().await {
                Err(error) if is_transient(&error) => error,
                outcome => return outcome,
            };
            failures += 1;
            let Some(pause) = self.pause_after(failures) else {
                return Err(error);
            };
            tracing::warn!(%error, failures, pause_ms = pause.as_millis(), "step failed, trying again");
            tokio::time::sleep(pause).await;
        }
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
