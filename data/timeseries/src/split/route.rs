//! Which partitions reads find in parts.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use bytes::Bytes;
use data_engine::EngineError;
use parking_lot::RwLock;
use platform_clock::Timestamp;
use tracing::warn;

use super::filter::SplitFilter;
use super::parts::Parts;
use super::record::SplitRecord;
use crate::TimeSeriesError;
use crate::limits::{FILTER_REFRESH, FILTER_STALE, ROUTE_CACHE_ENTRIES};
use crate::meta::{Kind, Meta};

/// A partition of a slice, as splits are stored and remembered.
pub(crate) fn split_key(slice: u64, partition: &[u8]) -> Bytes {
    [&slice.to_be_bytes()[..], partition].concat().into()
}

/// The slice and the partition of a split's key.
pub(crate) fn parse_split_key(key: &Bytes) -> Result<(u64, Bytes), TimeSeriesError> {
    let slice = key.get(..8).and_then(|slice| slice.try_into().ok());
    let slice = slice.ok_or(TimeSeriesError::Damaged {
        what: "split's key",
    })?;
    Ok((u64::from_be_bytes(slice), key.slice(8..)))
}

/// The routes of one namespace: a filter that is loaded from the metadata, and what the metadata said of
/// the partitions that passed it.
#[derive(Debug)]
pub(crate) struct Routes {
    meta: Meta,
    namespace: String,
    loaded: ArcSwap<Loaded>,
    loading: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Loaded {
    filter: SplitFilter,
    /// `None`: never.
    at: Option<Timestamp>,
    /// What lookups found; `None` is a false positive. A new filter begins with an empty memory.
    found: RwLock<HashMap<Bytes, Option<Arc<Parts>>>>,
}

impl Loaded {
    fn new(filter: SplitFilter, at: Option<Timestamp>) -> Self {
        Self {
            filter,
            at,
            found: RwLock::default(),
        }
    }
}

impl Routes {
    pub(crate) fn new(meta: Meta, namespace: &str) -> Self {
        Self {
            meta,
            namespace: namespace.to_owned(),
            loaded: ArcSwap::from_pointee(Loaded::new(SplitFilter::with_capacity(0), None)),
            loading: tokio::sync::Mutex::default(),
        }
    }

    /// Loads the filter again if it is old. One reader does so while the others use the old one, up to the
    /// age at which using it could miss what was moved.
    pub(crate) async fn freshen(&self, now: Timestamp) -> Result<(), TimeSeriesError> {
        let age = |at: Option<Timestamp>| at.map(|at| now.since(at));
        let at = self.loaded.load().at;
        if age(at).is_some_and(|age| age < FILTER_REFRESH) {
            return Ok(());
        }
        let usable = age(at).is_some_and(|age| age < FILTER_STALE);
        let _one = match self.loading.try_lock() {
            Ok(one) => one,
            Err(_) if usable => return Ok(()),
            Err(_) => self.loading.lock().await,
        };
        if self.loaded.load().at > at {
            return Ok(());
        }
        match self.load(now).await {
            Err(error) if usable && error.is_transient() => {
                warn!(namespace = self.namespace, %error, "splits not loaded, using the last ones");
                Ok(())
            }
            result => result,
        }
    }

    /// Loads the filter from the metadata.
    pub(crate) async fn load(&self, now: Timestamp) -> Result<(), TimeSeriesError> {
        let records = self.meta.all::<SplitRecord>(self.place()).await?;
        let routed = records.iter().filter(|(_, held)| held.record.routed);
        let filter = SplitFilter::with_capacity(2 * routed.clone().count());
        for (key, _) in routed {
            let (slice, partition) = parse_split_key(key)?;
            filter.insert(slice, &partition);
        }
        self.loaded.store(Arc::new(Loaded::new(filter, Some(now))));
        Ok(())
    }

    /// The parts a partition is read from; `None`: from itself.
    pub(crate) async fn route(
        &self,
        slice: u64,
        partition: &[u8],
    ) -> Result<Option<Arc<Parts>>, TimeSeriesError> {
        let loaded = self.loaded.load();
        if !loaded.filter.may_hold(slice, partition) {
            return Ok(None);
        }
        let key = split_key(slice, partition);
        if let Some(found) = loaded.found.read().get(&key) {
            return Ok(found.clone());
        }
        let held = self.meta.get::<SplitRecord>(self.place(), &key).await?;
        let parts = held.and_then(|held| held.record.route().cloned().map(Arc::new));
        let mut found = loaded.found.write();
        if found.len() >= ROUTE_CACHE_ENTRIES {
            found.clear();
        }
        found.insert(key, parts.clone());
        Ok(parts)
    }

    /// Learns of a split that was just re-routed here.
    pub(crate) fn admit(&self, slice: u64, partition: &[u8]) {
        let loaded = self.loaded.load();
        loaded.found.write().remove(&split_key(slice, partition));
        loaded.filter.insert(slice, partition);
    }

    pub(crate) fn place(&self) -> (Kind, &str) {
        (Kind::Splits, &self.namespace)
    }
}

/// Whether an error says that a slice's table is gone.
pub(crate) fn is_gone(error: &EngineError) -> bool {
    matches!(error, EngineError::NotOpen { .. })
}
