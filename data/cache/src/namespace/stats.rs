//! What reads met, counted.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::CacheError;

/// Counts since the namespace was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CacheStats {
    /// Reads answered in this process.
    pub near_hits: u64,
    /// Reads answered by the cache.
    pub hits: u64,
    /// Reads that the cache had no answer to.
    pub misses: u64,
    /// Calls of the cache that failed; reads among them are misses too.
    pub failures: u64,
    /// Loads of a missing value.
    pub loads: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counts {
    near_hits: AtomicU64,
    hits: AtomicU64,
    misses: AtomicU64,
    failures: AtomicU64,
    loads: AtomicU64,
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Counts {
    pub(super) fn near_hit(&self) {
        count(&self.near_hits);
    }

    pub(super) fn far(&self, hit: bool) {
        count(if hit { &self.hits } else { &self.misses });
    }

    pub(super) fn loaded(&self) {
        count(&self.loads);
    }

    /// An answer of the cache; a failure is counted, and is nothing to who can do without.
    pub(super) fn answered<T>(&self, answer: Result<T, CacheError>) -> Option<T> {
        answer
            .inspect_err(|error| {
                count(&self.failures);
                tracing::debug!(%error, "the cache is done without");
            })
            .ok()
    }

    pub(super) fn read(&self) -> CacheStats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CacheStats {
            near_hits: read(&self.near_hits),
            hits: read(&self.hits),
            misses: read(&self.misses),
            failures: read(&self.failures),
            loads: read(&self.loads),
        }
    }
}
