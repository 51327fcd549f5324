//! Sample entries: what a decoder must know before the first sample.

mod learn;

use crate::boxes::{Children, RawBox, put};
use crate::codec::{self, configuration_of};
use crate::{BoxError, Colour, ContentLight, FourCc, MasteringDisplay, Media, Problem, Protection};

/// One sample entry: H.264 (`avc1`, `avc3`), HEVC (`hvc1`, `hev1`), VP9 (`vp09`), AV1 (`av01`), MPEG-4
/// audio (`mp4a`) or Opus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleEntry {
    /// Picture or sound.
    pub media: Media,
    /// RFC 6381, such as `avc1.64001f`; from the parameter sets.
    pub codec: String,
    /// Of a picture: from `colr`, or from the parameter sets where they say it alone.
    pub colour: Option<Colour>,
    /// Of a picture of high dynamic range.
    pub mastering: Option<MasteringDisplay>,
    /// Of a picture of high dynamic range.
    pub light: Option<ContentLight>,
    /// The whole box as it stands in `stsd` of a track in clear, without `btrt`: a measured bit rate differs
    /// between chunks that decode alike. A `colr` is added where only the parameter sets tell the colours.
    pub bytes: Vec<u8>,
    /// How the samples are encrypted; in clear when absent.
    pub protection: Option<Protection>,
}

/// Bytes of fields before the boxes inside a picture's entry.
pub(crate) const VISUAL_FIELDS: usize = 78;
/// Bytes of fields before the boxes inside a sound's entry.
pub(crate) const AUDIO_FIELDS: usize = 28;

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
        Self::of(entry)
    }

    fn of(entry: RawBox<'_>) -> Result<Self, BoxError> {
        let (entry, protection) = match &entry.kind.0 {
            b"encv" => Protection::of(entry, VISUAL_FIELDS)?,
            b"enca" => Protection::of(entry, AUDIO_FIELDS)?,
            _ => (entry, None),
        };
        let clear = match &entry.kind.0 {
            b"mp4a" | b"Opus" => Self::audio(entry),
            _ if configuration_of(entry.kind).is_some() => Self::visual(entry),
            _ => Err(entry.error(Problem::Unsupported("this codec"))),
        }?;
        Ok(Self {
            protection,
            ..clear
        })
    }

    /// The box as it stands in `stsd`.
    pub(crate) fn stated(&self) -> Vec<u8> {
        match &self.protection {
            Some(protection) => {
                let picture = matches!(self.media, Media::Video { .. });
                protection.enclose(&self.bytes, picture)
            }
            None => self.bytes.clone(),
        }
    }

    /// The configuration of the decoder: the body of `avcC`, `hvcC`, `vpcC`, `av1C`, `esds` or `dOps`.
    pub fn configuration(&self) -> Option<&[u8]> {
        let entry = whole(&self.bytes).ok()?;
        let skip = match self.media {
            Media::Video { .. } => VISUAL_FIELDS,
            Media::Audio { .. } => AUDIO_FIELDS,
        };
        let found = child(entry, skip, configuration_of(entry.kind)?).ok()?;
        found.map(|found| found.body)
    }

    fn visual(entry: RawBox<'_>) -> Result<Self, BoxError> {
        let mut fields = entry.fields();
        fields.skip(24)?;
        let (width, height) = (fields.u16()?, fields.u16()?);
        fields.skip(VISUAL_FIELDS - 28)?;
        let described = describe(entry, VISUAL_FIELDS)?;
        let stated = optional(entry, *b"colr", Colour::read)?.flatten();
        let added = described.colour.filter(|_| stated.is_none());
        let mut bytes = without_bit_rate(entry, VISUAL_FIELDS)?;
        if let Some(colour) = added {
            extend(&mut bytes, |out| colour.write(out));
        }
        Ok(Self {
            media: Media::Video { width, height },
            codec: described.codec,
            colour: stated.or(added),
            mastering: optional(entry, *b"mdcv", MasteringDisplay::read)?,
            light: optional(entry, *b"clli", ContentLight::read)?,
            bytes,
            protection: None,
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
        let described = describe(entry, AUDIO_FIELDS)?;
        // The entry's own channel count is a constant 2 in what ffmpeg writes.
        let channels = described.channels.unwrap_or(stated_channels);
        Ok(Self {
            media: Media::Audio {
                channels,
                sample_rate,
            },
            codec: described.codec,
            colour: None,
            mastering: None,
            light: None,
            bytes: without_bit_rate(entry, AUDIO_FIELDS)?,
            protection: None,
        })
    }
}

fn describe(entry: RawBox<'_>, skip: usize) -> Result<codec::Described, BoxError> {
    let unknown = || entry.error(Problem::Unsupported("this codec"));
    let kind = configuration_of(entry.kind).ok_or_else(unknown)?;
    let configuration =
        child(entry, skip, kind)?.ok_or_else(|| entry.error(Problem::Missing(FourCc(kind))))?;
    codec::describe(entry.kind, configuration)
}

fn child(entry: RawBox<'_>, skip: usize, kind: [u8; 4]) -> Result<Option<RawBox<'_>>, BoxError> {
    let named = |child: &Result<RawBox<'_>, BoxError>| {
        child
            .as_ref()
            .map_or(true, |child| child.kind == FourCc(kind))
    };
    entry.children(skip).find(named).transpose()
}

fn optional<'a, T>(
    entry: RawBox<'a>,
    kind: [u8; 4],
    read: impl Fn(RawBox<'a>) -> Result<T, BoxError>,
) -> Result<Option<T>, BoxError> {
    child(entry, VISUAL_FIELDS, kind)?.map(read).transpose()
}

fn without_bit_rate(entry: RawBox<'_>, skip: usize) -> Result<Vec<u8>, BoxError> {
    let kept: Vec<_> = entry.children(skip).collect::<Result<_, _>>()?;
    let mut bytes = Vec::with_capacity(entry.body.len() + 8);
    put(&mut bytes, entry.kind.0, |out| {
        out.extend_from_slice(&entry.body[..skip]);
        let left_out = [FourCc(*b"btrt"), FourCc(*b"sinf")];
        for child in kept.iter().filter(|it| !left_out.contains(&it.kind)) {
            put(out, child.kind.0, |out| out.extend_from_slice(child.body));
        }
    });
    Ok(bytes)
}

/// Adds a box at the end of the box that `bytes` are.
fn extend(bytes: &mut Vec<u8>, add: impl FnOnce(&mut Vec<u8>)) {
    add(bytes);
    let size = bytes.len() as u32;
    bytes[..4].copy_from_slice(&size.to_be_bytes());
}

/// The box that `bytes` are.
fn whole(bytes: &[u8]) -> Result<RawBox<'_>, BoxError> {
    let empty = BoxError {
        kind: FourCc(*b"stsd"),
        offset: 0,
        problem: Problem::Truncated,
    };
    Children::of(bytes, 0).next().ok_or(empty)?
}
