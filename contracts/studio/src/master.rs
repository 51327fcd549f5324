//! What is known of a master: the facts of its file, and what is wrong with it.
//!
//! [`Report`] is what the file says of itself, normalised to one vocabulary; [`Examination`] is what was
//! found by looking at every frame and listening to every sample.

mod colour;
mod examination;
mod finding;
mod inspection;
mod picture;
mod source;
mod tracks;
mod warning;

pub use colour::{Chromaticity, Colour, ContentLight, MasteringDisplay};
pub use examination::{Cadence, Dialogue, DialogueSource, Examination, Fields, Levels, Loudness};
pub use finding::{Check, Finding, Severity};
pub use inspection::Inspection;
pub use picture::VideoFacts;
pub use source::{SourceFact, SourceTerm, Timecode};
pub use tracks::{AudioFacts, TextFacts};
pub use warning::Warning;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a master's file says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
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
    /// The timecode of the first frame, when the file keeps one.
    #[serde(default)]
    pub timecode: Option<Timecode>,
    /// What cameras and editing programs wrote into the file, each term at most once.
    #[serde(default)]
    pub source: Vec<SourceFact>,
    /// What will look or sound different from the master.
    #[schema(value_type = Vec<Object>)]
    pub warnings: Vec<Warning>,
}
