//! Format 1 brought to this one, when a store is opened.
//!
//! Format 1 had a keyspace `table.<name>` for each table, whose keys had no token and whose values no header. Each
//! table is copied, made durable, and its old keyspace deleted; the version is raised when none is left. A
//! migration that was cut short begins again at the table it was copying.

use std::path::Path;

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};

use super::{ROWS, damaged, failed, folder, folder_error, format, require_room, row};
use crate::limits::MIGRATION_BYTES;
use crate::{EngineError, Stamp, Token, keys};

/// Prefix of format 1's keyspaces.
const FORMAT_1: &str = "table";

/// Rows of format 1 had no stamp: any write since stands before them.
const STAMP: Stamp = Stamp(0);

/// Brings every table of format 1 to this one.
pub(super) fn from_format_1(
    database: &Database,
    meta: &Keyspace,
    folder: &Path,
) -> Result<(), EngineError> {
    for (table, _) in format::tables(meta)? {
        let old = format!("{FORMAT_1}.{table}");
        if !database.keyspace_exists(&old) {
            continue;
        }
        let open = |name: &str| {
            let opened = database.keyspace(name, KeyspaceCreateOptions::default);
            opened.map_err(failed)
        };
        let (old, new) = (open(&old)?, open(&format!("{ROWS}.{table}"))?);
        require_room(folder, old.disk_space())?;
        let rows = copy(database, &old, &new)?;
        database.persist(PersistMode::SyncAll).map_err(failed)?;
        folder::sync_names(folder).map_err(folder_error)?;
        database.delete_keyspace(old).map_err(failed)?;
        tracing::info!(table, rows, "brought a table to the store's new format");
    }
    Ok(())
}

fn copy(database: &Database, old: &Keyspace, new: &Keyspace) -> Result<u64, EngineError> {
    let mut rows = 0;
    let mut batch = database.batch();
    let mut bytes = 0;
    for found in old.iter() {
        let (key, value) = found.into_inner().map_err(failed)?;
        let row = row::encode_value(STAMP, None, &value);
        bytes += key.len() + row.len();
        rows += 1;
        batch.insert(new, with_token(&key)?, row);
        if bytes >= MIGRATION_BYTES {
            let full = std::mem::replace(&mut batch, database.batch());
            full.commit().map_err(failed)?;
            bytes = 0;
        }
    }
    batch.commit().map_err(failed)?;
    Ok(rows)
}

/// A key of format 1 with the token that comes first since.
fn with_token(key: &[u8]) -> Result<Vec<u8>, EngineError> {
    let whole = [&[0; 8], key].concat();
    let (partition, item) = keys::split(&whole).ok_or_else(|| damaged("key"))?;
    let key = keys::compose(&partition, &item);
    debug_assert_eq!(keys::token(&key), Some(Token::of(&partition)));
    Ok(key)
}
