//! The trait that every engine has.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::{CacheError, CacheKey, Entry};

/// A cache handle that is cheap to clone and to store.
pub type SharedCache = Arc<dyn Cache>;

/// How a zone of a cache fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneReport {
    /// The zone's server.
    pub name: String,
    /// Calls that it failed since the start.
    pub failures: u64,
    /// Whether it is being left alone at the moment.
    pub resting: bool,
}

/// Entries under keys, for a time. What may be relied on stands at the crate's root.
#[async_trait]
pub trait Cache: Debug + Send + Sync {
    /// The entry if it lies in this process: answered at once, without waiting and without allocating.
    /// `None` says nothing where the cache lies elsewhere.
    fn get_now(&self, key: &CacheKey) -> Option<Entry> {
        let _ = key;
        None
    }

    /// The entry, if it is there and live.
    async fn get(&self, key: &CacheKey) -> Result<Option<Entry>, CacheError>;

    /// The entries of several keys, in their order.
    async fn get_many(&self, keys: &[CacheKey]) -> Result<Vec<Option<Entry>>, CacheError>;

    /// Puts the entry in place of whatever there was.
    async fn set(&self, key: &CacheKey, entry: Entry) -> Result<(), CacheError>;

    /// Puts the entry where there is nothing live; returns whether it did.
    async fn fill(&self, key: &CacheKey, entry: Entry) -> Result<bool, CacheError>;

    /// Removes whatever there was.
    async fn remove(&self, key: &CacheKey) -> Result<(), CacheError>;

    /// Adds to a counter, which begins at 0 and expires `ttl` after it began; returns its new value.
    /// Counters and entries are not for the same keys.
    ///
    /// # Errors
    /// [`CacheError::NotACounter`]; after a transient one it may have been added or not.
    async fn add(&self, key: &CacheKey, delta: i64, ttl: Duration) -> Result<i64, CacheError>;

    /// A counter's value, if it is there.
    ///
    /// # Errors
    /// [`CacheError::NotACounter`].
    async fn count(&self, key: &CacheKey) -> Result<Option<i64>, CacheError>;

    /// How the zones fare; empty where there are none.
    fn zones(&self) -> Vec<ZoneReport> {
        Vec::new()
    }
}
