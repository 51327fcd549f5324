//! What is known of every title's master, kept beside the titles: too long to be read with each list.

use std::collections::HashMap;
use std::sync::Arc;

use contracts_membership::TitleId;
use contracts_studio::master::Inspection;
use data_engine::{Durability, EngineError, RowTable, SharedEngine};

const TABLE: &str = "studio-inspections";
const PARTITION: &[u8] = b"titles";

/// The store of inspections; each is its title's newest.
#[derive(Debug, Clone)]
pub(crate) struct Inspections {
    table: Arc<RowTable>,
}

impl Inspections {
    pub(crate) async fn open(engine: &SharedEngine) -> Result<Self, EngineError> {
        Ok(Self {
            table: Arc::new(RowTable::open(engine, TABLE).await?),
        })
    }

    pub(crate) async fn put(
        &self,
        title: &TitleId,
        inspection: &Inspection,
    ) -> Result<(), EngineError> {
        let value =
            serde_json::to_vec(inspection).map_err(|error| EngineError::Failed(error.into()))?;
        self.table
            .put(PARTITION, title.0.clone(), value, Durability::Power)
            .await
    }

    pub(crate) async fn get(&self, title: &TitleId) -> Result<Option<Inspection>, EngineError> {
        let found = self.table.get(PARTITION, title.0.as_bytes()).await?;
        found.map(|bytes| decode(&bytes)).transpose()
    }

    /// Every inspection by its title's id.
    pub(crate) async fn all(&self) -> Result<HashMap<String, Inspection>, EngineError> {
        let items = self.table.all(PARTITION).await?;
        items
            .iter()
            .map(|item| {
                let title = String::from_utf8_lossy(&item.key).into_owned();
                Ok((title, decode(&item.value)?))
            })
            .collect()
    }

    pub(crate) async fn remove(&self, title: &TitleId) -> Result<(), EngineError> {
        self.table
            .delete(PARTITION, title.0.clone(), Durability::Power)
            .await
    }
}

fn decode(bytes: &[u8]) -> Result<Inspection, EngineError> {
    serde_json::from_slice(bytes).map_err(|error| EngineError::Failed(error.into()))
}
