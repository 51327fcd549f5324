//! Reading a dump.

use std::io::{ErrorKind, Read};

use bytes::Bytes;

use super::{DUMP_VERSION, DumpEntry, DumpError, MAGIC, MAX_BODY_BYTES};

const HEADER_BYTES: usize = 8;

/// Reads entries from a stream.
#[derive(Debug)]
pub struct DumpReader<R> {
    from: R,
    /// Where the next frame begins.
    at: u64,
    rows: u64,
    is_over: bool,
}

impl<R: Read> DumpReader<R> {
    /// Begins to read.
    ///
    /// # Errors
    /// [`DumpError::NotADump`], [`DumpError::Newer`], or when the stream fails.
    pub fn new(mut from: R) -> Result<Self, DumpError> {
        let mut start = [0; MAGIC.len() + 2];
        from.read_exact(&mut start).map_err(|error| match error {
            short if short.kind() == ErrorKind::UnexpectedEof => DumpError::NotADump,
            error => error.into(),
        })?;
        let (magic, version) = start.split_at(MAGIC.len());
        if magic != MAGIC {
            return Err(DumpError::NotADump);
        }
        let found = u16::from_le_bytes([version[0], version[1]]);
        if found > DUMP_VERSION {
            return Err(DumpError::Newer { found });
        }
        Ok(Self {
            from,
            at: start.len() as u64,
            rows: 0,
            is_over: false,
        })
    }

    /// The next entry; `None` after the end.
    ///
    /// # Errors
    /// [`DumpError::Damaged`], or when the stream fails.
    pub fn next_entry(&mut self) -> Result<Option<DumpEntry>, DumpError> {
        if self.is_over {
            return Ok(None);
        }
        let at = self.at;
        let damaged = |reason| DumpError::Damaged { at, reason };
        let mut header = [0; HEADER_BYTES];
        self.fill(&mut header)?;
        let length = (u64::from_le_bytes(header) & u64::from(u32::MAX)) as usize;
        let sum = (u64::from_le_bytes(header) >> 32) as u32;
        if length > MAX_BODY_BYTES {
            return Err(damaged("a frame is longer than any can be"));
        }
        let mut body = vec![0; length];
        self.fill(&mut body)?;
        if crc32c::crc32c(&body) != sum {
            return Err(damaged("a frame does not match its checksum"));
        }
        self.at += (HEADER_BYTES + length) as u64;
        let entry = DumpEntry::decode(Bytes::from(body));
        let entry = entry.ok_or_else(|| damaged("a frame cannot be read"))?;
        match entry {
            DumpEntry::Row(_) => self.rows += 1,
            DumpEntry::End { rows } if rows != self.rows => {
                return Err(damaged("rows are missing"));
            }
            DumpEntry::End { .. } => self.is_over = true,
            DumpEntry::Table { .. } => {}
        }
        Ok(Some(entry))
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), DumpError> {
        let at = self.at;
        self.from
            .read_exact(buffer)
            .map_err(|error| match error.kind() {
                ErrorKind::UnexpectedEof => DumpError::Damaged {
                    at,
                    reason: "it ends in the middle",
                },
                _ => error.into(),
            })
    }
}
