//! What is wrong, or may be, with a master: where, how badly, and in one sentence.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Usual in finished films; worth knowing.
    Note,
    /// Probably a mistake; the title is made and the finding travels with it.
    Warning,
    /// No title can be made.
    Error,
}

/// What was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// What the file's own facts tell: [`super::Warning`].
    Facts,
    /// Black picture.
    Black,
    /// A picture that stands still.
    Freeze,
    /// Frames repeated in a rhythm.
    RepeatedFrames,
    /// Fields that the file does not declare, or a pulldown.
    Fields,
    /// Flashes that can harm people with photosensitive epilepsy.
    Flashes,
    /// Numbers outside the declared range, or colours that cannot be as declared.
    Levels,
    /// Bars around the picture.
    Letterbox,
    /// Picture or sound that cannot be decoded.
    Decoding,
    /// No sound where a track has some.
    Silence,
    /// Samples at full scale.
    Clipping,
    /// Dialogue that other sound hides.
    Dialogue,
    /// Sound and picture of unlike lengths.
    Lengths,
}

impl Check {
    /// Its name in the interface and in searches, such as `repeated-frames`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Facts => "facts",
            Self::Black => "black",
            Self::Freeze => "freeze",
            Self::RepeatedFrames => "repeated-frames",
            Self::Fields => "fields",
            Self::Flashes => "flashes",
            Self::Levels => "levels",
            Self::Letterbox => "letterbox",
            Self::Decoding => "decoding",
            Self::Silence => "silence",
            Self::Clipping => "clipping",
            Self::Dialogue => "dialogue",
            Self::Lengths => "lengths",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// What was looked for.
    pub check: Check,
    /// How much it matters.
    pub severity: Severity,
    /// Where it begins, in milliseconds of the title; absent when it holds for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<u64>,
    /// Where it ends; present when `start_ms` is, and not before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_ms: Option<u64>,
    /// The stream it was found in, when it is not the picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_index: Option<u32>,
    /// One sentence for a person.
    pub sentence: String,
}

impl Finding {
    /// Of the title as a whole.
    pub fn whole(check: Check, severity: Severity, sentence: impl Into<String>) -> Self {
        Self {
            check,
            severity,
            start_ms: None,
            end_ms: None,
            stream_index: None,
            sentence: sentence.into(),
        }
    }

    /// The same, from `start_ms` to `end_ms`.
    #[must_use]
    pub fn between(self, start_ms: u64, end_ms: u64) -> Self {
        Self {
            start_ms: Some(start_ms),
            end_ms: Some(end_ms.max(start_ms)),
            ..self
        }
    }

    /// The same, in one stream.
    #[must_use]
    pub fn in_stream(self, stream_index: u32) -> Self {
        Self {
            stream_index: Some(stream_index),
            ..self
        }
    }
}
