//! What a title will lose or change, said before it is made.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing a studio person may want to know; its text is one sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Warning {
    /// Only one picture is used.
    SeveralVideoStreams {
        /// Index of the one that is used.
        used: u32,
        /// How many are left out.
        others: u32,
    },
    /// The title will be silent.
    NoSound,
    /// A sound track is left out because it cannot be decoded.
    UnreadableSound {
        /// Its index.
        stream_index: u32,
    },
    /// Frames are repeated or left out to space them evenly.
    VariableFrameRate {
        /// The constant rate that is used, in frames a second.
        frames_per_second: f64,
    },
    /// Fine gradations are rounded.
    BitDepthReduced {
        /// Bits a sample of the master.
        bits: u8,
    },
    /// Surround sound becomes stereo.
    MixedDown {
        /// Its index.
        stream_index: u32,
        /// Channels of the master.
        channels: u16,
    },
    /// Fields are woven into frames.
    Interlaced,
    /// Colours are taken as those of HD television, or of SD for a small picture.
    ColourUntagged,
    /// Colour tags that cannot all be true.
    ColoursContradict {
        /// What contradicts what.
        detail: String,
    },
    /// A high dynamic range master.
    HighDynamicRange,
    /// Sound and picture end at different times.
    LengthsDiffer {
        /// Index of the sound track.
        stream_index: u32,
        /// Length of the picture, in milliseconds.
        picture_ms: u64,
        /// Length of the sound, in milliseconds.
        sound_ms: u64,
    },
    /// The file did not say its length.
    LengthCounted,
    /// Subtitles that are pictures cannot become text.
    PictureSubtitles {
        /// Its index.
        stream_index: u32,
    },
}

impl Warning {
    /// The sentence of a warning without figures; empty for the others.
    fn plain(&self) -> &'static str {
        match self {
            Self::NoSound => "the file has no sound; the title will be silent",
            Self::Interlaced => "the picture is interlaced and is deinterlaced",
            Self::ColourUntagged => {
                "the file does not say its colour space; the usual one for its size is taken"
            }
            Self::HighDynamicRange => {
                "the picture has high dynamic range; it is shown in standard range"
            }
            Self::LengthCounted => "the file does not say how long it is; its frames were counted",
            _ => "",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSound
            | Self::Interlaced
            | Self::ColourUntagged
            | Self::HighDynamicRange
            | Self::LengthCounted => f.write_str(self.plain()),
            Self::SeveralVideoStreams { used, others } => {
                write!(
                    f,
                    "the file has {others} more picture track(s); track {used} is used"
                )
            }
            Self::UnreadableSound { stream_index } => {
                write!(
                    f,
                    "sound track {stream_index} cannot be decoded and is left out"
                )
            }
            Self::VariableFrameRate { frames_per_second } => write!(
                f,
                "the frame rate varies; frames are evened out to {frames_per_second:.3} a second"
            ),
            Self::BitDepthReduced { bits } => {
                write!(f, "the {bits}-bit picture is converted to 8 bits")
            }
            Self::MixedDown {
                stream_index,
                channels,
            } => {
                write!(
                    f,
                    "the {channels} channels of sound track {stream_index} are mixed to stereo"
                )
            }
            Self::ColoursContradict { detail } => {
                write!(f, "the file's colour tags cannot be right: {detail}")
            }
            Self::LengthsDiffer {
                stream_index,
                picture_ms,
                sound_ms,
            } => write!(
                f,
                "the picture is {:.1} s long and sound track {stream_index} {:.1} s; the picture's length is kept",
                *picture_ms as f64 / 1000.0,
                *sound_ms as f64 / 1000.0,
            ),
            Self::PictureSubtitles { stream_index } => {
                write!(
                    f,
                    "subtitle track {stream_index} is made of pictures and is left out"
                )
            }
        }
    }
}
