//! What is stored of a workflow: a header, and a record per finished step or item.
//!
//! One partition per workflow. Items: `header`, `step/<name>`, `item/<step>/<key>`. Values are JSON.

use bytes::Bytes;
use data_engine::{CasTable, Change, Durability, EngineError, Range};
use platform_clock::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::WorkflowError;
use crate::status::State;

const HEADER: &[u8] = b"header";

/// The workflow as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) kind: String,
    pub(crate) input: Value,
    pub(crate) created_at: Timestamp,
    pub(crate) state: State,
}

/// A finished step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StepRecord {
    pub(crate) output: Value,
    pub(crate) total: u64,
    pub(crate) started_at: Timestamp,
    pub(crate) finished_at: Timestamp,
}

/// The records of all workflows.
#[derive(Debug, Clone)]
pub(crate) struct Records {
    pub(crate) table: CasTable,
}

impl Records {
    pub(crate) async fn header(&self, id: &str) -> Result<Option<(Bytes, Header)>, WorkflowError> {
        match self.table.get(id, HEADER).await? {
            Some(bytes) => {
                let header = read(id, &bytes)?;
                Ok(Some((bytes, header)))
            }
            None => Ok(None),
        }
    }

    /// Adds a workflow unless it is there; whether it was new. After an error it may be there.
    pub(crate) async fn create(&self, id: &str, header: &Header) -> Result<bool, WorkflowError> {
        let bytes = write(header).map_err(WorkflowError::Input)?;
        Ok(self
            .table
            .swap(id, HEADER, None, Some(bytes), Durability::Power)
            .await?)
    }

    /// Changes the state, whatever it was; `false` when the workflow is gone.
    pub(crate) async fn set_state(&self, id: &str, state: &State) -> Result<bool, WorkflowError> {
        while let Some((before, mut header)) = self.header(id).await? {
            header.state = state.clone();
            let after = write(&header).map_err(WorkflowError::Input)?;
            if self
                .table
                .swap(id, HEADER, Some(&before), Some(after), Durability::Power)
                .await?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(crate) async fn step(&self, id: &str, name: &str) -> Result<Option<Value>, EngineError> {
        let found = self.table.get(id, step_key(name)).await?;
        found
            .map(|bytes| parse::<StepRecord>(&bytes).map(|record| record.output))
            .transpose()
    }

    /// Finished steps by name.
    pub(crate) async fn steps(&self, id: &str) -> Result<Vec<(String, StepRecord)>, EngineError> {
        self.records(id, b"step/").await
    }

    /// Outputs of the finished items of a step, by key.
    pub(crate) async fn items(
        &self,
        id: &str,
        step: &str,
    ) -> Result<Vec<(String, Value)>, EngineError> {
        self.records(id, &item_key(step, "")).await
    }

    async fn records<T: DeserializeOwned>(
        &self,
        id: &str,
        prefix: &[u8],
    ) -> Result<Vec<(String, T)>, EngineError> {
        let range = Range::prefix(prefix.to_vec());
        let found = self.table.first(id, &range, usize::MAX).await?;
        let named = found.into_iter().map(|item| {
            let name = String::from_utf8_lossy(&item.key[prefix.len()..]).into_owned();
            Ok((name, parse(&item.value)?))
        });
        named.collect()
    }

    /// Stores a finished step's record, and gives the one that stands.
    pub(crate) async fn finish_step(
        &self,
        id: &str,
        name: &str,
        record: StepRecord,
    ) -> Result<StepRecord, EngineError> {
        self.insert(id, step_key(name), record).await
    }

    /// Stores a finished item's output, and gives the one that stands.
    pub(crate) async fn finish_item(
        &self,
        id: &str,
        step: &str,
        key: &str,
        output: Value,
    ) -> Result<Value, EngineError> {
        self.insert(id, item_key(step, key), output).await
    }

    /// A record that is already there was written by the same step, before a crash or by a call whose answer
    /// was lost: it stands, as others may have seen it.
    async fn insert<T: Serialize + DeserializeOwned>(
        &self,
        id: &str,
        key: Vec<u8>,
        value: T,
    ) -> Result<T, EngineError> {
        let bytes = write(&value).map_err(|error| EngineError::Failed(error.into()))?;
        let key = Bytes::from(key);
        let swap = self
            .table
            .swap(id, key.clone(), None, Some(bytes), Durability::Power);
        if swap.await? {
            return Ok(value);
        }
        match self.table.get(id, &key).await? {
            Some(standing) => parse(&standing),
            // Removed meanwhile, and this run with it.
            None => Ok(value),
        }
    }

    /// Removes every record, the header last, so that a crash half-way leaves a workflow that can be
    /// removed again.
    pub(crate) async fn remove(&self, id: &str) -> Result<(), WorkflowError> {
        while let Some((header, _)) = self.header(id).await? {
            let items = self.table.all(id).await?;
            let mutations = items
                .into_iter()
                .map(|item| Change::delete(item.key))
                .collect::<Vec<_>>();
            if self
                .table
                .write_if(id, HEADER, Some(&header), mutations, Durability::Power)
                .await?
            {
                return Ok(());
            }
        }
        Ok(())
    }
}

fn step_key(name: &str) -> Vec<u8> {
    format!("step/{name}").into_bytes()
}

fn item_key(step: &str, key: &str) -> Vec<u8> {
    format!("item/{step}/{key}").into_bytes()
}

fn write(value: &impl Serialize) -> Result<Bytes, serde_json::Error> {
    serde_json::to_vec(value).map(Bytes::from)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, EngineError> {
    serde_json::from_slice(bytes).map_err(|error| EngineError::Failed(error.into()))
}

fn read<T: DeserializeOwned>(id: &str, bytes: &[u8]) -> Result<T, WorkflowError> {
    serde_json::from_slice(bytes).map_err(|source| WorkflowError::Record {
        id: id.to_owned(),
        source,
    })
}
