//! What the store says about itself: its format's version and each table's kind.

use std::path::Path;

use fjall::{Database, Keyspace, PersistMode};

use super::{damaged, failed};
use crate::{EngineError, Stamp, TableKind};

/// The keyspace of these records; table keyspaces have a prefix and cannot meet it.
pub(super) const KEYSPACE: &str = "marquee";

/// The layout of keys and records that this version reads and writes.
const VERSION: u32 = 3;
const VERSION_KEY: &[u8] = b"format-version";

/// A stamp that no row's stamp exceeds, 8 bytes, big-endian; since format 3.
const HORIZON_KEY: &[u8] = b"horizon";

const KIND_PREFIX: &str = "kind/";
const LAST_WRITE_WINS: &[u8] = b"last-write-wins";
const COMPARE_AND_SET: &[u8] = b"compare-and-set";

/// Records the version in a new store; refuses a store written by a newer one. Returns whether an older one
/// wrote it.
pub(super) fn is_older(
    database: &Database,
    meta: &Keyspace,
    folder: &Path,
) -> Result<bool, EngineError> {
    let refuse = |reason: String| EngineError::Open {
        place: folder.display().to_string(),
        reason,
    };
    let Some(stored) = meta.get(VERSION_KEY).map_err(failed)? else {
        record_version(database, meta)?;
        return Ok(false);
    };
    let stored: [u8; 4] = (*stored).try_into().map_err(|_| {
        refuse("its format version cannot be read; the store is damaged".to_owned())
    })?;
    let stored = u32::from_be_bytes(stored);
    if stored > VERSION {
        return Err(EngineError::NewerFormat {
            place: folder.display().to_string(),
            found: stored,
            reads: VERSION,
        });
    }
    Ok(stored < VERSION)
}

/// Records that the store has this version's format, on the disk when this returns.
pub(super) fn record_version(database: &Database, meta: &Keyspace) -> Result<(), EngineError> {
    record(database, meta, VERSION_KEY, &VERSION.to_be_bytes())
}

/// The recorded horizon of stamps; the least in a store that has no rows yet.
pub(super) fn horizon(meta: &Keyspace) -> Result<Stamp, EngineError> {
    let Some(stored) = meta.get(HORIZON_KEY).map_err(failed)? else {
        return Ok(Stamp::default());
    };
    let stored: [u8; 8] = (*stored).try_into().map_err(|_| damaged("horizon"))?;
    Ok(Stamp(u64::from_be_bytes(stored)))
}

/// Records the horizon of stamps; the caller syncs.
pub(super) fn set_horizon(meta: &Keyspace, horizon: Stamp) -> Result<(), EngineError> {
    meta.insert(HORIZON_KEY, horizon.0.to_be_bytes())
        .map_err(failed)
}

/// The kind a table was created with; `None` when there is no such table.
pub(super) fn kind(meta: &Keyspace, table: &str) -> Result<Option<TableKind>, EngineError> {
    let stored = meta.get(kind_key(table)).map_err(failed)?;
    match stored.as_deref() {
        None => Ok(None),
        Some(LAST_WRITE_WINS) => Ok(Some(TableKind::LastWriteWins)),
        Some(COMPARE_AND_SET) => Ok(Some(TableKind::CompareAndSet)),
        Some(_) => Err(EngineError::Failed(
            format!("table {table} has an unknown kind").into(),
        )),
    }
}

/// Every table, by name.
pub(super) fn tables(meta: &Keyspace) -> Result<Vec<(String, TableKind)>, EngineError> {
    let mut tables = Vec::new();
    for found in meta.prefix(KIND_PREFIX) {
        let key = found.key().map_err(failed)?;
        let name = String::from_utf8_lossy(&key[KIND_PREFIX.len()..]).into_owned();
        if let Some(kind) = kind(meta, &name)? {
            tables.push((name, kind));
        }
    }
    Ok(tables)
}

/// Records a new table's kind, on the disk when this returns.
pub(super) fn record_kind(
    database: &Database,
    meta: &Keyspace,
    table: &str,
    kind: TableKind,
) -> Result<(), EngineError> {
    let stored = match kind {
        TableKind::LastWriteWins => LAST_WRITE_WINS,
        TableKind::CompareAndSet => COMPARE_AND_SET,
    };
    record(database, meta, kind_key(table).as_bytes(), stored)
}

/// Forgets a table, on the disk when this returns.
pub(super) fn forget_kind(
    database: &Database,
    meta: &Keyspace,
    table: &str,
) -> Result<(), EngineError> {
    meta.remove(kind_key(table)).map_err(failed)?;
    database.persist(PersistMode::SyncAll).map_err(failed)
}

fn kind_key(table: &str) -> String {
    format!("{KIND_PREFIX}{table}")
}

fn record(
    database: &Database,
    meta: &Keyspace,
    key: &[u8],
    value: &[u8],
) -> Result<(), EngineError> {
    meta.insert(key, value).map_err(failed)?;
    database.persist(PersistMode::SyncAll).map_err(failed)
}

#[cfg(test)]
mod tests {
    use fjall::KeyspaceCreateOptions;

    use super::*;

    #[test]
    fn a_newer_format_is_refused_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::builder(folder.path()).open().unwrap();
        let meta = database
            .keyspace(KEYSPACE, KeyspaceCreateOptions::default)
            .unwrap();
        let is_older = || is_older(&database, &meta, folder.path());
        assert!(!is_older().unwrap(), "a new store");
        assert!(!is_older().unwrap(), "and this version's own");
        record(&database, &meta, VERSION_KEY, &(VERSION - 1).to_be_bytes()).unwrap();
        assert!(is_older().unwrap());
        record(&database, &meta, VERSION_KEY, &(VERSION + 1).to_be_bytes()).unwrap();
        let refused = is_older().unwrap_err();
        assert!(matches!(refused, EngineError::NewerFormat { found, .. } if found == VERSION + 1));
    }
}
