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
    /// How well dialogue can be understood; absent where there is none, or none that can be told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialogue: Option<Dialogue>,
    /// How loud the first sound track is; absent without sound, or of less than one step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loudness: Option<Loudness>,
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

/// What is taken for dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DialogueSource {
    /// A track whose title says that it holds dialogue alone.
    Track,
    /// The centre channel.
    Centre,
    /// What left and right have alike: a guess, which takes a singer for a speaker.
    Estimate,
}

/// How well dialogue can be understood beside the whole mix (eSTOI), along the title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Dialogue {
    /// What was taken for it.
    pub source: DialogueSource,
    /// Length of one step, in milliseconds; the first begins with the title.
    pub step_ms: u32,
    /// Hundredths, 100 where nothing else is heard; absent where nobody speaks.
    pub steps: Vec<Option<u8>>,
}

impl Dialogue {
    /// The mean over the steps that begin within an interval; nothing where nobody speaks there.
    pub fn between(&self, start_ms: u64, end_ms: u64) -> Option<u8> {
        let at = |ms: u64| usize::try_from(ms.div_ceil(u64::from(self.step_ms.max(1))));
        let steps = self.steps.get(at(start_ms).ok()?..)?;
        let count = at(end_ms).ok()?.saturating_sub(at(start_ms).ok()?);
        let heard: Vec<u32> = steps
            .iter()
            .take(count)
            .flatten()
            .map(|it| u32::from(*it))
            .collect();
        let mean = heard.iter().sum::<u32>().checked_div(heard.len() as u32)?;
        u8::try_from(mean).ok()
    }
}

/// How loud a title is along its time (EBU R 128: short-term loudness, of three seconds).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Loudness {
    /// Length of one step, in milliseconds; the first begins with the title.
    pub step_ms: u32,
    /// LUFS, rounded; absent where nothing is heard (under -70, the standard's gate).
    pub steps: Vec<Option<i8>>,
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
