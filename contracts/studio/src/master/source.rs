//! Where a master comes from: what cameras and editing programs wrote into it, in one vocabulary.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The timecode of the first frame (SMPTE ST 12-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Timecode {
    /// Hours, 0 to 23.
    pub hours: u8,
    /// Minutes, 0 to 59.
    pub minutes: u8,
    /// Seconds, 0 to 59.
    pub seconds: u8,
    /// Frames within the second.
    pub frames: u8,
    /// Whether numbers are left out to keep step with the clock at 29.97 and 59.94 frames a second.
    pub drop_frame: bool,
}

impl fmt::Display for Timecode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            hours,
            minutes,
            seconds,
            frames,
            drop_frame,
        } = self;
        let mark = if *drop_frame { ';' } else { ':' };
        write!(f, "{hours:02}:{minutes:02}:{seconds:02}{mark}{frames:02}")
    }
}

/// One thing that is known of a master's making.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceFact {
    /// What it tells.
    pub term: SourceTerm,
    /// One line of bounded length; numbers carry the unit of their term.
    pub value: String,
}

/// The one vocabulary that vendors' tags are translated to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SourceTerm {
    /// Who made the camera.
    CameraMake,
    /// The camera's model.
    CameraModel,
    /// The camera's serial number.
    CameraSerial,
    /// The camera's letter or name on the set.
    Camera,
    /// The lens.
    Lens,
    /// The reel, roll or card.
    Reel,
    /// The clip's name on its reel.
    Clip,
    /// The scene on the slate.
    Scene,
    /// The take on the slate.
    Take,
    /// Exposure index.
    Iso,
    /// Colour temperature, in kelvin.
    WhiteBalance,
    /// Shutter, in degrees or as part of a second.
    Shutter,
    /// Aperture.
    Iris,
    /// The rate of the sensor, in frames a second.
    CaptureRate,
    /// The brightness curve the camera recorded in.
    Gamma,
    /// When it was recorded.
    RecordedAt,
    /// Where it was recorded, as ISO 6709.
    Location,
    /// The production.
    Project,
    /// The program that wrote the file.
    Software,
}

impl SourceTerm {
    /// Its name in the interface and in searches, such as `camera-make`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CameraMake => "camera-make",
            Self::CameraModel => "camera-model",
            Self::CameraSerial => "camera-serial",
            Self::Camera => "camera",
            Self::Lens => "lens",
            Self::Reel => "reel",
            Self::Clip => "clip",
            Self::Scene => "scene",
            Self::Take => "take",
            Self::Iso => "iso",
            Self::WhiteBalance => "white-balance",
            Self::Shutter => "shutter",
            Self::Iris => "iris",
            Self::CaptureRate => "capture-rate",
            Self::Gamma => "gamma",
            Self::RecordedAt => "recorded-at",
            Self::Location => "location",
            Self::Project => "project",
            Self::Software => "software",
        }
    }
}
