//! The cache of single items, and the fences that keep it from serving what was replaced.
//!
//! A read that missed fills the cache, and a write removes from it; a fill with what was read before the
//! write must not come after its removal. Records share fences out by hash. A writer counts itself in
//! before it writes and out after; a fill is left out when a writer was or is about, and a writer's removal
//! waits for the fills under way. What was filled is marked with the time of its read, so that deleting a
//! range, whose keys are not known, makes everything behind its fence old at once.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use bytes::{Buf as _, BufMut as _, Bytes};
use data_cache::{CacheKey, Entry, SharedCache};
use data_engine::{Cell, Stamp};
use platform_clock::{SharedClock, Timestamp};
use tokio::sync::RwLock;
use xxhash_rust::xxh3::xxh3_64;

use crate::KvError;
use crate::limits::CACHE_FENCES;

/// Stands for an item that stays.
const STAYS: u64 = u64::MAX;

/// A namespace's cache.
#[derive(Debug)]
pub(super) struct Near {
    cache: SharedCache,
    namespace: String,
    expiry: Duration,
    clock: SharedClock,
    fences: Box<[Fence]>,
}

#[derive(Debug, Default)]
struct Fence {
    /// Fills share it; a removal has it alone.
    fills: RwLock<()>,
    writers: AtomicU32,
    /// Counts the writers that are through.
    epoch: AtomicU64,
    /// What was read up to this millisecond is not served.
    wiped_at: AtomicU64,
}

/// What an entry is worth.
#[derive(Debug)]
enum Known {
    /// It may be served: a cell, or the knowledge that there is none.
    Fresh(Option<Cell>),
    /// It may not.
    Old,
}

/// A writer between its two counts. Dropped without [`Writing::end`], it makes everything behind its fence
/// old: nobody knows what it wrote.
#[derive(Debug)]
pub(super) struct Writing<'a> {
    near: &'a Near,
    fence: &'a Fence,
    is_told: bool,
}

impl Near {
    pub(super) fn new(
        cache: SharedCache,
        namespace: &str,
        expiry: Duration,
        clock: SharedClock,
    ) -> Self {
        Self {
            cache,
            namespace: format!("kv.{namespace}"),
            expiry,
            clock,
            fences: (0..CACHE_FENCES).map(|_| Fence::default()).collect(),
        }
    }

    /// What the cache knows of an item; otherwise what `load` finds, which the cache then knows. Waits for
    /// nothing when the item is in this process.
    pub(super) async fn read(
        &self,
        id: &[u8],
        key: &[u8],
        load: impl Future<Output = Result<Option<Cell>, KvError>>,
    ) -> Result<Option<Cell>, KvError> {
        let fence = self.fence(id);
        let Some(cache_key) = self.key(id, key) else {
            return load.await;
        };
        let now = self.clock.now();
        if let Some(entry) = self.cache.get_now(&cache_key)
            && let Known::Fresh(cell) = fence.admit(entry, now)
        {
            return Ok(cell);
        }
        match self.cache.get(&cache_key).await {
            Ok(Some(entry)) => {
                if let Known::Fresh(cell) = fence.admit(entry, now) {
                    return Ok(cell);
                }
            }
            Ok(None) => {}
            Err(error) => tracing::debug!(%error, namespace = self.namespace, "cache read failed"),
        }
        let epoch = fence.epoch.load(Ordering::SeqCst);
        let is_quiet = fence.writers.load(Ordering::SeqCst) == 0;
        let found = load.await?;
        if is_quiet {
            self.fill(fence, epoch, &cache_key, pack(now, found.as_ref()))
                .await;
        }
        Ok(found)
    }

    async fn fill(&self, fence: &Fence, epoch: u64, key: &CacheKey, packed: Bytes) {
        let Ok(entry) = Entry::new(Some(packed), self.expiry, &*self.clock) else {
            return;
        };
        let _filling = fence.fills.read().await;
        let is_quiet = fence.writers.load(Ordering::SeqCst) == 0;
        if is_quiet
            && fence.epoch.load(Ordering::SeqCst) == epoch
            && let Err(error) = self.cache.set(key, entry).await
        {
            tracing::debug!(%error, namespace = self.namespace, "cache fill failed");
        }
    }

    /// Counts a writer of the record in.
    pub(super) fn begin(&self, id: &[u8]) -> Writing<'_> {
        let fence = self.fence(id);
        fence.writers.fetch_add(1, Ordering::SeqCst);
        Writing {
            near: self,
            fence,
            is_told: false,
        }
    }

    fn fence(&self, id: &[u8]) -> &Fence {
        &self.fences[xxh3_64(id) as usize % self.fences.len()]
    }

    fn key(&self, id: &[u8], key: &[u8]) -> Option<CacheKey> {
        let mut joined = Vec::with_capacity(4 + id.len() + key.len());
        joined.put_u32(id.len() as u32);
        joined.put_slice(id);
        joined.put_slice(key);
        CacheKey::new(&self.namespace, &joined).ok()
    }
}

impl Writing<'_> {
    /// Removes what was written from the cache: these keys, or everything when `None`. After this no read
    /// is answered with what was replaced.
    pub(super) async fn end(mut self, id: &[u8], keys: Option<&[Bytes]>) {
        let _alone = self.fence.fills.write().await;
        let Some(keys) = keys else { return };
        for key in keys {
            let Some(key) = self.near.key(id, key) else {
                continue;
            };
            if let Err(error) = self.near.cache.remove(&key).await {
                let namespace = &self.near.namespace;
                tracing::debug!(%error, namespace, "cache removal failed");
                return;
            }
        }
        self.is_told = true;
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        if !self.is_told {
            let now = self.near.clock.now().millis();
            self.fence.wiped_at.fetch_max(now, Ordering::SeqCst);
        }
        self.fence.epoch.fetch_add(1, Ordering::SeqCst);
        self.fence.writers.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Fence {
    /// What an entry says, if it may still be served.
    fn admit(&self, entry: Entry, now: Timestamp) -> Known {
        match entry.value.and_then(unpack) {
            Some((read_at, cell)) if read_at.millis() > self.wiped_at.load(Ordering::SeqCst) => {
                Known::Fresh(cell.filter(|cell| cell.expires.is_none_or(|at| at > now)))
            }
            _ => Known::Old,
        }
    }
}

/// The time of the read; then, where there is an item, its stamp, its expiry and what is stored.
fn pack(read_at: Timestamp, cell: Option<&Cell>) -> Bytes {
    let value = cell.map_or(0, |cell| cell.value.len());
    let mut packed = Vec::with_capacity(24 + value);
    packed.put_u64(read_at.millis());
    if let Some(cell) = cell {
        packed.put_u64(cell.stamp.0);
        packed.put_u64(cell.expires.map_or(STAYS, Timestamp::millis));
        packed.put_slice(&cell.value);
    }
    packed.into()
}

fn unpack(mut packed: Bytes) -> Option<(Timestamp, Option<Cell>)> {
    let read_at = Timestamp::from_millis(packed.try_get_u64().ok()?);
    if packed.is_empty() {
        return Some((read_at, None));
    }
    let stamp = Stamp(packed.try_get_u64().ok()?);
    let expires = packed.try_get_u64().ok()?;
    let cell = Cell {
        value: packed,
        stamp,
        expires: (expires != STAYS).then(|| Timestamp::from_millis(expires)),
    };
    Some((read_at, Some(cell)))
}

#[cfg(test)]
mod tests;
