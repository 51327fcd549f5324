//! What a media document is made of.

use serde::{Deserialize, Serialize};

use crate::{Interval, Region};

/// Something that is so for a while, perhaps only in a part of the frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    #[serde(flatten)]
    pub interval: Interval,
    /// Where; absent when it concerns the whole frame or no picture at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// What.
    #[serde(flatten)]
    pub payload: Payload,
}

/// What an event is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Payload {
    /// A subtitle that viewers see.
    Subtitle(SubtitleCue),
    /// Frames between two cuts.
    Shot {
        /// Counted from 0.
        index: u32,
    },
    /// Something a person should know of the picture, the sound or the text.
    Finding {
        /// How much it matters.
        severity: Severity,
        /// What kind of thing it is, such as `black` or `reading-speed`.
        what: String,
        /// One sentence.
        message: String,
    },
    /// How well dialogue can be understood in a scene.
    Dialogue {
        /// 100 where nothing else is heard (eSTOI).
        hundredths: u8,
    },
    /// How loud it is (EBU R 128, short-term).
    Loudness {
        /// LUFS.
        lufs: i8,
    },
    /// Letters that are part of the picture.
    PictureText {
        /// As they were read.
        text: String,
        /// How sure the reader was, 0 to 100.
        confidence: u8,
    },
    /// A subtitle that was moved off such letters. The event's region is where it is now.
    SubtitleMove {
        /// The subtitle's track.
        track: u32,
        /// Where it was.
        from: Region,
        /// The letters it would have covered.
        text: String,
    },
}

/// One subtitle of one track.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubtitleCue {
    /// Which of the title's subtitle tracks, from 0 in the order viewers see.
    pub track: u32,
    /// BCP 47.
    pub language: String,
    /// `WebVTT` cue text.
    pub text: String,
    /// `WebVTT` cue settings; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub settings: String,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    #[serde(alias = "notice")]
    Note,
    /// It will be seen or heard.
    Warning,
    /// It stops the title.
    Error,
}

impl Payload {
    /// The name of its kind, as it is written down.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Subtitle(_) => "subtitle",
            Self::Shot { .. } => "shot",
            Self::Finding { .. } => "finding",
            Self::PictureText { .. } => "picture-text",
            Self::Dialogue { .. } => "dialogue",
            Self::Loudness { .. } => "loudness",
            Self::SubtitleMove { .. } => "subtitle-move",
        }
    }
}
