//! Limits held at the edge of every engine: an engine calls these before it writes anything.

use crate::limits::{
    MAX_BATCH_BYTES, MAX_BATCH_ITEMS, MAX_KEY_BYTES, MAX_TABLE_NAME_BYTES, MAX_VALUE_BYTES,
};
use crate::{Change, EngineError, Mutation};

/// Refuses a table name no engine could hold.
pub fn table_name(name: &str) -> Result<(), EngineError> {
    within("table name", "bytes", name.len(), MAX_TABLE_NAME_BYTES)
}

/// Refuses a batch over the limits, before anything is written. Returns its bytes.
pub fn mutations(partition: &[u8], mutations: &[Mutation]) -> Result<usize, EngineError> {
    let mut batch = Sizes::new(partition, mutations.len())?;
    for mutation in mutations {
        match mutation {
            Mutation::Put { item, value, .. } => batch.put(item, value)?,
            Mutation::Delete { item } => batch.key(item)?,
            Mutation::DeleteRange { from, until } => {
                batch.key(from.as_deref().unwrap_or_default())?;
                batch.key(until.as_deref().unwrap_or_default())?;
            }
        }
    }
    Ok(batch.bytes)
}

/// As [`mutations`], for a compare-and-set table.
pub fn changes(partition: &[u8], changes: &[Change]) -> Result<usize, EngineError> {
    let mut batch = Sizes::new(partition, changes.len())?;
    for change in changes {
        match change {
            Change::Put { item, value } => batch.put(item, value)?,
            Change::Delete { item } => batch.key(item)?,
        }
    }
    Ok(batch.bytes)
}

/// What a batch has come to so far.
struct Sizes {
    bytes: usize,
}

impl Sizes {
    fn new(partition: &[u8], count: usize) -> Result<Self, EngineError> {
        within("batch", "items", count, MAX_BATCH_ITEMS)?;
        within("key", "bytes", partition.len(), MAX_KEY_BYTES)?;
        Ok(Self { bytes: 0 })
    }

    fn key(&mut self, key: &[u8]) -> Result<(), EngineError> {
        within("key", "bytes", key.len(), MAX_KEY_BYTES)?;
        self.add(key.len())
    }

    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(), EngineError> {
        self.key(key)?;
        within("value", "bytes", value.len(), MAX_VALUE_BYTES)?;
        self.add(value.len())
    }

    fn add(&mut self, bytes: usize) -> Result<(), EngineError> {
        self.bytes += bytes;
        within("batch", "bytes", self.bytes, MAX_BATCH_BYTES)
    }
}

fn within(
    what: &'static str,
    unit: &'static str,
    size: usize,
    limit: usize,
) -> Result<(), EngineError> {
    if size > limit {
        return Err(EngineError::TooLarge {
            what,
            unit,
            size,
            limit,
        });
    }
    Ok(())
}
