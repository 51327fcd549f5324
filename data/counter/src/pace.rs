//! How many rollups at once: as many as the store takes in its stride.

use std::time::Duration;

use crate::limits::{
    BATCH_GROWTH, BATCH_TIME, FIRST_BATCH, FIRST_PAUSE, MAX_BATCH, MAX_PAUSE, MIN_BATCH,
};

/// Batches that grow while they go well, and halve when one is slow or fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    pub(crate) batch: usize,
    /// How long to wait before the next batch.
    pub(crate) pause: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            batch: FIRST_BATCH,
            pause: Duration::ZERO,
        }
    }
}

impl Pace {
    /// After a batch.
    pub(crate) fn after(self, took: Duration, failed: usize) -> Self {
        if failed == 0 && took <= BATCH_TIME {
            return Self {
                batch: (self.batch + BATCH_GROWTH).min(MAX_BATCH),
                pause: Duration::ZERO,
            };
        }
        Self {
            batch: (self.batch / 2).max(MIN_BATCH),
            pause: (self.pause * 2).clamp(FIRST_PAUSE, MAX_PAUSE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_in_trouble_is_left_alone_and_then_tried_again() {
        let mut pace = Pace::default();
        for _ in 0..20 {
            pace = pace.after(Duration::ZERO, 1);
        }
        assert_eq!((pace.batch, pace.pause), (MIN_BATCH, MAX_PAUSE));
        assert_eq!(
            pace.after(BATCH_TIME * 2, 0).pause,
            MAX_PAUSE,
            "slow is trouble too"
        );
        for _ in 0..100 {
            pace = pace.after(Duration::ZERO, 0);
        }
        assert_eq!((pace.batch, pace.pause), (MAX_BATCH, Duration::ZERO));
    }
}
