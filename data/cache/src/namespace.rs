//! What a caller holds: keys of one kind, with their expiries.

mod flight;
mod stats;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use platform_clock::SharedClock;

use crate::key::check_namespace;
use crate::{Cache, CacheError, CacheKey, Entry, MemoryCache, SharedCache};

use flight::Flights;
use stats::Counts;

pub use flight::LoadError;
pub use stats::CacheStats;

/// How a namespace keeps its entries.
#[derive(Debug, Clone)]
pub struct NamespaceSettings {
    /// 1 to 64 of `a-z`, `0-9`, `-`, `_` and `.`; the same name in another process is the same namespace.
    pub name: String,
    /// How long a value is kept, at most [`crate::limits::MAX_TTL`].
    pub ttl: Duration,
    /// How long a copy is kept in this process, if at all: for as long another process's write is not seen.
    pub near_ttl: Option<Duration>,
    /// How long it is remembered that there is no value, if at all.
    pub absent_ttl: Option<Duration>,
}

/// What a read found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// The value.
    Hit(Bytes),
    /// The store was asked lately and has none.
    Absent,
    /// Nothing is known: ask the store.
    Miss,
}

/// A namespace of a cache. Clones share it.
#[derive(Debug, Clone)]
pub struct Namespace {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    settings: NamespaceSettings,
    cache: SharedCache,
    near: Option<Arc<MemoryCache>>,
    flights: Flights,
    counts: Counts,
    clock: SharedClock,
}

impl Namespace {
    /// A namespace of `cache`. `near` is where copies are kept in this process; namespaces share one, and
    /// with it its bound. It is of no use where the cache itself lies in this process.
    ///
    /// # Errors
    /// [`CacheError::BadNamespace`].
    pub fn new(
        settings: NamespaceSettings,
        cache: SharedCache,
        near: Option<Arc<MemoryCache>>,
        clock: SharedClock,
    ) -> Result<Self, CacheError> {
        check_namespace(&settings.name)?;
        let near = near.filter(|_| settings.near_ttl.is_some());
        Ok(Self {
            inner: Arc::new(Inner {
                settings,
                cache,
                near,
                flights: Flights::default(),
                counts: Counts::default(),
                clock,
            }),
        })
    }

    /// The value if it lies in this process: answered at once, without waiting and without allocating.
    /// [`Lookup::Miss`] says only that [`Self::get`] may have to wait.
    pub fn get_now(&self, key: &[u8]) -> Lookup {
        self.now(&self.key(key))
    }

    /// The value. A cache that fails is a miss, and is counted.
    pub async fn get(&self, key: &[u8]) -> Lookup {
        let key = self.key(key);
        match self.now(&key) {
            Lookup::Miss => self.far(&key).await,
            found => found,
        }
    }

    /// The values of several keys, in their order.
    pub async fn get_many(&self, keys: &[&[u8]]) -> Vec<Lookup> {
        let keys: Vec<CacheKey> = keys.iter().map(|key| self.key(key)).collect();
        let mut found: Vec<Lookup> = keys.iter().map(|key| self.now(key)).collect();
        let missing = |found: &Lookup| *found == Lookup::Miss;
        let asked: Vec<CacheKey> = keys
            .iter()
            .zip(&found)
            .filter(|(_, it)| missing(it))
            .map(|(key, _)| *key)
            .collect();
        if asked.is_empty() {
            return found;
        }
        let answer = self.inner.cache.get_many(&asked).await;
        let mut entries = self
            .inner
            .counts
            .answered(answer)
            .unwrap_or_default()
            .into_iter();
        for (key, lookup) in keys.iter().zip(&mut found).filter(|(_, it)| missing(it)) {
            *lookup = self.take(key, entries.next().flatten()).await;
        }
        found
    }

    /// Puts a value for as long as the namespace keeps them.
    ///
    /// # Errors
    /// [`CacheError::ValueTooLarge`]; a transient one when no zone took it, and then other processes may
    /// read what there was before until it expires.
    pub async fn set(&self, key: &[u8], value: Bytes) -> Result<(), CacheError> {
        self.set_for(key, value, self.inner.settings.ttl).await
    }

    /// As [`Self::set`], for a time of its own.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub async fn set_for(&self, key: &[u8], value: Bytes, ttl: Duration) -> Result<(), CacheError> {
        let key = self.key(key);
        let entry = Entry::new(Some(value), ttl, &*self.inner.clock)?;
        self.inner.flights.overtake(&key);
        self.put(&key, entry).await
    }

    /// Removes a value. Call it after the store was changed: a load that began before is not kept.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub async fn remove(&self, key: &[u8]) -> Result<(), CacheError> {
        let key = self.key(key);
        self.inner.flights.overtake(&key);
        self.drop_entry(&key).await
    }

    /// The value, loaded and kept if the cache has none. However many ask at once, one loads; the others
    /// wait for it and share its outcome. `load` gives `None` when the store has no value either.
    ///
    /// # Errors
    /// The load's, shared. That the cache fails is no error.
    pub async fn get_or_load<E>(
        &self,
        key: &[u8],
        load: impl Future<Output = Result<Option<Bytes>, E>>,
    ) -> Result<Option<Bytes>, LoadError>
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let key = self.key(key);
        match self.now(&key) {
            Lookup::Hit(value) => return Ok(Some(value)),
            Lookup::Absent => return Ok(None),
            Lookup::Miss => {}
        }
        let flight = self.inner.flights.join(&key);
        let outcome = flight.land(async {
            match self.far(&key).await {
                Lookup::Hit(value) => return Ok(Some(value)),
                Lookup::Absent => return Ok(None),
                Lookup::Miss => {}
            }
            self.inner.counts.loaded();
            let value = load.await.map_err(LoadError::new)?;
            self.keep(&key, value.clone(), || flight.is_overtaken())
                .await;
            Ok(value)
        });
        outcome.await
    }

    /// Adds to a counter, which lives for the namespace's expiry from when it began; returns its value.
    ///
    /// # Errors
    /// [`CacheError::NotACounter`]; after a transient one it may have been added or not.
    pub async fn add(&self, key: &[u8], delta: i64) -> Result<i64, CacheError> {
        let (key, ttl) = (self.key(key), self.inner.settings.ttl);
        self.inner.cache.add(&key, delta, ttl).await
    }

    /// A counter's value, if it is there.
    ///
    /// # Errors
    /// [`CacheError::NotACounter`], and transient ones.
    pub async fn count(&self, key: &[u8]) -> Result<Option<i64>, CacheError> {
        self.inner.cache.count(&self.key(key)).await
    }

    /// What reads met so far.
    pub fn stats(&self) -> CacheStats {
        self.inner.counts.read()
    }

    fn key(&self, key: &[u8]) -> CacheKey {
        CacheKey::within(&self.inner.settings.name, key)
    }

    fn now(&self, key: &CacheKey) -> Lookup {
        let near = self.inner.near.as_ref().and_then(|near| near.get_now(key));
        match near.or_else(|| self.inner.cache.get_now(key)) {
            Some(entry) => {
                self.inner.counts.near_hit();
                lookup(entry)
            }
            None => Lookup::Miss,
        }
    }

    async fn far(&self, key: &CacheKey) -> Lookup {
        let answer = self.inner.cache.get(key).await;
        let entry = self.inner.counts.answered(answer).flatten();
        self.take(key, entry).await
    }

    /// What the cache gave, with a copy kept near.
    async fn take(&self, key: &CacheKey, entry: Option<Entry>) -> Lookup {
        self.inner.counts.far(entry.is_some());
        let Some(entry) = entry else {
            return Lookup::Miss;
        };
        self.copy_near(key, &entry).await;
        lookup(entry)
    }

    /// Keeps what was loaded, unless the key was written meanwhile.
    async fn keep(&self, key: &CacheKey, value: Option<Bytes>, overtaken: impl Fn() -> bool) {
        let ttl = match &value {
            Some(_) => Some(self.inner.settings.ttl),
            None => self.inner.settings.absent_ttl,
        };
        let entry = ttl.map(|ttl| Entry::new(value, ttl, &*self.inner.clock));
        let Some(Ok(entry)) = entry else {
            return;
        };
        if overtaken() {
            return;
        }
        let kept = self.put(key, entry).await;
        if overtaken() {
            let _ = self.inner.counts.answered(self.drop_entry(key).await);
        }
        let _ = self.inner.counts.answered(kept);
    }

    async fn put(&self, key: &CacheKey, entry: Entry) -> Result<(), CacheError> {
        self.copy_near(key, &entry).await;
        self.inner.cache.set(key, entry).await
    }

    async fn drop_entry(&self, key: &CacheKey) -> Result<(), CacheError> {
        if let Some(near) = &self.inner.near {
            near.remove(key).await?;
        }
        self.inner.cache.remove(key).await
    }

    async fn copy_near(&self, key: &CacheKey, entry: &Entry) {
        let (Some(near), Some(ttl)) = (&self.inner.near, self.inner.settings.near_ttl) else {
            return;
        };
        let soon = self.inner.clock.now().plus(ttl);
        let copy = Entry {
            value: entry.value.clone(),
            expires_at: entry.expires_at.min(soon),
        };
        let _ = self.inner.counts.answered(near.set(key, copy).await);
    }
}

fn lookup(entry: Entry) -> Lookup {
    entry.value.map_or(Lookup::Absent, Lookup::Hit)
}
