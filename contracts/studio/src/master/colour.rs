//! How a picture's numbers are meant as colours.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// ffmpeg's names; absent where the file does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Colour {
    /// Such as `bt709`.
    pub primaries: Option<String>,
    /// Such as `bt709` or `smpte2084`.
    pub transfer: Option<String>,
    /// Such as `bt709`.
    pub matrix: Option<String>,
    /// `tv` (limited) or `pc` (full).
    pub range: Option<String>,
    /// The display the master was graded on (SMPTE ST 2086).
    #[serde(default)]
    pub mastering: Option<MasteringDisplay>,
    /// How bright its brightest pixel and frame are (CTA-861.3).
    #[serde(default)]
    pub light: Option<ContentLight>,
    /// Whether it carries brightness metadata scene by scene (SMPTE ST 2094-40, HDR10+).
    #[serde(default)]
    pub hdr10_plus: bool,
    /// Its Dolby Vision profile, when it has one.
    #[serde(default)]
    pub dolby_vision_profile: Option<u8>,
}

impl Colour {
    /// Whether the brightness curve is one of the two of high dynamic range.
    pub fn is_hdr(&self) -> bool {
        matches!(self.transfer.as_deref(), Some("smpte2084" | "arib-std-b67"))
    }
}

/// A point of the CIE 1931 diagram, in steps of 0.00002 as SMPTE ST 2086 counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Chromaticity {
    /// The x coordinate, 0 to 50 000.
    pub x: u32,
    /// The y coordinate, 0 to 50 000.
    pub y: u32,
}

/// SMPTE ST 2086, in its own units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MasteringDisplay {
    /// The display's red.
    pub red: Chromaticity,
    /// The display's green.
    pub green: Chromaticity,
    /// The display's blue.
    pub blue: Chromaticity,
    /// The display's white.
    pub white: Chromaticity,
    /// Its darkest black, in steps of 0.0001 cd/m².
    pub min_luminance: u32,
    /// Its brightest white, in steps of 0.0001 cd/m².
    pub max_luminance: u32,
}

/// CTA-861.3; zero means unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContentLight {
    /// `MaxCLL`: the brightest pixel, in cd/m².
    pub max_pixel: u32,
    /// `MaxFALL`: the brightest average of a frame, in cd/m².
    pub max_frame_average: u32,
}
