//! What the samples of a track are: the sample entry of its `stsd`, its clock and its language.

use crate::boxes::{Children, RawBox};
use crate::{BoxError, FourCc, Problem, SampleEntry};

/// Picture or sound, with what is needed to show or play it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// Picture.
    Video {
        /// Pixels across.
        width: u16,
        /// Pixels down.
        height: u16,
    },
    /// Sound.
    Audio {
        /// Speakers fed.
        channels: u16,
        /// Samples a second.
        sample_rate: u32,
    },
}

impl Media {
    /// `video` or `audio`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Video { .. } => "video",
            Self::Audio { .. } => "audio",
        }
    }
}

/// What a track file's `moov` says of its one track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackFormat {
    /// How to decode.
    pub entry: SampleEntry,
    /// Ticks a second; never zero.
    pub timescale: u32,
    /// ISO 639-2, three lower-case letters; `und` when not said.
    pub language: [u8; 3],
}

/// What a `trak` says of its samples' format.
pub(crate) fn read_format(trak: RawBox<'_>) -> Result<TrackFormat, BoxError> {
    let mdia = trak.need(*b"mdia")?;
    let mdhd = mdia.need(*b"mdhd")?;
    let mut fields = mdhd.fields();
    let (version, _) = fields.version_and_flags()?;
    fields.skip(if version == 0 { 8 } else { 16 })?;
    let timescale = fields.u32()?;
    if timescale == 0 {
        return Err(mdhd.error(Problem::Inconsistent("its timescale is zero")));
    }
    fields.u32_or_u64(version)?;
    let language = unpack_language(fields.u16()?);
    let stsd = mdia.need(*b"minf")?.need(*b"stbl")?.need(*b"stsd")?;
    Ok(TrackFormat {
        entry: SampleEntry::read(stsd)?,
        timescale,
        language,
    })
}

fn unpack_language(packed: u16) -> [u8; 3] {
    let letters = [10, 5, 0].map(|shift| (packed >> shift & 0x1f) as u8 + 0x60);
    if letters.iter().all(u8::is_ascii_lowercase) {
        letters
    } else {
        *b"und"
    }
}

/// The 15 bits in which `mdhd` holds a language.
pub(crate) fn pack_language(language: [u8; 3]) -> u16 {
    language
        .iter()
        .fold(0, |packed, letter| packed << 5 | u16::from(letter & 0x1f))
}

/// The boxes of a `moov`'s tracks.
pub(crate) fn tracks<'a>(moov: &RawBox<'a>) -> Result<Vec<RawBox<'a>>, BoxError> {
    children_named(moov.children(0), *b"trak")
}

fn children_named<'a>(boxes: Children<'a>, kind: [u8; 4]) -> Result<Vec<RawBox<'a>>, BoxError> {
    let named = |child: &Result<RawBox<'a>, BoxError>| {
        child
            .as_ref()
            .map_or(true, |child| child.kind == FourCc(kind))
    };
    boxes.filter(named).collect()
}
