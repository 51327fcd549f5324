//! Titles that the first version of this program kept in a table, one JSON row each.

use contracts_membership::{Catalog as _, CatalogEntry, CatalogError};
use data_engine::{Durability, EngineError, RowTable, SharedEngine};

use crate::TitleCatalog;

const TABLE: &str = "membership.catalog";
const TITLES: &str = "titles";

impl TitleCatalog {
    /// Takes over the titles of the first version's table and empties it. Cut off, it goes on at the next call;
    /// a title that was edited since is not set back.
    pub async fn take_over(&self, engine: &SharedEngine) -> Result<(), CatalogError> {
        let table = RowTable::open(engine, TABLE).await.map_err(store)?;
        for row in table.all(TITLES).await.map_err(store)? {
            let entry: CatalogEntry = serde_json::from_slice(&row.value).map_err(|error| {
                let id = String::from_utf8_lossy(&row.key);
                CatalogError::Store(format!(
                    "title {id} of the first version cannot be read: {error}"
                ))
            })?;
            if self.snapshot().get(&entry.id).is_none() {
                self.put(entry).await?;
            }
            table
                .delete(TITLES, row.key, Durability::Power)
                .await
                .map_err(store)?;
        }
        Ok(())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "used as a map_err function")]
fn store(error: EngineError) -> CatalogError {
    CatalogError::Store(error.to_string())
}

#[cfg(test)]
mod tests {
    use data_engine::MemoryEngine;
    use data_hollow::testing::MemoryStore;

    use super::*;
    use crate::snapshot::tests::entry;

    #[tokio::test]
    async fn titles_of_the_first_version_are_taken_over_once() {
        let engine = MemoryEngine::shared();
        let table = RowTable::open(&engine, TABLE).await.unwrap();
        for id in ["a", "b"] {
            let row = serde_json::to_vec(&entry(id, 1)).unwrap();
            table.put(TITLES, id, row, Durability::Power).await.unwrap();
        }
        let catalog = TitleCatalog::open(MemoryStore::new().store())
            .await
            .unwrap();
        catalog.put(entry("a", 2)).await.unwrap();
        catalog.take_over(&engine).await.unwrap();
        let expected = [entry("a", 2), entry("b", 1)];
        assert_eq!(catalog.list().await.unwrap(), expected);
        catalog.remove(&entry("b", 1).id).await.unwrap();
        catalog.take_over(&engine).await.unwrap();
        assert_eq!(catalog.list().await.unwrap(), expected[..1], "not again");
    }
}
