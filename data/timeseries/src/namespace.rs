//! A namespace at work: its record, its slices, and what is known of its partitions.

use std::sync::Arc;

use arc_swap::ArcSwap;
use data_engine::{RowTable, SharedEngine};
use parking_lot::Mutex;
use platform_clock::{SharedClock, Timestamp};
use serde::{Deserialize, Serialize};

use crate::meta::{Held, Kind, Meta};
use crate::observe::Observed;
use crate::slices::{Slice, Slices};
use crate::split::{Detections, Routes, Worklist};
use crate::{EngineError, Layout, NamespaceConfig, TimeSeriesError};

/// A namespace's stored record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NamespaceRecord {
    pub(crate) config: NamespaceConfig,
    /// The layout of slices that are made from now on.
    pub(crate) next: Layout,
    /// The last slice whose sizes were taken into account.
    pub(crate) observed_to: Option<u64>,
}

impl NamespaceRecord {
    pub(crate) fn new(config: NamespaceConfig) -> Self {
        Self {
            next: config.layout(),
            observed_to: None,
            config,
        }
    }
}

/// What all methods of the store work on.
#[derive(Debug)]
pub(crate) struct Namespace {
    pub(crate) name: String,
    pub(crate) engine: SharedEngine,
    pub(crate) clock: SharedClock,
    pub(crate) meta: Meta,
    record: ArcSwap<NamespaceRecord>,
    pub(crate) slices: Slices,
    pub(crate) routes: Routes,
    pub(crate) observed: Mutex<Observed>,
    pub(crate) detections: Arc<dyn Detections>,
    pub(crate) worklist: tokio::sync::Mutex<Worklist>,
}

impl Namespace {
    pub(crate) fn new(
        name: &str,
        (engine, clock, meta): (SharedEngine, SharedClock, Meta),
        record: NamespaceRecord,
        detections: Arc<dyn Detections>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            slices: Slices::new(meta.clone(), name),
            routes: Routes::new(meta.clone(), name),
            record: ArcSwap::from_pointee(record),
            observed: Mutex::default(),
            worklist: tokio::sync::Mutex::default(),
            engine,
            clock,
            meta,
            detections,
        }
    }

    pub(crate) fn record(&self) -> Arc<NamespaceRecord> {
        self.record.load_full()
    }

    pub(crate) fn config(&self) -> NamespaceConfig {
        self.record.load().config.clone()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) async fn table<'a>(&self, slice: &'a Slice) -> Result<&'a RowTable, EngineError> {
        slice.table(&self.engine, &self.name).await
    }

    /// Reads the record again, as others may have changed it.
    pub(crate) async fn reload(&self) -> Result<Held<NamespaceRecord>, TimeSeriesError> {
        let place = (Kind::Namespaces, "");
        let found = self.meta.get(place, self.name.as_bytes()).await?;
        let held: Held<NamespaceRecord> =
            found.ok_or_else(|| TimeSeriesError::UnknownNamespace {
                name: self.name.clone(),
            })?;
        self.record.store(Arc::new(held.record.clone()));
        Ok(held)
    }

    /// Replaces the record that [`Self::reload`] read. Returns whether nobody else did meanwhile.
    pub(crate) async fn replace(
        &self,
        old: &Held<NamespaceRecord>,
        new: NamespaceRecord,
    ) -> Result<bool, TimeSeriesError> {
        let (place, item) = ((Kind::Namespaces, ""), self.name.as_bytes());
        let swap = self.meta.swap(place, item, Some(&old.stored), Some(&new));
        let swapped = swap.await?;
        if swapped {
            self.record.store(Arc::new(new));
        }
        Ok(swapped)
    }
}
