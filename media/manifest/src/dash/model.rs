//! What an MPD of one finished title says.

use std::time::Duration;

use super::template::SegmentTemplate;
use crate::ByteRange;

/// The manifest of one finished title in one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mpd {
    /// How long it plays; written in milliseconds.
    pub duration: Duration,
    /// What a player should have before it starts; written in milliseconds.
    pub min_buffer: Duration,
    /// The places that serve every file, the best first.
    pub base_urls: Vec<BaseUrl>,
    /// Where to ask which place to prefer.
    pub steering: Option<ContentSteering>,
    /// Video, audio and text. In the text each has its place here, from 0, as its `id`.
    pub sets: Vec<AdaptationSet>,
}

/// A place that serves the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    /// What file names are joined to; ends with `/`.
    pub url: String,
    /// Its id in steering manifests.
    pub service_location: Option<String>,
}

/// Where the steering manifest is (ETSI TS 103 998).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentSteering {
    /// Absolute, or relative to the MPD.
    pub url: String,
    /// The place to use until the first answer.
    pub default_service_location: Option<String>,
    /// Whether the player must ask before it starts.
    pub query_before_start: bool,
}

/// What a set carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContentKind {
    /// Pictures.
    Video,
    /// Sound.
    Audio,
    /// Timed text.
    Text,
}

impl ContentKind {
    /// The value of `contentType`.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Text => "text",
        }
    }
}

/// Representations a player may switch between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdaptationSet {
    /// What they carry.
    pub kind: ContentKind,
    /// BCP 47.
    pub language: Option<String>,
    /// What a viewer picks it by.
    pub label: Option<String>,
    /// Values of the `urn:mpeg:dash:role:2011` scheme, such as `main` and `subtitle`.
    pub roles: Vec<String>,
    /// How the representations are encrypted, once for each key system; not when empty.
    pub protections: Vec<Protection>,
    /// What a player must understand to use the set.
    pub essential: Vec<Property>,
    /// What a player may make use of.
    pub supplemental: Vec<Property>,
    /// Of frames that need no others: how many times as fast they may be shown (`maxPlayoutRate`).
    pub max_playout_rate: Option<u32>,
    /// By ascending bandwidth; never empty when read.
    pub representations: Vec<Representation>,
}

/// An `EssentialProperty` or a `SupplementalProperty`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// What the value means.
    pub scheme: String,
    /// The value; empty when there is none.
    pub value: String,
}

impl Property {
    /// The scheme of DASH-IF by which a set of pictures says that it is for winding only.
    pub const TRICK_MODE: &str = "http://dashif.org/guidelines/trickmode";

    /// Says that a set is for winding the sets at those places in [`Mpd::sets`].
    pub fn trick_mode(of: impl IntoIterator<Item = usize>) -> Self {
        let ids: Vec<_> = of.into_iter().map(|id| id.to_string()).collect();
        Self {
            scheme: Self::TRICK_MODE.to_owned(),
            value: ids.join(" "),
        }
    }
}

impl AdaptationSet {
    /// Whether it is for winding only.
    pub fn is_trick_mode(&self) -> bool {
        let mut stated = self.essential.iter().chain(&self.supplemental);
        stated.any(|it| it.scheme == Property::TRICK_MODE)
    }
}

/// A `ContentProtection`: which key, never the key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Protection {
    /// The key system, or `urn:mpeg:dash:mp4protection:2011`.
    pub scheme: String,
    /// Such as `cbcs`.
    pub value: Option<String>,
    /// The key's id as a UUID.
    pub default_key_id: Option<String>,
    /// A `pssh` box in base64.
    pub pssh: Option<String>,
    /// Where `ClearKey` asks for keys (DASH-IF).
    pub license_url: Option<String>,
}

/// A positive fraction, such as a frame rate of 24000/1001.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fraction {
    /// Above the line.
    pub numerator: u32,
    /// Below the line; never zero when read.
    pub denominator: u32,
}

/// One rendition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Representation {
    /// Unique in the MPD; no white space.
    pub id: String,
    /// Bits a second: what a player needs to play without a pause after the minimum buffer.
    pub bandwidth: u64,
    /// Such as `video/mp4` or `text/vtt`.
    pub mime_type: String,
    /// RFC 6381; absent for plain text files.
    pub codecs: Option<String>,
    /// The file, relative to each base URL.
    pub base_url: Option<String>,
    /// Pixels across.
    pub width: Option<u32>,
    /// Pixels down.
    pub height: Option<u32>,
    /// Frames a second.
    pub frame_rate: Option<Fraction>,
    /// Audio samples a second.
    pub audio_sampling_rate: Option<u32>,
    /// Speakers fed.
    pub channels: Option<u32>,
    /// Where its segments are.
    pub segments: Segments,
}

/// Where a representation's segments are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segments {
    /// The file is one segment.
    Whole,
    /// In one file, listed by its `sidx`.
    Indexed {
        /// `ftyp` and `moov`.
        init: ByteRange,
        /// The `sidx`.
        index: ByteRange,
    },
    /// In files named by a pattern.
    Template(SegmentTemplate),
}
