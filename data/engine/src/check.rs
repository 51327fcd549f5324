//! Limits held at the edge of every engine.

use crate::limits::{MAX_KEY_BYTES, MAX_TABLE_NAME_BYTES, MAX_VALUE_BYTES};
use crate::{EngineError, Mutation};

/// Refuses a table name no engine could hold.
pub(crate) fn table_name(name: &str) -> Result<(), EngineError> {
    within("table name", name.len(), MAX_TABLE_NAME_BYTES)
}

/// Refuses keys and values over the limits, before anything is written.
pub(crate) fn write(partition: &[u8], mutations: &[Mutation]) -> Result<(), EngineError> {
    within("key", partition.len(), MAX_KEY_BYTES)?;
    for mutation in mutations {
        match mutation {
            Mutation::Put { item, value } => {
                within("key", item.len(), MAX_KEY_BYTES)?;
                within("value", value.len(), MAX_VALUE_BYTES)?;
            }
            Mutation::Delete { item } => within("key", item.len(), MAX_KEY_BYTES)?,
        }
    }
    Ok(())
}

fn within(what: &'static str, bytes: usize, limit: usize) -> Result<(), EngineError> {
    if bytes > limit {
        return Err(EngineError::TooLarge { what, bytes, limit });
    }
    Ok(())
}
