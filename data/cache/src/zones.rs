//! One cache made of several: every zone has a copy, and the nearest answers.

mod epochs;
mod health;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use moka::sync::Cache as Table;
use platform_clock::SharedClock;

use crate::limits::MAX_SUSPECTS;
use crate::{Cache, CacheError, CacheKey, Entry, SharedCache, ZoneReport};

use epochs::Epochs;
use health::Health;

/// Writes go to every zone, reads to the nearest that has the key. A zone that fails is counted, left alone
/// for a moment after several failures, and given what it lacks when it is next read.
pub struct Zones {
    nearest_first: Vec<Zone>,
    epochs: Epochs,
    clock: SharedClock,
}

struct Zone {
    name: String,
    cache: SharedCache,
    health: Health,
    /// Keys whose last write did not reach the zone: what it holds may be older.
    suspects: Table<Box<[u8]>, ()>,
}

/// What a zone answered to a read.
enum Found {
    Entry(Entry),
    /// It has nothing, and may be given something.
    Nothing,
    /// It may have something too old, which must go.
    TooOld,
    Failed(CacheError),
}

impl Zones {
    /// A cache of zones, each with a name for messages, the nearest first.
    pub fn new(zones: Vec<(String, SharedCache)>, clock: SharedClock) -> Self {
        let zone = |(name, cache)| Zone {
            name,
            cache,
            health: Health::default(),
            suspects: Table::new(MAX_SUSPECTS),
        };
        Self {
            nearest_first: zones.into_iter().map(zone).collect(),
            epochs: Epochs::new(),
            clock,
        }
    }

    /// Gives an entry to the zones that lack it, and takes it back if the key was written since `epoch`.
    async fn repair(&self, key: &CacheKey, entry: &Entry, epoch: u64, lacking: &[(&Zone, Found)]) {
        let repairs = lacking.iter().map(|(zone, found)| async move {
            match found {
                // Not replaced: meanwhile a writer may have put something newer than this entry.
                Found::TooOld => drop(self.write(zone, key, zone.cache.remove(key)).await),
                Found::Nothing if self.epochs.of(key) == epoch => {
                    let filled = self.call(zone, zone.cache.fill(key, entry.clone())).await;
                    if self.epochs.of(key) != epoch && !matches!(filled, Ok(false)) {
                        drop(self.write(zone, key, zone.cache.remove(key)).await);
                    }
                }
                _ => {}
            }
        });
        join_all(repairs).await;
    }

    async fn read(&self, zone: &Zone, key: &CacheKey) -> Found {
        if zone.suspects.contains_key(key.as_bytes()) {
            return Found::TooOld;
        }
        match self.call(zone, zone.cache.get(key)).await {
            Ok(Some(entry)) => Found::Entry(entry),
            Ok(None) => Found::Nothing,
            Err(error) => Found::Failed(error),
        }
    }

    /// A call of one zone, unless it is being left alone.
    async fn call<T>(
        &self,
        zone: &Zone,
        call: impl Future<Output = Result<T, CacheError>>,
    ) -> Result<T, CacheError> {
        if zone.health.is_resting(self.clock.monotonic()) {
            return Err(CacheError::NoZone);
        }
        let answer = call.await;
        match &answer {
            Err(error) if error.is_the_servers() => {
                zone.health
                    .failed(self.clock.monotonic(), &zone.name, error);
            }
            Err(error) if error.is_transient() => {}
            _ => zone.health.answered(&zone.name),
        }
        answer
    }

    /// As [`Self::call`], for what changes a key: remembers whether the zone knows.
    async fn write<T>(
        &self,
        zone: &Zone,
        key: &CacheKey,
        call: impl Future<Output = Result<T, CacheError>>,
    ) -> Result<T, CacheError> {
        self.epochs.advance(key);
        // Before the call: a call that is dropped half-way may have happened or not.
        zone.suspects.insert(key.as_bytes().into(), ());
        let done = self.call(zone, call).await;
        if done.is_ok() {
            zone.suspects.invalidate(key.as_bytes());
        }
        done
    }
}

/// The first success, or else the error that says most.
fn any<T>(answers: Vec<Result<T, CacheError>>) -> Result<T, CacheError> {
    let mut worst = CacheError::NoZone;
    for answer in answers {
        match answer {
            Ok(value) => return Ok(value),
            Err(CacheError::NoZone) => {}
            Err(error) => worst = error,
        }
    }
    Err(worst)
}

impl fmt::Debug for Zones {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.nearest_first.iter().map(|zone| &zone.cache))
            .finish()
    }
}

#[async_trait]
impl Cache for Zones {
    fn get_now(&self, key: &CacheKey) -> Option<Entry> {
        let nearest = self.nearest_first.first()?;
        let entry = nearest.cache.get_now(key)?;
        (!nearest.suspects.contains_key(key.as_bytes())).then_some(entry)
    }

    async fn get(&self, key: &CacheKey) -> Result<Option<Entry>, CacheError> {
        let epoch = self.epochs.of(key);
        let mut lacking = Vec::new();
        for zone in &self.nearest_first {
            match self.read(zone, key).await {
                Found::Entry(entry) => {
                    self.repair(key, &entry, epoch, &lacking).await;
                    return Ok(Some(entry));
                }
                found => lacking.push((zone, found)),
            }
        }
        let answers = lacking.into_iter().map(|(_, found)| match found {
            Found::Failed(error) => Err(error),
            _ => Ok(None),
        });
        any(answers.collect())
    }

    async fn get_many(&self, keys: &[CacheKey]) -> Result<Vec<Option<Entry>>, CacheError> {
        let mut entries = vec![None; keys.len()];
        let mut answers = Vec::new();
        // Those that the nearest zone lacks are few: they are read one by one, and repaired.
        let Some(nearest) = self.nearest_first.first() else {
            return Ok(entries);
        };
        match self.call(nearest, nearest.cache.get_many(keys)).await {
            Ok(found) => entries = found,
            Err(error) => answers.push(Err(error)),
        }
        for (key, entry) in keys.iter().zip(&mut entries) {
            let suspect = nearest.suspects.contains_key(key.as_bytes());
            if suspect || (entry.is_none() && self.nearest_first.len() > 1) {
                let found = self.get(key).await;
                *entry = found.as_ref().ok().cloned().flatten();
                answers.push(found.map(drop));
            }
        }
        if answers.is_empty() {
            return Ok(entries);
        }
        any(answers).map(|()| entries)
    }

    async fn set(&self, key: &CacheKey, entry: Entry) -> Result<(), CacheError> {
        let sets = self.nearest_first.iter();
        let sets = sets.map(|zone| self.write(zone, key, zone.cache.set(key, entry.clone())));
        any(join_all(sets).await)
    }

    async fn fill(&self, key: &CacheKey, entry: Entry) -> Result<bool, CacheError> {
        let fills = self.nearest_first.iter();
        let fills = fills.map(|zone| self.call(zone, zone.cache.fill(key, entry.clone())));
        any(join_all(fills).await)
    }

    async fn remove(&self, key: &CacheKey) -> Result<(), CacheError> {
        let removals = self.nearest_first.iter();
        let removals = removals.map(|zone| self.write(zone, key, zone.cache.remove(key)));
        any(join_all(removals).await)
    }

    /// The highest of the zones' counts: one that was away or restarted has counted less.
    async fn add(&self, key: &CacheKey, delta: i64, ttl: Duration) -> Result<i64, CacheError> {
        let adds = self.nearest_first.iter();
        let adds = adds.map(|zone| self.call(zone, zone.cache.add(key, delta, ttl)));
        highest(join_all(adds).await)
    }

    async fn count(&self, key: &CacheKey) -> Result<Option<i64>, CacheError> {
        let counts = self.nearest_first.iter();
        let counts = counts.map(|zone| self.call(zone, zone.cache.count(key)));
        highest(join_all(counts).await)
    }

    fn zones(&self) -> Vec<ZoneReport> {
        let now = self.clock.monotonic();
        let report = |zone: &Zone| ZoneReport {
            name: zone.name.clone(),
            failures: zone.health.failures(),
            resting: zone.health.is_resting(now),
        };
        self.nearest_first.iter().map(report).collect()
    }
}

fn highest<T: Ord>(mut answers: Vec<Result<T, CacheError>>) -> Result<T, CacheError> {
    let place = |answer: &Result<T, CacheError>| answer.is_err();
    answers.sort_by(|a, b| match (a, b) {
        (Ok(a), Ok(b)) => b.cmp(a),
        _ => place(a).cmp(&place(b)),
    });
    any(answers)
}
