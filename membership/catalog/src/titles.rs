//! The catalogue over a table: written through, read from memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use contracts_membership::{Catalog, CatalogEntry, CatalogError, TitleId};
use data_engine::{Durability, EngineError, RowTable, SharedEngine};
use parking_lot::RwLock;
use tokio::sync::Mutex;

use crate::Snapshot;

const TABLE: &str = "membership.catalog";
/// The one partition: the catalogue is read whole at start, and a title's row is a few KiB.
const TITLES: &str = "titles";

/// The catalogue of the service.
#[derive(Debug)]
pub struct TitleCatalog {
    table: RowTable,
    snapshot: RwLock<Arc<Snapshot>>,
    /// Held from the write to the swap, so that snapshots follow the table's order.
    writing: Mutex<()>,
}

impl TitleCatalog {
    /// Opens the table and reads every title into memory.
    pub async fn open(engine: &SharedEngine) -> Result<Self, CatalogError> {
        let table = RowTable::open(engine, TABLE).await.map_err(store)?;
        let mut by_id = BTreeMap::new();
        for row in table.all(TITLES).await.map_err(store)? {
            match serde_json::from_slice::<CatalogEntry>(&row.value) {
                Ok(entry) => drop(by_id.insert(entry.id.clone(), Arc::new(entry))),
                Err(error) => {
                    let id = String::from_utf8_lossy(&row.key);
                    return Err(CatalogError::Store(format!(
                        "title {id} cannot be read: {error}"
                    )));
                }
            }
        }
        let snapshot = RwLock::new(Arc::new(Snapshot::new(by_id)));
        Ok(Self {
            table,
            snapshot,
            writing: Mutex::new(()),
        })
    }

    /// The catalogue as it is now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read())
    }

    fn swap(&self, next: Snapshot) {
        *self.snapshot.write() = Arc::new(next);
    }
}

#[async_trait]
impl Catalog for TitleCatalog {
    async fn put(&self, entry: CatalogEntry) -> Result<(), CatalogError> {
        let value = serde_json::to_vec(&entry).map_err(|error| {
            CatalogError::Store(format!("title {} cannot be written: {error}", entry.id))
        })?;
        let _writing = self.writing.lock().await;
        let item = entry.id.0.clone();
        self.table
            .put(TITLES, item, value, Durability::Power)
            .await
            .map_err(store)?;
        self.swap(self.snapshot().with(entry));
        Ok(())
    }

    async fn remove(&self, title: &TitleId) -> Result<(), CatalogError> {
        let _writing = self.writing.lock().await;
        let item = title.0.clone();
        self.table
            .delete(TITLES, item, Durability::Power)
            .await
            .map_err(store)?;
        self.swap(self.snapshot().without(title));
        Ok(())
    }

    async fn get(&self, title: &TitleId) -> Result<Option<CatalogEntry>, CatalogError> {
        Ok(self
            .snapshot()
            .get(title)
            .map(|entry| CatalogEntry::clone(entry)))
    }

    async fn list(&self) -> Result<Vec<CatalogEntry>, CatalogError> {
        Ok(self
            .snapshot()
            .newest_first()
            .iter()
            .map(|entry| CatalogEntry::clone(entry))
            .collect())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "used as a map_err function")]
fn store(error: EngineError) -> CatalogError {
    CatalogError::Store(error.to_string())
}

#[cfg(test)]
mod tests {
    use data_engine::MemoryEngine;

    use super::*;
    use crate::snapshot::tests::entry;

    #[tokio::test]
    async fn what_is_put_is_there_at_once_and_after_a_restart() {
        let engine = MemoryEngine::shared();
        let catalog = TitleCatalog::open(&engine).await.unwrap();
        for (id, at) in [("a", 1), ("b", 2), ("c", 3)] {
            catalog.put(entry(id, at)).await.unwrap();
        }
        catalog.remove(&TitleId("b".into())).await.unwrap();
        catalog.remove(&TitleId("b".into())).await.unwrap();
        let expected = vec![entry("c", 3), entry("a", 1)];
        assert_eq!(catalog.list().await.unwrap(), expected);
        let restarted = TitleCatalog::open(&engine).await.unwrap();
        assert_eq!(restarted.list().await.unwrap(), expected);
        assert_eq!(
            restarted.get(&TitleId("a".into())).await.unwrap(),
            Some(entry("a", 1))
        );
        assert_eq!(restarted.get(&TitleId("b".into())).await.unwrap(), None);
    }

    #[tokio::test]
    async fn writers_that_meet_lose_nothing() {
        let engine = MemoryEngine::shared();
        let catalog = Arc::new(TitleCatalog::open(&engine).await.unwrap());
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
}
