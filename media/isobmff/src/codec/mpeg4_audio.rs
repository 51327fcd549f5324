//! Sound of MPEG-4: its name and speakers, read from the decoder's configuration.

use crate::boxes::RawBox;
use crate::fields::Fields;
use crate::{BoxError, Problem};

/// What an `esds` box says of a sound track.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mpeg4Audio {
    /// Such as `mp4a.40.2`.
    pub(super) codec: String,
    /// Speakers fed; `None` when a programme configuration element says it.
    pub(super) channels: Option<u16>,
}

const DESCRIPTOR_STREAM: u8 = 3;
const DESCRIPTOR_DECODER: u8 = 4;
const DESCRIPTOR_SPECIFIC: u8 = 5;
const OBJECT_TYPE_MPEG4_AUDIO: u8 = 0x40;

/// Reads the descriptors of ISO/IEC 14496-1 down to the `AudioSpecificConfig` of 14496-3.
pub(super) fn mpeg4_audio(esds: RawBox<'_>) -> Result<Mpeg4Audio, BoxError> {
    let mut fields = esds.fields();
    fields.version_and_flags()?;
    let mut stream = descriptor(&mut fields, esds, DESCRIPTOR_STREAM)?;
    stream.skip(2)?;
    let flags = stream.u8()?;
    if flags & 0x80 != 0 {
        stream.skip(2)?;
    }
    if flags & 0x40 != 0 {
        let length = stream.u8()?;
        stream.skip(usize::from(length))?;
    }
    if flags & 0x20 != 0 {
        stream.skip(2)?;
    }
    let mut decoder = descriptor(&mut stream, esds, DESCRIPTOR_DECODER)?;
    if decoder.u8()? != OBJECT_TYPE_MPEG4_AUDIO {
        return Err(esds.error(Problem::Unsupported("sound other than MPEG-4 audio")));
    }
    decoder.skip(12)?;
    let specific = descriptor(&mut decoder, esds, DESCRIPTOR_SPECIFIC)?;
    specific_config(specific)
}

fn descriptor<'a>(
    fields: &mut Fields<'a>,
    esds: RawBox<'_>,
    tag: u8,
) -> Result<Fields<'a>, BoxError> {
    if fields.u8()? != tag {
        return Err(esds.error(Problem::Inconsistent(
            "its descriptors are not in their order",
        )));
    }
    let mut length = 0_usize;
    for _ in 0..4 {
        let byte = fields.u8()?;
        length = length << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Ok(Fields::new(fields.take(length)?, esds.kind, esds.offset))
}

/// The object type and the channels stand in the first bits: 5 (or 11), 4 (or 28), 4.
fn specific_config(mut fields: Fields<'_>) -> Result<Mpeg4Audio, BoxError> {
    let bytes = fields.rest();
    if bytes.is_empty() {
        fields.u8()?;
    }
    let mut bits = 0_u64;
    for index in 0..8 {
        bits = bits << 8 | u64::from(bytes.get(index).copied().unwrap_or(0));
    }
    let mut take = |count: u32| {
        let value = bits >> (64 - count);
        bits <<= count;
        value
    };
    let mut object_type = take(5);
    if object_type == 31 {
        object_type = 32 + take(6);
    }
    if take(4) == 15 {
        take(24);
    }
    let channels = match take(4) {
        count @ 1..=6 => Some(count as u16),
        7 => Some(8),
        _ => None,
    };
    Ok(Mpeg4Audio {
        codec: format!("mp4a.40.{object_type}"),
        channels,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aac_is_read_through_long_and_short_descriptor_lengths() {
        let specific = [0x11, 0x90];
        let mut esds = vec![0, 0, 0, 0, 3, 0x80, 0x80, 0x80, 25, 0, 1, 0];
        esds.extend([
            4, 20, 0x40, 0x15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0x80, 0x80, 0x80, 2,
        ]);
        esds.extend(specific);
        let read = mpeg4_audio(RawBox::first(*b"esds", &esds));
        assert_eq!(
            read,
            Ok(Mpeg4Audio {
                codec: "mp4a.40.2".into(),
                channels: Some(2)
            })
        );
        assert!(mpeg4_audio(RawBox::first(*b"esds", &esds[..20])).is_err());
    }
}
