//! What a title is encoded as: codecs, and the profiles that choose among them.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A picture codec of the manifests, with a CMAF form.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum VideoCodec {
    /// ITU-T H.264, High profile.
    H264,
    /// ITU-T H.265, Main or Main 10.
    Hevc,
    /// VP9, profile 0.
    Vp9,
    /// AV1, Main profile.
    Av1,
}

impl VideoCodec {
    /// In lower case, as it stands in names of renditions.
    pub const fn name(self) -> &'static str {
        match self {
            Self::H264 => "h264",
            Self::Hevc => "hevc",
            Self::Vp9 => "vp9",
            Self::Av1 => "av1",
        }
    }

    /// Whether high dynamic range is made in it: players take HDR10 in these two.
    pub const fn carries_hdr(self) -> bool {
        matches!(self, Self::Hevc | Self::Av1)
    }
}

impl fmt::Display for VideoCodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A sound codec of the manifests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AudioCodec {
    /// AAC-LC.
    Aac,
    /// Opus.
    Opus,
}

/// A picture codec of devices that play no manifest. It has no CMAF form: a title is one whole file in it,
/// sound within.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LegacyCodec {
    /// VP8 with Vorbis, in `WebM`.
    Vp8,
    /// MPEG-2 with MPEG-1 layer II, in a program stream.
    Mpeg2,
    /// Cinepak with IMA ADPCM, in `QuickTime`.
    Cinepak,
}

impl LegacyCodec {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Vp8, Self::Mpeg2, Self::Cinepak];

    /// In lower case, as it stands in names of files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vp8 => "vp8",
            Self::Mpeg2 => "mpeg2",
            Self::Cinepak => "cinepak",
        }
    }
}

/// Which set of renditions every title gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EncodingProfile {
    /// H.264 and AAC stereo: what every device plays, in the least time.
    #[default]
    Compatible,
    /// The same, AV1 beside it, Opus and surround.
    Efficient,
    /// H.264, HEVC, VP9 and AV1; AAC, Opus and surround.
    Standard,
    /// As compatible, and whole files in VP8, MPEG-2 and Cinepak for devices that play nothing else.
    Legacy,
}

impl EncodingProfile {
    /// The picture codecs of the manifests; H.264 is always the first.
    pub const fn video(self) -> &'static [VideoCodec] {
        use VideoCodec::{Av1, H264, Hevc, Vp9};
        match self {
            Self::Compatible | Self::Legacy => &[H264],
            Self::Efficient => &[H264, Av1],
            Self::Standard => &[H264, Hevc, Vp9, Av1],
        }
    }

    /// The sound codecs; AAC is always the first.
    pub const fn audio(self) -> &'static [AudioCodec] {
        match self {
            Self::Compatible | Self::Legacy => &[AudioCodec::Aac],
            _ => &[AudioCodec::Aac, AudioCodec::Opus],
        }
    }

    /// Whether masters of six channels or more also get a 5.1 track.
    pub const fn surround(self) -> bool {
        !matches!(self, Self::Compatible | Self::Legacy)
    }

    /// The codecs of whole files outside of the manifests.
    pub const fn downloads(self) -> &'static [LegacyCodec] {
        match self {
            Self::Legacy => &LegacyCodec::ALL,
            _ => &[],
        }
    }
}

/// Whose chunks are encoded first.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// When there is nothing else to do.
    #[default]
    Backlog,
    /// Viewers are waiting for the day.
    Premiere,
    /// It is happening now.
    Live,
}
