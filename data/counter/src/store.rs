//! The tables: configurations, and each counter's record.

use bytes::Bytes;
use data_engine::{CasTable, Durability, SharedEngine};

use crate::limits::SWEEP_PAGE;
use crate::queue::Key;
use crate::record::{CountRecord, decode, encode};
use crate::{CounterConfig, CounterError};

const META: &str = "counter.meta";
const COUNTS: &str = "counter.counts";
const NAMESPACES: &str = "namespaces";
const RECORD: &str = "count";

/// A record and its stored form, which the next swap must find.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) record: CountRecord,
    stored: Bytes,
}

#[derive(Debug)]
pub(crate) struct Store {
    meta: CasTable,
    counts: CasTable,
}

impl Store {
    pub(crate) async fn open(engine: &SharedEngine) -> Result<Self, CounterError> {
        Ok(Self {
            meta: CasTable::open(engine, META).await?,
            counts: CasTable::open(engine, COUNTS).await?,
        })
    }

    pub(crate) async fn config(&self, name: &str) -> Result<CounterConfig, CounterError> {
        let stored = self.meta.get(NAMESPACES, name).await?;
        let stored = stored.ok_or_else(|| CounterError::UnknownNamespace {
            name: name.to_owned(),
        })?;
        decode(&stored)
    }

    pub(crate) async fn configure(
        &self,
        name: &str,
        config: &CounterConfig,
    ) -> Result<(), CounterError> {
        let (item, new) = (Bytes::copy_from_slice(name.as_bytes()), encode(config));
        loop {
            let held = self.meta.get(NAMESPACES, name).await?;
            let (expected, new) = (held.as_deref(), Some(new.clone()));
            let swap = self
                .meta
                .swap(NAMESPACES, item.clone(), expected, new, Durability::Power);
            if swap.await? {
                return Ok(());
            }
        }
    }

    pub(crate) async fn get(&self, key: &Key) -> Result<Option<Held>, CounterError> {
        let stored = self.counts.get(partition(key), RECORD).await?;
        stored
            .map(|stored| {
                let record = decode(&stored)?;
                Ok(Held { record, stored })
            })
            .transpose()
    }

    /// Replaces what was read (`None`: nothing). Returns whether nobody else did meanwhile.
    pub(crate) async fn swap(
        &self,
        key: &Key,
        old: Option<&Held>,
        new: &CountRecord,
    ) -> Result<bool, CounterError> {
        let expected = old.map(|held| &held.stored[..]);
        let new = Some(encode(new));
        let swap = self
            .counts
            .swap(partition(key), RECORD, expected, new, Durability::Power);
        Ok(swap.await?)
    }

    /// Counters of all namespaces after a place, and the place after them; `None` at the end.
    pub(crate) async fn list(
        &self,
        after: Option<&Bytes>,
    ) -> Result<(Vec<Key>, Option<Bytes>), CounterError> {
        let after = after.map(|after| &after[..]);
        let found = self.counts.partitions(after, SWEEP_PAGE).await?;
        let next = (found.len() == SWEEP_PAGE)
            .then(|| found.last().cloned())
            .flatten();
        let keys: Result<Vec<_>, _> = found.iter().map(|partition| parse(partition)).collect();
        Ok((keys?, next))
    }
}

/// A namespace's name holds no zero.
fn partition(key: &Key) -> Vec<u8> {
    [key.namespace.as_bytes(), &[0], key.name.as_bytes()].concat()
}

fn parse(partition: &[u8]) -> Result<Key, CounterError> {
    let text = std::str::from_utf8(partition).map_err(|_| CounterError::Damaged)?;
    let (namespace, name) = text.split_once('\0').ok_or(CounterError::Damaged)?;
    Ok(Key::new(namespace, name))
}
