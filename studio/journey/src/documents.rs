//! The media documents: one for each title, of its newest run.

use contracts_membership::TitleId;
use data_engine::{Durability, EngineError, RowTable, SharedEngine};
use studio_timeline::Document;
use studio_timeline::limits::MAX_JSON_BYTES;

const TABLE: &str = "studio-documents";
const ITEM: &[u8] = b"document";

/// Level of compression: a document's JSON shrinks to a tenth at the quickest.
const LEVEL: i32 = 1;

/// The store of documents, as compressed JSON.
#[derive(Debug)]
pub(crate) struct Documents {
    table: RowTable,
}

impl Documents {
    pub(crate) async fn open(engine: &SharedEngine) -> Result<Self, EngineError> {
        Ok(Self {
            table: RowTable::open(engine, TABLE).await?,
        })
    }

    /// Keeps a title's document in place of the one before.
    pub(crate) async fn put(
        &self,
        title: &TitleId,
        document: &Document,
    ) -> Result<(), EngineError> {
        let json = document.to_json().map_err(failed)?;
        let packed = zstd::bulk::compress(&json, LEVEL).map_err(failed)?;
        self.table
            .put(&title.0, ITEM, packed, Durability::Power)
            .await
    }

    /// A title's document; none before its shots and texts are known.
    pub(crate) async fn get(&self, title: &TitleId) -> Result<Option<Document>, EngineError> {
        let Some(packed) = self.table.get(&title.0, ITEM).await? else {
            return Ok(None);
        };
        let json = zstd::bulk::decompress(&packed, MAX_JSON_BYTES).map_err(failed)?;
        Document::from_json(&json).map(Some).map_err(failed)
    }

    pub(crate) async fn remove(&self, title: &TitleId) -> Result<(), EngineError> {
        self.table.delete(&title.0, ITEM, Durability::Power).await
    }
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> EngineError {
    EngineError::Failed(error.into())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use data_engine::MemoryEngine;
    use studio_timeline::{Event, Interval, Payload};

    use super::*;

    #[tokio::test]
    async fn a_document_is_kept_replaced_and_removed() {
        let engine: SharedEngine = Arc::new(MemoryEngine::new());
        let documents = Documents::open(&engine).await.unwrap();
        let title = TitleId("film".into());
        assert_eq!(documents.get(&title).await.unwrap(), None);
        for index in 0..2 {
            let event = Event {
                interval: Interval::new(0, 40).unwrap(),
                region: None,
                payload: Payload::Shot { index },
            };
            let document = Document::new(40, vec![event]).unwrap();
            documents.put(&title, &document).await.unwrap();
            assert_eq!(documents.get(&title).await.unwrap(), Some(document));
        }
        documents.remove(&title).await.unwrap();
        assert_eq!(documents.get(&title).await.unwrap(), None);
    }
}
