//! Sound and subtitle tracks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One sound track.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AudioFacts {
    /// Its index in the file.
    pub stream_index: u32,
    /// ffprobe's name of the codec.
    pub codec: String,
    /// Channels.
    pub channels: u16,
    /// ffmpeg's name of the layout, such as `5.1(side)`; empty when unknown.
    pub layout: String,
    /// Samples a second.
    pub sample_rate: u32,
    /// BCP 47; `und` when the file does not say.
    pub language: String,
    /// The track's title, when it has one.
    pub title: Option<String>,
    /// When its first sample is heard, in milliseconds; may be negative.
    pub start_ms: i64,
    /// Length as the stream says it, in milliseconds.
    pub declared_duration_ms: Option<u64>,
    /// Whether the file marks it as the one to play.
    pub default: bool,
}

/// One subtitle track.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TextFacts {
    /// Its index in the file.
    pub stream_index: u32,
    /// ffprobe's name of the codec.
    pub codec: String,
    /// BCP 47; `und` when the file does not say.
    pub language: String,
    /// The track's title, when it has one.
    pub title: Option<String>,
    /// Whether it is text; pictures of text (Blu-ray, DVD, DVB) are not.
    pub is_text: bool,
    /// Whether it is shown even when subtitles are off.
    pub forced: bool,
    /// Whether the file marks it as the one to show.
    pub default: bool,
}
