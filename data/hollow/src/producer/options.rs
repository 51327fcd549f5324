//! How a producer publishes.

use crate::limits::{KEPT_VERSIONS, MAX_COUNT_CHANGE};

/// How a producer publishes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProducerOptions {
    /// A snapshot for every so many versions, 1 or more. With more than 1, a damaged delta cannot be gone
    /// around before the next snapshot; with 1, every version costs a snapshot's writing.
    pub snapshot_every: usize,
    /// Versions whose blobs are kept, beside those the current one needs: how far a rollback reaches.
    pub kept_versions: usize,
    /// The share of records by which one version may grow or shrink: 0.5 is half.
    pub max_count_change: f64,
}

impl Default for ProducerOptions {
    fn default() -> Self {
        Self {
            snapshot_every: 1,
            kept_versions: KEPT_VERSIONS,
            max_count_change: MAX_COUNT_CHANGE,
        }
    }
}
