//! Writing a dump.

use std::io::Write;

use super::{DUMP_VERSION, DumpEntry, DumpError, DumpedRow, MAGIC};
use crate::TableKind;

/// Writes entries to a stream. Nothing is a dump until [`Self::finish`] has returned.
#[derive(Debug)]
pub struct DumpWriter<W> {
    into: W,
    rows: u64,
    body: Vec<u8>,
}

impl<W: Write> DumpWriter<W> {
    /// Begins a dump.
    ///
    /// # Errors
    /// When the stream fails, as in every method here.
    pub fn new(mut into: W) -> Result<Self, DumpError> {
        into.write_all(MAGIC)?;
        into.write_all(&DUMP_VERSION.to_le_bytes())?;
        Ok(Self {
            into,
            rows: 0,
            body: Vec::new(),
        })
    }

    /// Begins a table.
    pub fn table(&mut self, name: &str, kind: TableKind) -> Result<(), DumpError> {
        let name = name.to_owned();
        self.entry(&DumpEntry::Table { name, kind })
    }

    /// Adds a row of the last table.
    pub fn row(&mut self, row: DumpedRow) -> Result<(), DumpError> {
        self.rows += 1;
        self.entry(&DumpEntry::Row(row))
    }

    /// Ends the dump, and gives back the stream and how many rows it holds.
    pub fn finish(mut self) -> Result<(W, u64), DumpError> {
        let rows = self.rows;
        self.entry(&DumpEntry::End { rows })?;
        self.into.flush()?;
        Ok((self.into, rows))
    }

    fn entry(&mut self, entry: &DumpEntry) -> Result<(), DumpError> {
        self.body.clear();
        entry.encode(&mut self.body);
        let sum = crc32c::crc32c(&self.body);
        self.into
            .write_all(&(self.body.len() as u32).to_le_bytes())?;
        self.into.write_all(&sum.to_le_bytes())?;
        self.into.write_all(&self.body)?;
        Ok(())
    }
}
