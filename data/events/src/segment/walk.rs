//! A walk along a segment's batches, through one window of memory. Blocking.

use std::fs::File;
use std::io;
use std::path::Path;

use bytes::{Bytes, BytesMut};

use super::span::Span;
use super::{Format, HEADER_BYTES, fill};
use crate::batch::{self, Flaw};
use crate::limits::WINDOW_BYTES;
use crate::{Event, Offset};

/// What lies at the walk's place.
#[derive(Debug)]
pub(crate) enum Found {
    Span(Span),
    /// The file ends here.
    End,
    /// Bytes that are no batch, or the beginning of one that the file does not hold.
    Flawed,
}

#[derive(Debug)]
pub(crate) struct Walk {
    file: File,
    format: Format,
    window: Bytes,
    window_at: u64,
    /// Where the next batch begins.
    pub(crate) position: u64,
}

impl Walk {
    /// From a place that is known to begin a batch, or from the segment's first.
    pub(crate) fn open(path: &Path, format: Format, position: Option<u64>) -> io::Result<Self> {
        let first = if format == Format::One {
            0
        } else {
            HEADER_BYTES as u64
        };
        Ok(Self {
            file: File::open(path)?,
            format,
            window: Bytes::new(),
            window_at: 0,
            position: position.unwrap_or(first),
        })
    }

    /// What begins here.
    pub(crate) fn look(&mut self) -> io::Result<Found> {
        let mut wanted = batch::HEADER_BYTES;
        loop {
            let bytes = self.bytes(wanted)?;
            if bytes.is_empty() {
                return Ok(Found::End);
            }
            match Span::at(self.format, &bytes) {
                Ok(span) => return Ok(Found::Span(span)),
                // The file ends within it, or asks for what it already gave.
                Err(Flaw::Short(needed)) if needed <= wanted.min(bytes.len()) => {
                    return Ok(Found::Flawed);
                }
                Err(Flaw::Short(_)) if bytes.len() < wanted => return Ok(Found::Flawed),
                Err(Flaw::Short(needed)) => wanted = needed,
                Err(Flaw::Damaged) => return Ok(Found::Flawed),
            }
        }
    }

    /// Whether what begins here is there to its end, undamaged.
    pub(crate) fn is_whole(&mut self, span: &Span) -> io::Result<bool> {
        let bytes = self.bytes(span.bytes())?;
        Ok(span.is_whole(&bytes))
    }

    /// The events of what begins here; `None` when its body is damaged or missing.
    pub(crate) fn events(&mut self, span: &Span) -> io::Result<Option<Vec<Event>>> {
        let bytes = self.bytes(span.bytes())?;
        Ok(span.events(&bytes).ok())
    }

    /// Goes on to what follows.
    pub(crate) fn skip(&mut self, span: &Span) {
        self.position += span.bytes() as u64;
    }

    /// Goes to the next whole batch after this place whose first event is at or after `least`. Says whether
    /// there is one; without, the place stays. Format 1 has no marks to find one by.
    pub(crate) fn resync(&mut self, least: Offset) -> io::Result<bool> {
        let begin = self.position;
        if self.format == Format::One {
            return Ok(false);
        }
        self.position += 1;
        loop {
            let bytes = self.bytes(batch::HEADER_BYTES)?;
            if bytes.len() < batch::HEADER_BYTES {
                self.position = begin;
                return Ok(false);
            }
            let window = self.rest();
            let starts = window.windows(batch::MAGIC.len());
            let Some(skip) = starts.into_iter().position(|start| start == batch::MAGIC) else {
                // The mark may lie across the window's end.
                self.position += (window.len() - batch::MAGIC.len() + 1) as u64;
                continue;
            };
            self.position += skip as u64;
            if let Found::Span(span) = self.look()?
                && span.base() >= least
                && self.is_whole(&span)?
            {
                return Ok(true);
            }
            self.position += 1;
        }
    }

    /// Bytes of the file from this place on.
    pub(crate) fn left(&self) -> io::Result<u64> {
        let size = self.file.metadata()?.len();
        Ok(size.saturating_sub(self.position))
    }

    /// What the window holds from this place on.
    fn rest(&self) -> Bytes {
        let from = (self.position - self.window_at) as usize;
        self.window.slice(from.min(self.window.len())..)
    }

    /// At least `wanted` bytes from this place, or as many as the file has.
    fn bytes(&mut self, wanted: usize) -> io::Result<Bytes> {
        let within = self
            .position
            .checked_sub(self.window_at)
            .is_some_and(|from| from as usize + wanted <= self.window.len());
        if !within {
            let left = self.left()?;
            let length = (wanted.max(WINDOW_BYTES) as u64).min(left) as usize;
            let mut window = BytesMut::zeroed(length);
            let filled = fill(&self.file, &mut window, self.position)?;
            window.truncate(filled);
            self.window = window.freeze();
            self.window_at = self.position;
        }
        Ok(self.rest())
    }
}
