//! A file's bytes on their way out: block after block, from the disk or as they were fetched just now.

use std::sync::Arc;

use bytes::Bytes;
use contracts_delivery::ByteRange;
use data_objects::tree::BLOCK_BYTES;

use crate::file::fill::Filler;
use crate::file::{Block, OpenFile};
use crate::limits::SEND_STEP;
use crate::prepare::{Start, block_of};

/// What is still to be sent of one response.
pub(crate) struct Film {
    start: Start,
    range: ByteRange,
    next: u64,
    /// The block that was entered last.
    entered: Option<u32>,
    /// Up to here it was seen in the page cache, or brought there.
    resident_until: u64,
    /// Whether a block had to be fetched.
    pub(crate) filled: bool,
}

/// What comes next.
pub(crate) enum Next {
    /// These bytes.
    Memory(Bytes),
    /// So many bytes of the stored file.
    Disk { start: u64, bytes: u64 },
    /// A block that must be brought first.
    Missing(u32),
    /// The file was withdrawn.
    Gone,
    /// Nothing: all was sent.
    End,
}

impl Film {
    pub(crate) fn new(start: Start, range: ByteRange) -> Self {
        Self {
            filled: start.fetched.is_some(),
            start,
            range,
            next: range.start,
            entered: None,
            resident_until: 0,
        }
    }

    pub(crate) fn file(&self) -> &Arc<OpenFile> {
        &self.start.held.file
    }

    /// Bytes sent so far.
    pub(crate) const fn sent(&self) -> u64 {
        self.next - self.range.start
    }

    /// Bytes still to be sent.
    pub(crate) const fn left(&self) -> u64 {
        self.range.end - self.next
    }

    /// What is to be sent next. Entering a block lets the next few be fetched while this one is sent.
    pub(crate) fn next(&mut self, filler: &Arc<Filler>, read_ahead: u32) -> Next {
        if self.next >= self.range.end {
            return Next::End;
        }
        if self.file().is_gone() {
            return Next::Gone;
        }
        let block = block_of(self.next);
        if let Some((fetched, bytes)) = &self.start.fetched
            && *fetched == block
        {
            let (from, bytes) = (self.next % BLOCK_BYTES, bytes.clone());
            let to = (self.range.end - u64::from(block) * BLOCK_BYTES).min(bytes.len() as u64);
            self.enter(block, filler, read_ahead);
            return Next::Memory(bytes.slice(from as usize..to as usize));
        }
        self.start.fetched = None;
        let end = self.range.end.min(self.next + SEND_STEP);
        let until = self.file().stored_until(ByteRange {
            start: self.next,
            end,
        });
        if until <= self.next {
            return Next::Missing(block);
        }
        if self.entered != Some(block) {
            filler.metrics.blocks_hit.inc();
        }
        self.enter(block, filler, read_ahead);
        Next::Disk {
            start: self.next,
            bytes: until - self.next,
        }
    }

    /// A missing block has come.
    pub(crate) fn brought(&mut self, block: Block) {
        if let Block::Fetched(bytes) = block {
            self.filled = true;
            self.start.fetched = Some((block_of(self.next), bytes));
        }
    }

    /// Bytes from here on that are in the page cache.
    pub(crate) const fn resident_left(&self) -> u64 {
        self.resident_until.saturating_sub(self.next)
    }

    /// It is in the page cache up to here.
    pub(crate) const fn resident(&mut self, until: u64) {
        self.resident_until = until;
    }

    /// A thread has read it up to here, or could not.
    pub(crate) fn is_brought(&mut self, until: std::io::Result<u64>, filler: &Filler) {
        match until {
            Ok(until) if until > self.next => self.resident(until),
            Ok(_) => self.lost(filler, &std::io::ErrorKind::UnexpectedEof.into()),
            Err(error) => self.lost(filler, &error),
        }
    }

    /// The disk cannot give what it should have: the block counts as missing again, and asking for it once
    /// more fills it.
    pub(crate) fn lost(&self, filler: &Filler, why: &std::io::Error) {
        let (file, block) = (self.file(), block_of(self.next));
        tracing::warn!(file = %file.hash, block, error = %why, "cannot read a stored block");
        filler.lost(file, block);
    }

    /// Bytes went out.
    pub(crate) const fn moved(&mut self, bytes: u64) {
        self.next += bytes;
    }

    fn enter(&mut self, block: u32, filler: &Arc<Filler>, read_ahead: u32) {
        if self.entered.replace(block) == Some(block) {
            return;
        }
        let last = block_of(self.range.end - 1);
        for ahead in block + 1..=last.min(block.saturating_add(read_ahead)) {
            self.file().read_ahead(ahead, filler);
        }
    }
}
