//! What was found by going through a whole master.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Finding, Severity};

/// The result of looking at every frame and listening to every sample.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Examination {
    /// By severity, the gravest first, then by time.
    pub findings: Vec<Finding>,
    /// How the picture moves.
    pub cadence: Cadence,
    /// The brightness numbers that occur.
    pub levels: Levels,
    /// CPU time it took, in milliseconds, where the system told it.
    pub cpu_ms: Option<u64>,
}

impl Examination {
    /// The finding that stops the title, when there is one.
    pub fn stops(&self) -> Option<&Finding> {
        self.findings
            .iter()
            .find(|finding| finding.severity == Severity::Error)
    }
}

/// How a picture moves.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Cadence {
    /// Frames on the constant grid.
    pub frames: u64,
    /// Frames that are the one before again, while the picture moved on around them.
    pub repeated_frames: u64,
    /// One frame in this many is a repeat, when they come in a rhythm.
    pub repeat_every: Option<u32>,
    /// What the lines of sampled frames say of fields; absent when too little moved to tell.
    pub fields: Option<Fields>,
}

/// How frames are made of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fields {
    /// Whole frames.
    Progressive,
    /// Two fields of different times a frame.
    Interlaced,
    /// Film at 24 frames a second spread over fields of 30 (2:3 pulldown).
    Telecine,
}

/// The brightness numbers of a picture as stored, scaled to 8 bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Levels {
    /// Only one pixel in a thousand is darker.
    pub dark: u8,
    /// Only one pixel in a thousand is brighter.
    pub bright: u8,
}
