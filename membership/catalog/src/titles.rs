//! The catalogue as the studio edits it and viewers' services read it.

use std::convert::Infallible;
use std::sync::Arc;

use async_trait::async_trait;
use contracts_membership::{Catalog, CatalogEntry, CatalogError, TitleId};
use data_hollow::{Editor, HollowError, HollowStore, RawConsumer, Token};
use parking_lot::Mutex;

use crate::Snapshot;
use crate::limits::{EDITS_PER_SNAPSHOT, VISIBLE_WITHIN};
use crate::record::TitleRecord;
use crate::snapshot::{Indexes, declare};

/// The catalogue of the service. An edit is durable, and visible here, when it returns; other processes see it
/// as they [`Self::follow`].
#[derive(Debug)]
pub struct TitleCatalog {
    titles: Arc<RawConsumer<TitleRecord>>,
    editor: Editor<TitleRecord>,
    indexes: Indexes,
    /// Of the state that was asked for last.
    snapshot: Mutex<Arc<Snapshot>>,
}

impl TitleCatalog {
    /// Reads every title into memory.
    pub async fn open(store: HollowStore) -> Result<Self, CatalogError> {
        let (dataset, indexes) = declare().map_err(failed)?;
        let titles = RawConsumer::open(Arc::new(dataset), store).await;
        let titles = Arc::new(titles.map_err(failed)?);
        let snapshot = Arc::new(Snapshot::new(titles.state(), indexes));
        Ok(Self {
            editor: Editor::new(Arc::clone(&titles)),
            titles,
            indexes,
            snapshot: Mutex::new(snapshot),
        })
    }

    /// The catalogue as it is now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        let mut snapshot = self.snapshot.lock();
        let state = self.titles.state();
        if !snapshot.is_of(&state) {
            *snapshot = Arc::new(Snapshot::new(state, self.indexes));
        }
        Arc::clone(&snapshot)
    }

    /// Takes in other processes' edits as they are made, until it is dropped.
    pub async fn follow(&self) -> Infallible {
        self.titles.follow().await
    }

    async fn visible(&self, token: Token) -> Result<(), CatalogError> {
        let read = self.editor.read_after(token, VISIBLE_WITHIN).await;
        read.map_err(failed)?;
        if token.0.is_multiple_of(EDITS_PER_SNAPSHOT)
            && let Err(error) = self.editor.compact(1).await
        {
            // The edit stands, and so does the snapshot before.
            tracing::warn!(%error, "cannot store a snapshot of the catalogue");
        }
        Ok(())
    }
}

#[async_trait]
impl Catalog for TitleCatalog {
    async fn put(&self, entry: CatalogEntry) -> Result<(), CatalogError> {
        let token = self.editor.put(&TitleRecord::from(&entry)).await;
        self.visible(token.map_err(failed)?).await
    }

    async fn remove(&self, title: &TitleId) -> Result<(), CatalogError> {
        if self
            .titles
            .refresh()
            .await
            .map_err(failed)?
            .get(&title.0)
            .is_none()
        {
            return Ok(());
        }
        let token = self.editor.remove(&title.0).await;
        self.visible(token.map_err(failed)?).await
    }

    async fn get(&self, title: &TitleId) -> Result<Option<CatalogEntry>, CatalogError> {
        Ok(self.snapshot().get(title))
    }

    async fn list(&self) -> Result<Vec<CatalogEntry>, CatalogError> {
        let snapshot = self.snapshot();
        let entries = snapshot.newest_first().iter();
        Ok(entries.map(|entry| CatalogEntry::clone(entry)).collect())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "used as a map_err function")]
fn failed(error: HollowError) -> CatalogError {
    let mut said = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(because) = cause {
        said = format!("{said}: {because}");
        cause = because.source();
    }
    CatalogError::Store(said)
}

#[cfg(test)]
mod tests {
    use data_hollow::testing::MemoryStore;

    use super::*;
    use crate::snapshot::tests::entry;

    #[tokio::test]
    async fn what_is_put_is_there_at_once_and_after_a_restart() {
        let store = MemoryStore::new();
        let catalog = TitleCatalog::open(store.store()).await.unwrap();
        for (id, at) in [("a", 1), ("b", 2), ("c", 3)] {
            catalog.put(entry(id, at)).await.unwrap();
        }
        catalog.remove(&TitleId("b".into())).await.unwrap();
        catalog.remove(&TitleId("b".into())).await.unwrap();
        let expected = vec![entry("c", 3), entry("a", 1)];
        assert_eq!(catalog.list().await.unwrap(), expected);
        let restarted = TitleCatalog::open(store.store()).await.unwrap();
        assert_eq!(restarted.list().await.unwrap(), expected);
        assert_eq!(
            restarted.get(&TitleId("a".into())).await.unwrap(),
            Some(entry("a", 1))
        );
        assert_eq!(restarted.get(&TitleId("b".into())).await.unwrap(), None);
    }

    #[tokio::test]
    async fn writers_that_meet_lose_nothing() {
        let catalog = TitleCatalog::open(MemoryStore::new().store()).await;
        let catalog = Arc::new(catalog.unwrap());
        let writers: Vec<_> = (0..20)
            .map(|index| {
                let catalog = Arc::clone(&catalog);
                tokio::spawn(async move { catalog.put(entry(&format!("t{index}"), index)).await })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap().unwrap();
        }
        assert_eq!(catalog.list().await.unwrap().len(), 20);
    }

    #[tokio::test]
    async fn a_start_reads_a_snapshot_and_few_edits() {
        let store = MemoryStore::new();
        let catalog = TitleCatalog::open(store.store()).await.unwrap();
        for at in 0..=EDITS_PER_SNAPSHOT {
            catalog.put(entry("a", at)).await.unwrap();
        }
        assert_eq!(store.blobs().len(), 1);
        store.retire("hollow.titles.raw", EDITS_PER_SNAPSHOT);
        let restarted = TitleCatalog::open(store.store()).await.unwrap();
        assert_eq!(
            restarted.list().await.unwrap(),
            [entry("a", EDITS_PER_SNAPSHOT)]
        );
    }

    #[tokio::test]
    async fn another_process_follows() {
        let store = MemoryStore::new();
        let here = TitleCatalog::open(store.store()).await.unwrap();
        let there = Arc::new(TitleCatalog::open(store.store()).await.unwrap());
        let following = tokio::spawn({
            let there = Arc::clone(&there);
            async move { there.follow().await }
        });
        here.put(entry("a", 1)).await.unwrap();
        while there.snapshot().get(&TitleId("a".into())).is_none() {
            tokio::task::yield_now().await;
        }
        following.abort();
    }
}
