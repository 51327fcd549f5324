//! The `sidx`: where segments lie and when they play.

use std::ops::Range;

use crate::boxes::Children;
use crate::{BoxError, FourCc, Problem};

/// One segment of a track file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its bytes in the file.
    pub range: Range<u64>,
    /// When it begins, in ticks of the track.
    pub start: u64,
    /// How long it lasts, in ticks.
    pub duration: u64,
    /// Decoding can begin with it.
    pub starts_with_sap: bool,
}

/// What a `sidx` says, read without the rest of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentIndex {
    /// Ticks a second.
    pub timescale: u32,
    /// In order of time, without gaps.
    pub segments: Vec<Segment>,
}

impl SegmentIndex {
    /// Reads the `sidx` at the start of `bytes`, which begin at `offset` of the file.
    ///
    /// # Errors
    /// When the first box is no `sidx`, or one that points to further indexes.
    pub fn parse(bytes: &[u8], offset: u64) -> Result<Self, BoxError> {
        let nothing = BoxError {
            kind: FourCc(*b"sidx"),
            offset,
            problem: Problem::Truncated,
        };
        let sidx = Children::of(bytes, offset).next().ok_or(nothing)??;
        if sidx.kind != FourCc(*b"sidx") {
            return Err(sidx.error(Problem::Inconsistent("a `sidx` should stand here")));
        }
        let mut fields = sidx.fields();
        let (version, _) = fields.version_and_flags()?;
        fields.skip(4)?;
        let timescale = fields.u32()?;
        if timescale == 0 {
            return Err(sidx.error(Problem::Inconsistent("its timescale is zero")));
        }
        let mut start = fields.u32_or_u64(version)?;
        let first_offset = fields.u32_or_u64(version)?;
        let anchor = offset
            .checked_add(sidx.size())
            .and_then(|end| end.checked_add(first_offset));
        let outside = || sidx.error(Problem::Inconsistent("its segments lie beyond any file"));
        let mut at = anchor.ok_or_else(outside)?;
        fields.skip(2)?;
        let count = fields.u16()?;
        let mut segments = Vec::with_capacity(usize::from(count).min(fields.rest().len() / 12));
        for _ in 0..count {
            let size = fields.u32()?;
            let duration = u64::from(fields.u32()?);
            let access = fields.u32()?;
            if size >> 31 != 0 {
                return Err(sidx.error(Problem::Unsupported("an index of indexes")));
            }
            let end = at.checked_add(u64::from(size)).ok_or_else(outside)?;
            segments.push(Segment {
                range: at..end,
                start,
                duration,
                starts_with_sap: access >> 31 == 1,
            });
            at = end;
            start = start.checked_add(duration).ok_or_else(outside)?;
        }
        Ok(Self {
            timescale,
            segments,
        })
    }
}
