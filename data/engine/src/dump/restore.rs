//! Taking a dump into an engine.

use std::io::Read;

use super::{DumpEntry, DumpError, DumpReader, DumpedRow};
use crate::{Change, Durability, EngineError, Mutation, SharedEngine, TableKind};

/// What a dump came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Restored {
    /// Tables.
    pub tables: u64,
    /// Rows.
    pub rows: u64,
}

/// Rows between two syncs: enough that a sync costs little, few enough that it is short.
const ROWS_A_SYNC: u64 = 1_000;

/// Writes every row of a dump to an engine, with the stamps and expiries they had. Rows of last-write-wins
/// tables may be there already; a compare-and-set table has to lack them. Everything is on the disk when
/// this returns.
///
/// # Errors
/// [`DumpError::Damaged`] when the dump is; the engine's own errors.
pub async fn restore(engine: &SharedEngine, from: impl Read + Send) -> Result<Restored, DumpError> {
    let mut dump = DumpReader::new(from)?;
    let mut restored = Restored::default();
    let mut table = None;
    while let Some(entry) = dump.next_entry()? {
        match entry {
            DumpEntry::Table { name, kind } => {
                engine.open(&name, kind).await?;
                table = Some((name, kind));
                restored.tables += 1;
            }
            DumpEntry::Row(row) => {
                let (name, kind) = table.as_ref().ok_or(DumpError::Damaged {
                    at: 0,
                    reason: "a row comes before its table",
                })?;
                restored.rows += 1;
                let durability = match restored.rows % ROWS_A_SYNC {
                    0 => Durability::Power,
                    _ => Durability::Process,
                };
                write(engine, (name, *kind), row, durability).await?;
            }
            DumpEntry::End { .. } => {}
        }
    }
    if let Some((name, TableKind::LastWriteWins)) = table {
        // An empty batch, for its sync: the journal is one for all tables.
        let stamp = engine.stamp();
        engine
            .write(&name, b"", Vec::new(), stamp, Durability::Power)
            .await?;
    }
    Ok(restored)
}

async fn write(
    engine: &SharedEngine,
    (table, kind): (&str, TableKind),
    row: DumpedRow,
    durability: Durability,
) -> Result<(), EngineError> {
    let DumpedRow {
        partition,
        item,
        value,
        stamp,
        expires,
    } = row;
    match kind {
        TableKind::LastWriteWins => {
            let put = Mutation::Put {
                item,
                value,
                expires,
            };
            engine
                .write(table, &partition, vec![put], stamp, durability)
                .await
        }
        TableKind::CompareAndSet => {
            let change = vec![Change::put(item.clone(), value.clone())];
            let is_new = engine
                .write_if(table, &partition, &item, None, change, durability)
                .await?;
            if is_new
                || engine
                    .get(table, &partition, &item)
                    .await?
                    .map(|it| it.value)
                    == Some(value)
            {
                return Ok(());
            }
            Err(EngineError::Failed(
                format!("table {table} holds another value already; restore into an empty store")
                    .into(),
            ))
        }
    }
}
