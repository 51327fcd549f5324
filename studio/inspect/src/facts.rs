//! The typed facts of a master.

use contracts_delivery::FrameRate;
use serde::{Deserialize, Serialize};

use crate::Warning;

/// Everything a title's journey needs to know of its master.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// ffprobe's name of the container, such as `mov,mp4,m4a,3gp,3g2,mj2`.
    pub container: String,
    /// Length of the picture in milliseconds, never zero.
    pub duration_ms: u64,
    /// Size of the file.
    pub bytes: u64,
    /// The picture that is used.
    pub video: VideoFacts,
    /// Pictures that are left out; attached cover pictures are not counted.
    pub other_video: u32,
    /// Every sound track that can be decoded, in the file's order.
    pub audio: Vec<AudioFacts>,
    /// Every subtitle track, in the file's order.
    pub text: Vec<TextFacts>,
    /// What will look or sound different from the master.
    pub warnings: Vec<Warning>,
}

/// The picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VideoFacts {
    /// Its index in the file, for `-map 0:<index>`.
    pub stream_index: u32,
    /// ffprobe's name of the codec, such as `h264`.
    pub codec: String,
    /// Stored pixels across.
    pub width: u32,
    /// Stored pixels down.
    pub height: u32,
    /// Square pixels across as shown: after the pixel shape and the rotation.
    pub display_width: u32,
    /// Square pixels down as shown.
    pub display_height: u32,
    /// Shape of a stored pixel, across to down; `(1, 1)` is square.
    pub sar: (u32, u32),
    /// Clockwise turn that shows it upright: 0, 90, 180 or 270 degrees.
    pub rotation: u32,
    /// The constant rate to encode at.
    pub frame_rate: FrameRate,
    /// Whether the master's own frames are unevenly spaced.
    pub variable_rate: bool,
    /// Bits a sample.
    pub bit_depth: u8,
    /// ffmpeg's name of the pixel format; empty when unknown.
    pub pixel_format: String,
    /// How its numbers are meant as colours.
    pub colour: Colour,
    /// Whether a frame is two fields.
    pub interlaced: bool,
    /// When the first frame is shown, in milliseconds; may be negative.
    pub start_ms: i64,
    /// Length as the stream says it, in milliseconds.
    pub declared_duration_ms: Option<u64>,
}

/// ffmpeg's names; absent where the file does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colour {
    /// Such as `bt709`.
    pub primaries: Option<String>,
    /// Such as `bt709` or `smpte2084`.
    pub transfer: Option<String>,
    /// Such as `bt709`.
    pub matrix: Option<String>,
    /// `tv` (limited) or `pc` (full).
    pub range: Option<String>,
}

impl Colour {
    /// Whether the brightness curve is one of the two of high dynamic range.
    pub fn is_hdr(&self) -> bool {
        matches!(self.transfer.as_deref(), Some("smpte2084" | "arib-std-b67"))
    }
}

/// One sound track.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
