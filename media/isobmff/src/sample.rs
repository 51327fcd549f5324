//! The track of a progressive MP4 as a table of samples.

mod table;

use crate::boxes::{Header, RawBox, header};
use crate::format::{read_format, tracks};
use crate::limits::{MAX_MOOV_BYTES, MAX_TOP_LEVEL_BOXES};
use crate::{BoxError, FourCc, Problem, ReadAt, ReadError, TrackFormat};

/// One access unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Where its bytes begin in the file.
    pub offset: u64,
    /// Decode time in ticks of the track.
    pub decode: u64,
    /// Bytes.
    pub size: u32,
    /// Ticks until the next sample decodes.
    pub duration: u32,
    /// Presentation time less decode time, in ticks.
    pub composition: i32,
    /// Decoding can begin here.
    pub sync: bool,
}

/// One entry of an edit list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edit {
    /// Length, in ticks of the movie; zero means to the end.
    pub duration: u64,
    /// Where in the track it begins, in ticks of the track; `None` is a gap.
    pub media_time: Option<u64>,
}

/// A track as an encoder left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// How to decode it.
    pub format: TrackFormat,
    /// Ticks a second of the edits' durations.
    pub movie_timescale: u32,
    /// In order of presentation; empty when there is no edit list.
    pub edits: Vec<Edit>,
    /// In decode order.
    pub samples: Vec<Sample>,
}

/// Which kind of track is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Video,
    Audio,
}

impl Wanted {
    const fn handler(self) -> &'static [u8; 4] {
        match self {
            Self::Video => b"vide",
            Self::Audio => b"soun",
        }
    }
}

impl Track {
    /// Reads the first picture track of a progressive MP4.
    ///
    /// # Errors
    /// [`ReadError::NoTrack`] without one; [`ReadError::Box`] names the box that is wrong.
    pub fn read_video(source: &dyn ReadAt) -> Result<Self, ReadError> {
        read(source, Wanted::Video)
    }

    /// Reads the first sound track of a progressive MP4.
    ///
    /// # Errors
    /// As [`Self::read_video`].
    pub fn read_audio(source: &dyn ReadAt) -> Result<Self, ReadError> {
        read(source, Wanted::Audio)
    }

    /// As [`Self::read_video`], the entry completed from the first sample: see [`crate::SampleEntry::learn`].
    ///
    /// # Errors
    /// As [`Self::read_video`], and those of [`crate::SampleEntry::learn`].
    pub fn read_whole_video(source: &dyn ReadAt) -> Result<Self, ReadError> {
        let mut track = Self::read_video(source)?;
        if let Some(first) = track.samples.first() {
            let mut sample = vec![0; first.size as usize];
            source.read_exact_at(first.offset, &mut sample)?;
            track.format.entry.learn(&sample)?;
        }
        Ok(track)
    }
}

fn read(source: &dyn ReadAt, wanted: Wanted) -> Result<Track, ReadError> {
    let (bytes, first, offset) = load_moov(source)?;
    let moov = RawBox {
        kind: first.kind,
        offset,
        header: first.length,
        body: &bytes[first.length..],
    };
    let file_bytes = source.size()?;
    for trak in tracks(&moov)? {
        if handler(&trak)? == FourCc(*wanted.handler()) {
            return Ok(read_trak(&moov, &trak, file_bytes)?);
        }
    }
    Err(ReadError::NoTrack(match wanted {
        Wanted::Video => "video",
        Wanted::Audio => "audio",
    }))
}

fn handler(trak: &RawBox<'_>) -> Result<FourCc, BoxError> {
    let hdlr = trak.need(*b"mdia")?.need(*b"hdlr")?;
    let mut fields = hdlr.fields();
    fields.skip(8)?;
    fields.array().map(FourCc)
}

fn read_trak(moov: &RawBox<'_>, trak: &RawBox<'_>, file_bytes: u64) -> Result<Track, BoxError> {
    let mvhd = moov.need(*b"mvhd")?;
    let mut fields = mvhd.fields();
    let (version, _) = fields.version_and_flags()?;
    fields.skip(if version == 0 { 8 } else { 16 })?;
    let movie_timescale = fields.u32()?;
    if movie_timescale == 0 {
        return Err(mvhd.error(Problem::Inconsistent("its timescale is zero")));
    }
    let stbl = trak.need(*b"mdia")?.need(*b"minf")?.need(*b"stbl")?;
    Ok(Track {
        format: read_format(*trak)?,
        movie_timescale,
        edits: read_edits(trak)?,
        samples: table::read(&stbl, file_bytes)?,
    })
}

pub(crate) fn read_edits(trak: &RawBox<'_>) -> Result<Vec<Edit>, BoxError> {
    let Some(holder) = trak.find(*b"edts")? else {
        return Ok(Vec::new());
    };
    let Some(elst) = holder.find(*b"elst")? else {
        return Ok(Vec::new());
    };
    let mut fields = elst.fields();
    let (version, _) = fields.version_and_flags()?;
    let count = fields.count(if version == 0 { 12 } else { 20 })?;
    let mut edits = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let duration = fields.u32_or_u64(version)?;
        let time = if version == 0 {
            i64::from(fields.i32()?)
        } else {
            fields.u64()? as i64
        };
        fields.skip(4)?;
        edits.push(Edit {
            duration,
            media_time: u64::try_from(time).ok(),
        });
    }
    Ok(edits)
}

/// The bytes of `moov` with their header, and where they begin.
fn load_moov(source: &dyn ReadAt) -> Result<(Vec<u8>, Header, u64), ReadError> {
    let end = source.size()?;
    let mut offset = 0;
    for _ in 0..MAX_TOP_LEVEL_BOXES {
        let mut first_bytes = [0; 16];
        let length = (end - offset).min(16) as usize;
        source.read_exact_at(offset, &mut first_bytes[..length])?;
        let Some(head) = header(&first_bytes[..length], offset)? else {
            break;
        };
        let size = head.size.unwrap_or(end - offset);
        let error = |problem| BoxError {
            kind: head.kind,
            offset,
            problem,
        };
        if size > end - offset {
            return Err(error(Problem::Overrun { size, end }).into());
        }
        if head.kind == FourCc(*b"moov") {
            if size > MAX_MOOV_BYTES {
                let (value, limit) = (size, MAX_MOOV_BYTES);
                return Err(error(Problem::TooLarge {
                    what: "its size",
                    value,
                    limit,
                })
                .into());
            }
            let mut bytes = vec![0; size as usize];
            source.read_exact_at(offset, &mut bytes)?;
            return Ok((bytes, head, offset));
        }
        offset += size;
    }
    let problem = Problem::Missing(FourCc(*b"moov"));
    Err(BoxError {
        kind: FourCc(*b"file"),
        offset: 0,
        problem,
    }
    .into())
}

#[cfg(test)]
mod tests;
