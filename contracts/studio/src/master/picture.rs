//! The picture.

use contracts_delivery::FrameRate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Colour;

/// The picture that a title is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
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
    #[schema(value_type = Vec<u32>)]
    pub sar: (u32, u32),
    /// Clockwise turn that shows it upright: 0, 90, 180 or 270 degrees.
    pub rotation: u32,
    /// The constant rate to encode at.
    #[schema(value_type = Object)]
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
