//! Whether a key was written while something older was on its way.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::CacheKey;

/// Counters that keys share: two keys on one only make a repair give up that need not have.
const SHARDS: usize = 1024;

/// Counts the writes of keys.
#[derive(Debug)]
pub(super) struct Epochs(Vec<AtomicU64>);

impl Epochs {
    pub(super) fn new() -> Self {
        Self((0..SHARDS).map(|_| AtomicU64::new(0)).collect())
    }

    pub(super) fn of(&self, key: &CacheKey) -> u64 {
        self.0[shard(key)].load(Ordering::SeqCst)
    }

    /// Before a write begins.
    pub(super) fn advance(&self, key: &CacheKey) {
        self.0[shard(key)].fetch_add(1, Ordering::SeqCst);
    }
}

fn shard(key: &CacheKey) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish() as usize % SHARDS
}
