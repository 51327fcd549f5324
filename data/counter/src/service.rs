//! The counters: what callers hold.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use data_cache::{CacheKey, SharedCache};
use data_engine::SharedEngine;
use data_timeseries::{Event, EventRecord, EventTime, TimeSeries};
use parking_lot::{Mutex, RwLock};
use platform_clock::{SharedClock, Timestamp};

use crate::config::series_namespace;
use crate::limits::{MAX_NAME_BYTES, READ_WINDOW, REMEMBERED_COUNTERS};
use crate::maintain::Sweep;
use crate::pace::Pace;
use crate::queue::{Key, RollupQueue};
use crate::record::CountRecord;
use crate::store::Store;
use crate::{CounterConfig, CounterError, Token, fold};

/// A count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The count.
    pub value: i64,
    /// It holds everything that happened before this time; `None` of a best-effort counter, and of one that
    /// was never added to.
    pub counted_until: Option<EventTime>,
}

/// Counters by namespace and name.
///
/// Any number of processes may work on the same namespaces. Somebody must call [`roll_up`](Self::roll_up)
/// and [`maintain`](Self::maintain) from time to time, and nobody [`TimeSeries::maintain`] for the
/// namespaces of counters: a slice of events is dropped only when its events were counted.
#[derive(Debug)]
pub struct Counters {
    pub(crate) store: Store,
    pub(crate) series: Arc<TimeSeries>,
    cache: SharedCache,
    pub(crate) clock: SharedClock,
    configs: RwLock<HashMap<String, CounterConfig>>,
    /// Counters that are known to have a record.
    known: Mutex<HashSet<Key>>,
    pub(crate) queue: RollupQueue,
    pub(crate) pace: Mutex<Pace>,
    /// Sweeps under way, by namespace.
    pub(crate) sweeps: Mutex<HashMap<String, Sweep>>,
}

impl Counters {
    /// Counters on an engine, a time series store on it, and a cache for the best-effort ones.
    pub async fn open(
        engine: &SharedEngine,
        series: Arc<TimeSeries>,
        cache: SharedCache,
        clock: SharedClock,
    ) -> Result<Self, CounterError> {
        Ok(Self {
            store: Store::open(engine).await?,
            series,
            cache,
            clock,
            configs: RwLock::default(),
            known: Mutex::default(),
            queue: RollupQueue::default(),
            pace: Mutex::default(),
            sweeps: Mutex::default(),
        })
    }

    /// Configures a namespace, which is made if it is new.
    pub async fn configure(&self, name: &str, config: CounterConfig) -> Result<(), CounterError> {
        config.check(name)?;
        if let CounterConfig::EventuallyConsistent { events } = &config {
            self.series
                .configure(&series_namespace(name), events.clone())
                .await?;
        }
        self.store.configure(name, &config).await?;
        self.configs.write().insert(name.to_owned(), config);
        Ok(())
    }

    /// Adds to a counter, which begins at 0. Of an eventually consistent one, an acknowledgement means that
    /// the addition is as durable as its namespace says, and repeating it with the same token counts once.
    ///
    /// # Errors
    /// [`data_timeseries::TimeSeriesError::TooLate`] when the token is older than the namespace takes.
    pub async fn add(
        &self,
        namespace: &str,
        name: &str,
        delta: i64,
        token: &Token,
    ) -> Result<(), CounterError> {
        let key = checked(namespace, name)?;
        match self.config(namespace).await? {
            CounterConfig::BestEffort { expiry } => {
                self.cache.add(&cache_key(&key)?, delta, expiry).await?;
                Ok(())
            }
            CounterConfig::EventuallyConsistent { .. } => {
                self.write(key, fold::addition(token, delta)).await
            }
        }
    }

    /// Sets a counter back to 0: of an eventually consistent one, what happened before the token's time no
    /// longer counts, even when it arrives later.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub async fn clear(
        &self,
        namespace: &str,
        name: &str,
        token: &Token,
    ) -> Result<(), CounterError> {
        let key = checked(namespace, name)?;
        match self.config(namespace).await? {
            CounterConfig::BestEffort { .. } => Ok(self.cache.remove(&cache_key(&key)?).await?),
            CounterConfig::EventuallyConsistent { .. } => {
                self.write(key, fold::clearing(token)).await
            }
        }
    }

    /// The count: of an eventually consistent counter as of its last rollup, and a rollup is asked for when
    /// that lags.
    pub async fn get(&self, namespace: &str, name: &str) -> Result<Count, CounterError> {
        let key = checked(namespace, name)?;
        let CounterConfig::EventuallyConsistent { events } = self.config(namespace).await? else {
            let value = self.cache.count(&cache_key(&key)?).await?;
            return Ok(Count {
                value: value.unwrap_or(0),
                counted_until: None,
            });
        };
        let held = self.store.get(&key).await?;
        let last = held.map(|held| held.record.last);
        let now = self.clock.now();
        if last.is_some_and(|last| last.until.plus(READ_WINDOW) < events.unsettled_from(now)) {
            self.queue.ask(key, now);
        }
        Ok(Count {
            value: last.map_or(0, |last| last.shown()),
            counted_until: last.map(|last| last.until),
        })
    }

    /// The count with all that has happened since the last rollup: as accurate as the store, and as slow as
    /// reading those events.
    ///
    /// # Errors
    /// [`CounterError::BestEffort`], which has no events.
    pub async fn get_accurate(&self, namespace: &str, name: &str) -> Result<Count, CounterError> {
        let key = checked(namespace, name)?;
        let events = self.events(&key).await?;
        let Some(held) = self.store.get(&key).await? else {
            return Ok(Count {
                value: 0,
                counted_until: None,
            });
        };
        let now = self.clock.now();
        let fold = self.fold(&key, held.record.last, None).await?;
        if held.record.last.until.plus(READ_WINDOW) < events.unsettled_from(now) {
            self.queue.ask(key, now);
        }
        Ok(Count {
            value: fold.checkpoint.shown(),
            counted_until: Some(EventTime::at(now)),
        })
    }

    /// Counts a counter's events again, as far back as they are kept and on top of the checkpoint before
    /// them, and puts the result in place of the last rollup.
    ///
    /// # Errors
    /// [`CounterError::BestEffort`], which has no events.
    pub async fn recount(&self, namespace: &str, name: &str) -> Result<Count, CounterError> {
        let key = checked(namespace, name)?;
        let events = self.events(&key).await?;
        loop {
            let Some(held) = self.store.get(&key).await? else {
                return Ok(Count {
                    value: 0,
                    counted_until: None,
                });
            };
            let now = self.clock.now();
            // Never back: what was counted stays so, should the clock have been set back.
            let target = events.unsettled_from(now).max(held.record.last.until);
            let mut last = held.record.base;
            while last.until < target {
                last = self.fold(&key, last, Some(target)).await?.checkpoint;
            }
            let new = CountRecord {
                last,
                ..held.record
            };
            if self.store.swap(&key, Some(&held), &new).await? {
                return Ok(Count {
                    value: last.shown(),
                    counted_until: Some(last.until),
                });
            }
        }
    }

    pub(crate) async fn config(&self, namespace: &str) -> Result<CounterConfig, CounterError> {
        if let Some(config) = self.configs.read().get(namespace) {
            return Ok(config.clone());
        }
        let config = self.store.config(namespace).await?;
        self.configs
            .write()
            .insert(namespace.to_owned(), config.clone());
        Ok(config)
    }

    async fn write(&self, key: Key, event: Event) -> Result<(), CounterError> {
        let config = self.events(&key).await?;
        self.require_record(&key, config.accept_late + config.settle)
            .await?;
        let settled = event.time.plus(config.accept_late + config.settle);
        let record = EventRecord::new(key.name.clone(), event);
        let series = series_namespace(&key.namespace);
        self.series
            .write_event_records_sync(&series, &[record])
            .await?;
        let settled = Timestamp::from_millis(settled.micros() / 1_000 + 1);
        self.queue.ask(key, settled);
        Ok(())
    }

    /// A counter has a record before it has events, so that whoever looks for counters finds all. It begins
    /// before any event that is still taken.
    async fn require_record(&self, key: &Key, open: Duration) -> Result<(), CounterError> {
        if self.known.lock().contains(key) {
            return Ok(());
        }
        if self.store.get(key).await?.is_none() {
            let from = EventTime::at(self.clock.now()).minus(open);
            // When another process makes it first, that one is as good.
            self.store.swap(key, None, &CountRecord::new(from)).await?;
        }
        let mut known = self.known.lock();
        if known.len() >= REMEMBERED_COUNTERS {
            known.clear();
        }
        known.insert(key.clone());
        Ok(())
    }
}

fn checked(namespace: &str, name: &str) -> Result<Key, CounterError> {
    if !(1..=MAX_NAME_BYTES).contains(&name.len()) {
        return Err(CounterError::Name {
            bytes: name.len(),
            limit: MAX_NAME_BYTES,
        });
    }
    Ok(Key::new(namespace, name))
}

fn cache_key(key: &Key) -> Result<CacheKey, CounterError> {
    let namespace = format!("counter.{}", key.namespace);
    Ok(CacheKey::new(&namespace, key.name.as_bytes())?)
}
