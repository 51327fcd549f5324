//! An open namespace: its tables on its engine, and how they are read.

use std::sync::Arc;

use data_cache::SharedCache;
use data_engine::{Cell, Page, PageLimit, Range, RowTable, SharedEngine};
use platform_clock::SharedClock;

use super::near::Near;
use crate::hedge::Hedge;
use crate::sizes::MeanSize;
use crate::{KvError, NamespaceConfig};

/// An open namespace.
#[derive(Debug)]
pub(super) struct Space {
    pub(super) name: Arc<str>,
    pub(super) config: NamespaceConfig,
    /// A partition per record.
    pub(super) items: RowTable,
    /// A partition per staged value, with one item: what it belongs to.
    pub(super) blobs: RowTable,
    /// A partition per chunk.
    pub(super) chunks: RowTable,
    pub(super) sizes: MeanSize,
    pub(super) near: Option<Near>,
    pub(super) clock: SharedClock,
    hedge: Option<Hedge>,
}

impl Space {
    /// Opens its tables, creating those that are new.
    pub(super) async fn open(
        config: NamespaceConfig,
        engine: &SharedEngine,
        cache: Option<SharedCache>,
        clock: SharedClock,
    ) -> Result<Self, KvError> {
        let name = &config.name;
        let near = config.cache.zip(cache);
        let hedge = config.hedging.map(|it| Hedge::new(it, Arc::clone(&clock)));
        Ok(Self {
            items: RowTable::open(engine, &format!("kv.{name}.items")).await?,
            blobs: RowTable::open(engine, &format!("kv.{name}.blobs")).await?,
            chunks: RowTable::open(engine, &format!("kv.{name}.chunks")).await?,
            near: near.map(|(it, cache)| Near::new(cache, name, it.expiry, Arc::clone(&clock))),
            name: name.as_str().into(),
            sizes: MeanSize::default(),
            clock,
            hedge,
            config,
        })
    }

    /// What an item's key holds, by the cache where there is one.
    pub(super) async fn cell(&self, id: &[u8], key: &[u8]) -> Result<Option<Cell>, KvError> {
        match &self.near {
            None => self.stored(id, key).await,
            Some(near) => near.read(id, key, self.stored(id, key)).await,
        }
    }

    /// What an item's key holds, by the engine.
    pub(super) async fn stored(&self, id: &[u8], key: &[u8]) -> Result<Option<Cell>, KvError> {
        let found = match &self.hedge {
            None => self.items.cell(id, key).await?,
            Some(hedge) => hedge.read(|| self.items.cell(id, key)).await?,
        };
        Ok(found)
    }

    /// A page of what a record holds.
    pub(super) async fn range(
        &self,
        id: &[u8],
        range: &Range,
        limit: PageLimit,
    ) -> Result<Page, KvError> {
        let page = match &self.hedge {
            None => self.items.range(id, range, limit).await?,
            Some(hedge) => hedge.read(|| self.items.range(id, range, limit)).await?,
        };
        Ok(page)
    }
}
