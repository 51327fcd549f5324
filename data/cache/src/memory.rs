//! The cache in this process.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use moka::ops::compute::Op;
use moka::sync::Cache as Table;
use platform_clock::{SharedClock, Timestamp};

use crate::limits::{ENTRY_OVERHEAD_BYTES, MAX_TTL};
use crate::{Cache, CacheError, CacheKey, Entry};

/// Entries in this process's memory, bounded in bytes; what is used least goes first. Expired entries count
/// as gone at once and give their room back when they are met or when room is needed.
pub struct MemoryCache {
    table: Table<Key, Held>,
    clock: SharedClock,
}

/// A [`CacheKey`]'s bytes, no longer than they are.
type Key = Box<[u8]>;

#[derive(Debug, Clone)]
enum Held {
    Entry(Entry),
    Count { value: i64, expires_at: Timestamp },
}

impl Held {
    fn is_live(&self, now: Timestamp) -> bool {
        match self {
            Self::Entry(entry) => entry.is_live(now),
            Self::Count { expires_at, .. } => now < *expires_at,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Entry(entry) => entry.value.as_ref().map_or(0, bytes::Bytes::len),
            Self::Count { .. } => 0,
        }
    }
}

impl MemoryCache {
    /// A cache that holds about `capacity` bytes, keys and bookkeeping included.
    pub fn new(capacity: u64, clock: SharedClock) -> Self {
        let table = Table::builder().max_capacity(capacity);
        let table = table.weigher(|key: &Key, held: &Held| {
            let bytes = key.len() + held.bytes() + ENTRY_OVERHEAD_BYTES;
            u32::try_from(bytes).unwrap_or(u32::MAX)
        });
        Self {
            table: table.build(),
            clock,
        }
    }

    fn live(&self, key: &CacheKey) -> Option<Held> {
        let held = self.table.get(key.as_bytes())?;
        held.is_live(self.clock.now()).then_some(held)
    }
}

impl fmt::Debug for MemoryCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryCache")
            .field("entries", &self.table.entry_count())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Cache for MemoryCache {
    fn get_now(&self, key: &CacheKey) -> Option<Entry> {
        match self.live(key) {
            Some(Held::Entry(entry)) => Some(entry),
            _ => None,
        }
    }

    async fn get(&self, key: &CacheKey) -> Result<Option<Entry>, CacheError> {
        Ok(self.get_now(key))
    }

    async fn get_many(&self, keys: &[CacheKey]) -> Result<Vec<Option<Entry>>, CacheError> {
        Ok(keys.iter().map(|key| self.get_now(key)).collect())
    }

    async fn set(&self, key: &CacheKey, entry: Entry) -> Result<(), CacheError> {
        self.table.insert(key.as_bytes().into(), Held::Entry(entry));
        Ok(())
    }

    async fn fill(&self, key: &CacheKey, entry: Entry) -> Result<bool, CacheError> {
        let now = self.clock.now();
        let mut filled = false;
        let slot = self.table.entry(key.as_bytes().into());
        slot.and_compute_with(|there| match there {
            Some(held) if held.value().is_live(now) => Op::Nop,
            _ => {
                filled = true;
                Op::Put(Held::Entry(entry))
            }
        });
        Ok(filled)
    }

    async fn remove(&self, key: &CacheKey) -> Result<(), CacheError> {
        self.table.invalidate(key.as_bytes());
        Ok(())
    }

    async fn add(&self, key: &CacheKey, delta: i64, ttl: Duration) -> Result<i64, CacheError> {
        let now = self.clock.now();
        let mut sum = Err(CacheError::NotACounter);
        let slot = self.table.entry(key.as_bytes().into());
        slot.and_compute_with(|there| {
            let live = there
                .map(moka::Entry::into_value)
                .filter(|it| it.is_live(now));
            let (value, expires_at) = match live {
                None => (0, now.plus(ttl.min(MAX_TTL))),
                Some(Held::Count { value, expires_at }) => (value, expires_at),
                Some(Held::Entry(_)) => return Op::Nop,
            };
            let value = value.saturating_add(delta);
            sum = Ok(value);
            Op::Put(Held::Count { value, expires_at })
        });
        sum
    }

    async fn count(&self, key: &CacheKey) -> Result<Option<i64>, CacheError> {
        match self.live(key) {
            None => Ok(None),
            Some(Held::Count { value, .. }) => Ok(Some(value)),
            Some(Held::Entry(_)) => Err(CacheError::NotACounter),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use platform_testkit::World;

    use super::*;
    use crate::conformance;

    #[tokio::test]
    async fn the_suite_holds() {
        let world = World::new(1);
        let cache = MemoryCache::new(8 << 20, world.shared_clock());
        let pass = |by| {
            world.clock.advance(by);
            std::future::ready(())
        };
        conformance::suite(Arc::new(cache), world.shared_clock(), pass).await;
    }

    #[tokio::test]
    async fn it_stays_within_its_capacity() {
        let world = World::new(1);
        let cache = MemoryCache::new(64 << 10, world.shared_clock());
        for at in 0..1000_u32 {
            let key = CacheKey::new("n", &at.to_be_bytes()).unwrap();
            let value = Some(vec![0; 1000].into());
            let entry = Entry::new(value, Duration::from_mins(1), &*world.clock).unwrap();
            cache.set(&key, entry).await.unwrap();
        }
        cache.table.run_pending_tasks();
        assert!(cache.table.weighted_size() <= 64 << 10);
        assert!(cache.table.entry_count() > 0);
    }
}
