//! Everything the store holds at one moment, written as a dump while others go on writing.

use std::io::Write;
use std::sync::Arc;

use super::table::Table;
use super::{FjallEngine, format};
use crate::dump::{DumpError, DumpWriter, DumpedRow};
use crate::{EngineError, PageLimit, Range, TokenRange};

/// Partitions listed at once.
const PARTITIONS: usize = 1_000;

impl FjallEngine {
    /// Writes every live row of every table, as they are at one moment, and gives back the stream and how
    /// many rows there are. Writers are not held up.
    ///
    /// # Errors
    /// When the store or the stream fails.
    pub async fn dump<W: Write + Send + 'static>(
        self: &Arc<Self>,
        into: W,
    ) -> Result<(W, u64), DumpError> {
        let engine = Arc::clone(self);
        tokio::task::spawn_blocking(move || engine.dump_blocking(into))
            .await
            .map_err(|error| EngineError::Failed(error.into()))?
    }

    fn dump_blocking<W: Write>(&self, into: W) -> Result<(W, u64), DumpError> {
        let mut tables = Vec::new();
        for (name, kind) in format::tables(&self.meta)? {
            self.open_table(&name, kind)?;
            tables.push((self.table(&name)?, name));
        }
        // One moment for all tables: a partition of one may refer to a partition of another.
        let snapshot = self.database.snapshot();
        let mut dump = DumpWriter::new(into)?;
        for (table, name) in tables {
            dump.table(&name, table.kind)?;
            self.dump_table(&snapshot, &table, &mut dump)?;
        }
        dump.finish()
    }

    fn dump_table<W: Write>(
        &self,
        snapshot: &fjall::Snapshot,
        table: &Table,
        dump: &mut DumpWriter<W>,
    ) -> Result<(), DumpError> {
        let now = self.stamps.now();
        let mut after = None;
        loop {
            let page = (after.as_deref(), PARTITIONS);
            let partitions = table.partitions_at(snapshot, TokenRange::ALL, page, now)?;
            let Some(last) = partitions.last().cloned() else {
                return Ok(());
            };
            for partition in partitions {
                let mut next = Some(Range::all());
                while let Some(range) = next {
                    let limit = PageLimit::default();
                    let page = table.page_at(snapshot, &partition, &range, limit, now)?;
                    for item in page.items {
                        dump.row(DumpedRow {
                            partition: partition.clone(),
                            item: item.key,
                            value: item.value,
                            stamp: item.stamp,
                            expires: item.expires,
                        })?;
                    }
                    next = page.next;
                }
            }
            after = Some(last);
        }
    }
}
