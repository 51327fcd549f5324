//! Codec names of RFC 6381 and what else a decoder's configuration says.

pub(crate) mod av1;
mod mpeg4_audio;
mod nal;

pub(crate) use nal::plain;

use crate::boxes::RawBox;
use crate::{BoxError, Colour, FourCc, Problem};

/// What a configuration box says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Described {
    /// RFC 6381.
    pub(crate) codec: String,
    /// Speakers fed, where the configuration knows better than the entry.
    pub(crate) channels: Option<u16>,
    /// What the configuration says of colours.
    pub(crate) colour: Option<Colour>,
    /// Bytes of the length before each unit, where samples are made of such units.
    pub(crate) nal_length: Option<u8>,
}

impl Described {
    fn named(codec: String) -> Self {
        Self {
            codec,
            channels: None,
            colour: None,
            nal_length: None,
        }
    }

    /// `length` is the byte whose low bits say how long lengths are.
    fn nal(codec: String, length: u8) -> Self {
        Self {
            nal_length: Some((length & 3) + 1),
            ..Self::named(codec)
        }
    }
}

/// The box that configures the decoder of an entry of that kind.
pub(crate) const fn configuration_of(entry: FourCc) -> Option<[u8; 4]> {
    Some(match &entry.0 {
        b"avc1" | b"avc3" => *b"avcC",
        b"hvc1" | b"hev1" => *b"hvcC",
        b"vp08" | b"vp09" => *b"vpcC",
        b"av01" => *b"av1C",
        b"mp4a" => *b"esds",
        b"Opus" => *b"dOps",
        _ => return None,
    })
}

/// Reads the configuration of an entry of that kind.
pub(crate) fn describe(entry: FourCc, configuration: RawBox<'_>) -> Result<Described, BoxError> {
    let name = entry.to_string();
    match &configuration.kind.0 {
        b"avcC" => nal::avc(&name, configuration),
        b"hvcC" => nal::hevc(&name, configuration),
        b"vpcC" => vpx(&name, configuration),
        b"av1C" => av1::describe(&name, configuration),
        b"dOps" => opus(configuration),
        _ => {
            let sound = mpeg4_audio::mpeg4_audio(configuration)?;
            Ok(Described {
                channels: sound.channels,
                ..Described::named(sound.codec)
            })
        }
    }
}

/// `vp09.PP.LL.DD.CC.cp.tc.mc.FF` (VP Codec ISO Media File Format Binding). VP9 has no parameter sets
/// outside its frames: the configuration is all there is.
fn vpx(entry: &str, configuration: RawBox<'_>) -> Result<Described, BoxError> {
    let mut fields = configuration.fields();
    if fields.version_and_flags()?.0 != 1 {
        return Err(fields.error(Problem::Unsupported("a configuration version other than 1")));
    }
    let [profile, level, packed, primaries, transfer, matrix] = fields.array()?;
    let colour = Colour {
        primaries,
        transfer,
        matrix,
        full_range: packed & 1 == 1,
    };
    let (depth, subsampling, range) = (packed >> 4, packed >> 1 & 7, packed & 1);
    let codec = format!(
        "{entry}.{profile:02}.{level:02}.{depth:02}.{subsampling:02}.{primaries:02}.{transfer:02}.{matrix:02}.{range:02}"
    );
    Ok(Described {
        colour: (!colour.is_unspecified()).then_some(colour),
        ..Described::named(codec)
    })
}

/// Opus in ISOBMFF, 4.3.2.
fn opus(configuration: RawBox<'_>) -> Result<Described, BoxError> {
    let mut fields = configuration.fields();
    let [version, channels] = fields.array()?;
    if version != 0 {
        return Err(fields.error(Problem::Unsupported("a configuration version other than 0")));
    }
    fields.skip(9)?;
    Ok(Described {
        channels: Some(channels.into()),
        ..Described::named("opus".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vp9_is_named_with_its_colours() {
        let body = [1, 0, 0, 0, 2, 10, 0xa2, 9, 16, 9, 0, 0];
        let read = describe(FourCc(*b"vp09"), RawBox::first(*b"vpcC", &body)).unwrap();
        assert_eq!(read.codec, "vp09.02.10.10.01.09.16.09.00");
        assert_eq!(read.colour.unwrap().transfer, 16);
        assert!(describe(FourCc(*b"vp09"), RawBox::first(*b"vpcC", &body[..8])).is_err());
    }

    #[test]
    fn opus_says_how_many_speakers() {
        let body = [
            0, 6, 1, 0x38, 0, 0, 0xbb, 0x80, 0, 0, 0, 4, 2, 0, 4, 1, 2, 3, 5,
        ];
        let read = describe(FourCc(*b"Opus"), RawBox::first(*b"dOps", &body)).unwrap();
        assert_eq!((read.codec.as_str(), read.channels), ("opus", Some(6)));
    }
}
