//! The name under which an appliance serves a file: its hash and an extension.

use std::fmt;
use std::str::FromStr;

use data_objects::ContentHash;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a file is, as its name's ending says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extension {
    /// A CMAF track file.
    Mp4,
    /// An HLS media playlist.
    M3u8,
    /// A WebVTT file.
    Vtt,
    /// A JPEG picture or sheet of thumbnail tiles.
    Jpg,
    /// A release.
    Json,
    /// A whole film in `WebM`.
    Webm,
    /// A whole film as an MPEG program stream.
    Mpg,
    /// A whole film in `QuickTime`.
    Mov,
}

impl Extension {
    const ALL: [Self; 8] = [
        Self::Mp4,
        Self::M3u8,
        Self::Vtt,
        Self::Jpg,
        Self::Json,
        Self::Webm,
        Self::Mpg,
        Self::Mov,
    ];

    /// The ending without its dot.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::M3u8 => "m3u8",
            Self::Vtt => "vtt",
            Self::Jpg => "jpg",
            Self::Json => "json",
            Self::Webm => "webm",
            Self::Mpg => "mpg",
            Self::Mov => "mov",
        }
    }

    /// The `Content-Type` it is served with.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Mp4 => "video/mp4",
            Self::M3u8 => "application/vnd.apple.mpegurl",
            Self::Vtt => "text/vtt; charset=utf-8",
            Self::Jpg => "image/jpeg",
            Self::Json => "application/json",
            Self::Webm => "video/webm",
            Self::Mpg => "video/mpeg",
            Self::Mov => "video/quicktime",
        }
    }
}

/// `<64 hexadecimal digits>.<extension>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName {
    /// The hash of the file's bytes.
    pub hash: ContentHash,
    /// What the file is.
    pub extension: Extension,
}

/// The text is not a file name of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a file name is a content hash, a dot and one of mp4, m3u8, vtt, jpg, json, webm, mpg, mov"
)]
pub struct BadFileName;

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.hash, self.extension.as_str())
    }
}

impl FromStr for FileName {
    type Err = BadFileName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (hash, ending) = text.split_once('.').ok_or(BadFileName)?;
        let hash = hash.parse().map_err(|_| BadFileName)?;
        let extension = Extension::ALL
            .into_iter()
            .find(|known| known.as_str() == ending)
            .ok_or(BadFileName)?;
        Ok(Self { hash, extension })
    }
}

impl Serialize for FileName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FileName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_tricks_are_refused() {
        let name = FileName {
            hash: ContentHash::of(b"x"),
            extension: Extension::Mp4,
        };
        assert_eq!(name.to_string().parse(), Ok(name));
        for trick in [
            "",
            ".mp4",
            "../x.mp4",
            "abc.mp4",
            &format!("{}.exe", name.hash),
        ] {
            assert_eq!(trick.parse::<FileName>(), Err(BadFileName), "{trick}");
        }
    }
}
