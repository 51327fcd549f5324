//! Where a viewer stopped in a title.

use contracts_membership::TitleId;
use platform_clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::limits::SEEN_PERCENT;

/// A place in a title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    /// The title.
    pub title: TitleId,
    /// Position in milliseconds.
    pub position_ms: u64,
    /// Length of the title in milliseconds.
    pub duration_ms: u64,
    /// When the viewer was there.
    pub at: Timestamp,
}

impl Bookmark {
    /// Whether the title counts as seen, so that there is nothing to come back to.
    pub fn is_past_the_end(&self) -> bool {
        let position = u128::from(self.position_ms) * 100;
        position > u128::from(self.duration_ms) * u128::from(SEEN_PERCENT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_seen_past_its_95th_percent() {
        let at = |position_ms, duration_ms| Bookmark {
            title: TitleId("t".into()),
            position_ms,
            duration_ms,
            at: Timestamp::default(),
        };
        assert!(!at(95_000, 100_000).is_past_the_end());
        assert!(at(95_001, 100_000).is_past_the_end());
        assert!(!at(0, 0).is_past_the_end());
        assert!(at(u64::MAX, u64::MAX).is_past_the_end());
    }
}
