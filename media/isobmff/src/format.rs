//! What the samples of a track are: the sample entry of its `stsd`, its clock and its language.

use crate::boxes::{Children, RawBox, put};
use crate::{BoxError, FourCc, Problem, codec};

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

/// One sample entry: H.264 (`avc1`, `avc3`) or MPEG-4 audio (`mp4a`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleEntry {
    /// Picture or sound.
    pub media: Media,
    /// RFC 6381, such as `avc1.64001f`.
    pub codec: String,
    /// The whole box as it stands in `stsd`, without `btrt`: a measured bit rate differs between
    /// chunks that decode alike.
    pub bytes: Vec<u8>,
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

const VISUAL_FIELDS: usize = 78;
const AUDIO_FIELDS: usize = 28;

impl SampleEntry {
    /// The one entry of an `stsd`.
    pub(crate) fn read(stsd: RawBox<'_>) -> Result<Self, BoxError> {
        let mut fields = stsd.fields();
        fields.version_and_flags()?;
        if fields.u32()? != 1 {
            return Err(stsd.error(Problem::Unsupported("more or less than one sample entry")));
        }
        let entry = stsd
            .children(8)
            .next()
            .ok_or_else(|| stsd.error(Problem::Truncated))??;
        match &entry.kind.0 {
            b"avc1" | b"avc3" => Self::visual(entry),
            b"mp4a" => Self::audio(entry),
            _ => Err(entry.error(Problem::Unsupported("this codec"))),
        }
    }

    fn visual(entry: RawBox<'_>) -> Result<Self, BoxError> {
        let mut fields = entry.fields();
        fields.skip(24)?;
        let (width, height) = (fields.u16()?, fields.u16()?);
        fields.skip(VISUAL_FIELDS - 28)?;
        let configuration = need(entry, VISUAL_FIELDS, *b"avcC")?;
        let codec = codec::avc(&entry.kind.to_string(), configuration)?;
        let bytes = without_bit_rate(entry, VISUAL_FIELDS)?;
        Ok(Self {
            media: Media::Video { width, height },
            codec,
            bytes,
        })
    }

    fn audio(entry: RawBox<'_>) -> Result<Self, BoxError> {
        let mut fields = entry.fields();
        fields.skip(8)?;
        if fields.u16()? != 0 {
            return Err(entry.error(Problem::Unsupported("a QuickTime sound description")));
        }
        fields.skip(6)?;
        let stated_channels = fields.u16()?;
        fields.skip(6)?;
        let sample_rate = fields.u32()? >> 16;
        let described = codec::mpeg4_audio(need(entry, AUDIO_FIELDS, *b"esds")?)?;
        // The entry's own channel count is a constant 2 in what ffmpeg writes.
        let channels = described.channels.unwrap_or(stated_channels);
        let media = Media::Audio {
            channels,
            sample_rate,
        };
        Ok(Self {
            media,
            codec: described.codec,
            bytes: without_bit_rate(entry, AUDIO_FIELDS)?,
        })
    }
}

fn need(entry: RawBox<'_>, skip: usize, kind: [u8; 4]) -> Result<RawBox<'_>, BoxError> {
    for child in entry.children(skip) {
        let child = child?;
        if child.kind == FourCc(kind) {
            return Ok(child);
        }
    }
    Err(entry.error(Problem::Missing(FourCc(kind))))
}

fn without_bit_rate(entry: RawBox<'_>, skip: usize) -> Result<Vec<u8>, BoxError> {
    let kept: Vec<_> = entry.children(skip).collect::<Result<_, _>>()?;
    let mut bytes = Vec::with_capacity(entry.body.len() + 8);
    put(&mut bytes, entry.kind.0, |out| {
        out.extend_from_slice(&entry.body[..skip]);
        for child in kept.iter().filter(|child| child.kind != FourCc(*b"btrt")) {
            put(out, child.kind.0, |out| out.extend_from_slice(child.body));
        }
    });
    Ok(bytes)
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
