//! The beginning of a CMAF track file: what it is and where its segments lie.

mod index;

use std::ops::Range;

pub use index::{Segment, SegmentIndex};

use crate::boxes::{Header, RawBox, header};
use crate::format::{read_format, tracks};
use crate::limits::{HEAD_GUESS_BYTES, MAX_HEAD_BYTES};
use crate::sample::read_edits;
use crate::{BoxError, FourCc, Problem, ReadAt, ReadError, TrackFormat};

/// What stands before the first segment of a track file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// How to decode the track.
    pub format: TrackFormat,
    /// Ticks at the start that are decoded and not presented.
    pub shown_from: u32,
    /// The track's id.
    pub track_id: u32,
    /// `ftyp` and `moov`.
    pub init: Range<u64>,
    /// The `sidx`.
    pub index: Range<u64>,
    /// In order of time, without gaps.
    pub segments: Vec<Segment>,
}

/// Why the beginning of a track file could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeadError {
    /// More of the file is needed: call again with at least so many bytes from its start.
    #[error("{needed} bytes from the start of the track file are needed")]
    Incomplete {
        /// Bytes.
        needed: u64,
    },
    /// It is no track file of ours.
    #[error(transparent)]
    Box(#[from] BoxError),
}

impl Head {
    /// Reads the head from the first bytes of a file; bytes after the head are ignored.
    ///
    /// # Errors
    /// [`HeadError::Incomplete`] says how many bytes are needed when there are too few.
    pub fn parse(start: &[u8]) -> Result<Self, HeadError> {
        let mut walk = Walk {
            bytes: start,
            offset: 0,
        };
        let moov = walk.until(*b"moov")?;
        let init = 0..moov.offset + moov.size();
        let sidx = walk.until(*b"sidx")?;
        let [trak] = tracks(&moov)?[..] else {
            let problem = Problem::Unsupported("more or less than one track");
            return Err(moov.error(problem).into());
        };
        let format = read_format(trak)?;
        let parsed = SegmentIndex::parse(&start[sidx.offset as usize..], sidx.offset)?;
        if parsed.timescale != format.timescale {
            let problem = Problem::Inconsistent("its timescale is not the track's");
            return Err(sidx.error(problem).into());
        }
        let index = sidx.offset..sidx.offset + sidx.size();
        Ok(Self {
            format,
            shown_from: shown_from(&trak)?,
            track_id: track_id(&trak)?,
            init,
            index,
            segments: parsed.segments,
        })
    }

    /// Reads the head of a whole file.
    pub fn read(source: &dyn ReadAt) -> Result<Self, ReadError> {
        let size = source.size()?;
        let mut needed = HEAD_GUESS_BYTES.min(size);
        loop {
            let mut start = vec![0; needed as usize];
            source.read_exact_at(0, &mut start)?;
            match Self::parse(&start) {
                Ok(head) => return Ok(head),
                Err(HeadError::Box(error)) => return Err(error.into()),
                Err(HeadError::Incomplete { needed: more }) if more > needed && more <= size => {
                    needed = more;
                }
                Err(HeadError::Incomplete { .. }) => return Err(cut_off(size).into()),
            }
        }
    }

    /// Ticks of the whole track.
    pub fn duration(&self) -> u64 {
        self.segments.iter().map(|segment| segment.duration).sum()
    }

    /// The last segment that starts at or before a time in ticks; the first when none does.
    pub fn segment_at(&self, ticks: u64) -> usize {
        self.segments
            .partition_point(|segment| segment.start <= ticks)
            .saturating_sub(1)
    }
}

fn cut_off(size: u64) -> BoxError {
    let problem = Problem::Overrun { size, end: size };
    BoxError {
        kind: FourCc(*b"file"),
        offset: 0,
        problem,
    }
}

fn shown_from(trak: &RawBox<'_>) -> Result<u32, BoxError> {
    let edits = read_edits(trak)?;
    let first = edits.first().and_then(|edit| edit.media_time).unwrap_or(0);
    u32::try_from(first)
        .map_err(|_| trak.error(Problem::Unsupported("an edit list that cuts away hours")))
}

fn track_id(trak: &RawBox<'_>) -> Result<u32, BoxError> {
    let mut fields = trak.need(*b"tkhd")?.fields();
    let (version, _) = fields.version_and_flags()?;
    fields.skip(if version == 0 { 8 } else { 16 })?;
    fields.u32()
}

/// Walks the boxes of a file of which only the start is there.
struct Walk<'a> {
    bytes: &'a [u8],
    offset: u64,
}

impl<'a> Walk<'a> {
    fn until(&mut self, kind: [u8; 4]) -> Result<RawBox<'a>, HeadError> {
        loop {
            let found = self.next()?;
            if found.kind == FourCc(kind) {
                return Ok(found);
            }
            if found.kind == FourCc(*b"moof") {
                return Err(found
                    .error(Problem::Inconsistent("it comes before the index"))
                    .into());
            }
        }
    }

    fn next(&mut self) -> Result<RawBox<'a>, HeadError> {
        let rest = &self.bytes[self.offset as usize..];
        let Some(Header { kind, length, size }) = header(rest, self.offset)? else {
            return Err(HeadError::Incomplete {
                needed: self.offset + 16,
            });
        };
        let error = |problem| BoxError {
            kind,
            offset: self.offset,
            problem,
        };
        let size = size.ok_or_else(|| error(Problem::Unsupported("a box of unstated size")))?;
        let end = self.offset.saturating_add(size);
        if end > MAX_HEAD_BYTES {
            let (what, limit) = ("the byte at which it ends", MAX_HEAD_BYTES);
            return Err(error(Problem::TooLarge {
                what,
                value: end,
                limit,
            })
            .into());
        }
        if end > self.bytes.len() as u64 {
            return Err(HeadError::Incomplete { needed: end });
        }
        let body = &rest[length..size as usize];
        let found = RawBox {
            kind,
            offset: self.offset,
            header: length,
            body,
        };
        self.offset = end;
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
