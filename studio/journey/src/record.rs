//! What the studio remembers of a title between and after its runs.

use std::sync::Arc;

use bytes::Bytes;
use contracts_delivery::ReleaseId;
use contracts_membership::{CatalogEntry, TitleId};
use contracts_studio::{LadderReport, Submission, WholeFile};
use data_engine::{CasTable, Durability, EngineError, SharedEngine};
use platform_clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::StudioError;

const TABLE: &str = "studio-titles";
const PARTITION: &[u8] = b"titles";

/// One title as the studio knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TitleRecord {
    pub(crate) id: TitleId,
    pub(crate) submission: Submission,
    pub(crate) added_at: Timestamp,
    /// Which run of the journey is the newest; from 1. A replacement or a second publication is
    /// another run.
    pub(crate) run: u32,
    /// What viewers get now; absent while nothing is in the catalogue.
    pub(crate) entry: Option<CatalogEntry>,
    /// Taken out of the catalogue by hand since the newest run ended.
    pub(crate) unpublished: bool,
    /// What people should know of the newest master.
    #[serde(default)]
    pub(crate) warnings: Vec<String>,
    /// Why its ladder is what it is; absent for the fixed one.
    #[serde(default)]
    pub(crate) ladder: Option<LadderReport>,
    /// Its release's whole files.
    #[serde(default)]
    pub(crate) downloads: Vec<WholeFile>,
}

impl TitleRecord {
    /// The id of the newest run's workflow.
    pub(crate) fn workflow(&self) -> String {
        workflow_id(&self.id, self.run)
    }

    /// The release viewers get now.
    pub(crate) fn release(&self) -> Option<ReleaseId> {
        self.entry.as_ref().map(|entry| entry.release)
    }

    /// The refusal of what only a published title has.
    pub(crate) fn not_published(&self) -> StudioError {
        StudioError::State(format!("{} is not published", self.submission.title))
    }
}

/// The workflow that carries one run of a title.
pub(crate) fn workflow_id(title: &TitleId, run: u32) -> String {
    format!("{title}-{run}")
}

/// The store of records.
#[derive(Debug, Clone)]
pub(crate) struct Records {
    table: Arc<CasTable>,
}

impl Records {
    pub(crate) async fn open(engine: &SharedEngine) -> Result<Self, EngineError> {
        Ok(Self {
            table: Arc::new(CasTable::open(engine, TABLE).await?),
        })
    }

    /// Adds a record; whether it was new.
    pub(crate) async fn add(&self, record: &TitleRecord) -> Result<bool, EngineError> {
        let item = Bytes::from(record.id.0.clone());
        self.table
            .swap(
                PARTITION,
                item,
                None,
                Some(encode(record)?),
                Durability::Power,
            )
            .await
    }

    pub(crate) async fn get(&self, title: &TitleId) -> Result<Option<TitleRecord>, EngineError> {
        let found = self.table.get(PARTITION, title.0.as_bytes()).await?;
        found.map(|bytes| decode(&bytes)).transpose()
    }

    /// Every record, newest first.
    pub(crate) async fn list(&self) -> Result<Vec<TitleRecord>, EngineError> {
        let items = self.table.all(PARTITION).await?;
        let mut records = items
            .iter()
            .map(|item| decode(&item.value))
            .collect::<Result<Vec<_>, _>>()?;
        records.sort_by_key(|record| std::cmp::Reverse(record.added_at));
        Ok(records)
    }

    /// Changes a record however many writers there are; gives it as it was and as it is now.
    /// `None` when there is no such title, or when `change` declines by returning `false`.
    pub(crate) async fn change(
        &self,
        title: &TitleId,
        change: impl Fn(&mut TitleRecord) -> bool + Send,
    ) -> Result<Option<(TitleRecord, TitleRecord)>, EngineError> {
        loop {
            let Some(before) = self.table.get(PARTITION, title.0.as_bytes()).await? else {
                return Ok(None);
            };
            let old = decode(&before)?;
            let mut new = old.clone();
            if !change(&mut new) {
                return Ok(None);
            }
            let item = Bytes::from(title.0.clone());
            let after = Some(encode(&new)?);
            if self
                .table
                .swap(PARTITION, item, Some(&before), after, Durability::Power)
                .await?
            {
                return Ok(Some((old, new)));
            }
        }
    }

    /// Removes a record; gives it as it was.
    pub(crate) async fn remove(&self, title: &TitleId) -> Result<Option<TitleRecord>, EngineError> {
        loop {
            let Some(before) = self.table.get(PARTITION, title.0.as_bytes()).await? else {
                return Ok(None);
            };
            let item = Bytes::from(title.0.clone());
            if self
                .table
                .swap(PARTITION, item, Some(&before), None, Durability::Power)
                .await?
            {
                return decode(&before).map(Some);
            }
        }
    }
}

fn encode(record: &TitleRecord) -> Result<Bytes, EngineError> {
    serde_json::to_vec(record)
        .map(Bytes::from)
        .map_err(|error| EngineError::Failed(error.into()))
}

fn decode(bytes: &[u8]) -> Result<TitleRecord, EngineError> {
    serde_json::from_slice(bytes).map_err(|error| EngineError::Failed(error.into()))
}
