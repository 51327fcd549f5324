//! A namespace's time slices: their records, and the table of each.

use std::collections::BTreeMap;
use std::sync::Arc;

use data_engine::{RowTable, SharedEngine};
use parking_lot::RwLock;
use platform_clock::Timestamp;
use tokio::sync::OnceCell;

use crate::layout::SliceRecord;
use crate::meta::{Kind, Meta};
use crate::{EngineError, NamespaceConfig, TimeSeriesError, layout};

/// One slice.
#[derive(Debug)]
pub(crate) struct Slice {
    pub(crate) index: u64,
    pub(crate) record: SliceRecord,
    table: OnceCell<RowTable>,
}

impl Slice {
    /// Its table, opened on first use.
    pub(crate) async fn table(
        &self,
        engine: &SharedEngine,
        namespace: &str,
    ) -> Result<&RowTable, EngineError> {
        let open = async || RowTable::open(engine, &table_name(namespace, self.index)).await;
        self.table.get_or_try_init(open).await
    }
}

pub(crate) fn table_name(namespace: &str, index: u64) -> String {
    format!("ts.{namespace}.{index}")
}

/// The slices of a namespace that this process knows of.
#[derive(Debug)]
pub(crate) struct Slices {
    meta: Meta,
    namespace: String,
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    slices: BTreeMap<u64, Arc<Slice>>,
    loaded: Option<Timestamp>,
}

impl Slices {
    pub(crate) fn new(meta: Meta, namespace: &str) -> Self {
        Self {
            meta,
            namespace: namespace.to_owned(),
            known: RwLock::default(),
        }
    }

    /// The slice to write to; `new` is its record if nobody has made it yet.
    pub(crate) async fn for_write(
        &self,
        index: u64,
        new: SliceRecord,
    ) -> Result<Arc<Slice>, TimeSeriesError> {
        if let Some(slice) = self.known.read().slices.get(&index) {
            return Ok(Arc::clone(slice));
        }
        let (place, item) = (self.place(), index.to_be_bytes());
        loop {
            if let Some(held) = self.meta.get::<SliceRecord>(place, &item).await? {
                return Ok(self.learn(index, held.record));
            }
            self.meta.swap(place, &item, None, Some(&new)).await?;
        }
    }

    /// The slices that hold what was written to `first..=last`, in order. What may have been made by
    /// others since the list was loaded is looked for.
    pub(crate) async fn between(
        &self,
        (first, last): (u64, u64),
        config: &NamespaceConfig,
        now: Timestamp,
    ) -> Result<Vec<Arc<Slice>>, TimeSeriesError> {
        if self.may_lack((first, last), config) {
            self.load(now).await?;
        }
        let known = self.known.read();
        Ok(known
            .slices
            .range(first..=last)
            .filter(|(_, slice)| !slice.record.dropping)
            .map(|(_, slice)| Arc::clone(slice))
            .collect())
    }

    /// A slice is made by the first write to it, so one that no write can reach any more and that was not
    /// there when the list was loaded will never be.
    fn may_lack(&self, (first, last): (u64, u64), config: &NamespaceConfig) -> bool {
        let known = self.known.read();
        let Some(loaded) = known.loaded else {
            return true;
        };
        let open = layout::slice_index(config.unsettled_from(loaded), config.slice);
        (first.max(open)..=last).any(|index| !known.slices.contains_key(&index))
    }

    /// Reads the records of all slices, and returns them.
    pub(crate) async fn load(&self, now: Timestamp) -> Result<Vec<Arc<Slice>>, TimeSeriesError> {
        let found = self.meta.all::<SliceRecord>(self.place()).await?;
        let mut known = self.known.write();
        let mut slices = BTreeMap::new();
        for (key, held) in found {
            let index = index_of(&key)?;
            let old = known.slices.get(&index);
            let slice = match old {
                Some(old) if old.record == held.record => Arc::clone(old),
                _ => Arc::new(slice(index, held.record)),
            };
            slices.insert(index, slice);
        }
        known.loaded = Some(now);
        known.slices = slices;
        Ok(known.slices.values().cloned().collect())
    }

    /// Forgets a slice that was dropped.
    pub(crate) fn forget(&self, index: u64) {
        self.known.write().slices.remove(&index);
    }

    fn learn(&self, index: u64, record: SliceRecord) -> Arc<Slice> {
        let mut known = self.known.write();
        let entry = known.slices.entry(index);
        Arc::clone(entry.or_insert_with(|| Arc::new(slice(index, record))))
    }

    pub(crate) fn place(&self) -> (Kind, &str) {
        (Kind::Slices, &self.namespace)
    }
}

fn slice(index: u64, record: SliceRecord) -> Slice {
    Slice {
        index,
        record,
        table: OnceCell::new(),
    }
}

fn index_of(key: &[u8]) -> Result<u64, TimeSeriesError> {
    let damaged = |_| TimeSeriesError::Damaged {
        what: "slice's key",
    };
    key.try_into().map(u64::from_be_bytes).map_err(damaged)
}
