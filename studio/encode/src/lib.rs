//! Encoding: a master's picture chunk by chunk, its sound once.
//!
//! Every chunk of a rung is one run of ffmpeg that reads the master, conforms it (constant frame grid,
//! square pixels, upright, the rung's size, limited range) and encodes exactly its own frames, with
//! an instant decoder refresh at each segment's start and parameter sets that are the same bytes in every
//! chunk. The sound is encoded whole, to the picture's length. Both are checked against what was asked
//! before they count as done.
//!
//! This crate must not know of workflows, packaging or where files end up: paths come in from outside.

mod analyse;
mod audio;
mod chunk;
mod colour;
mod conform;
mod dynamic;
mod encoder;
mod error;
mod file_at;
#[cfg(test)]
mod fixture;
mod grain;
mod judge;
mod legacy;
pub mod limits;
mod pilot;
mod rendition;
mod task;
mod trial;

pub use analyse::Analysis;
pub use audio::{
    AudioFormat, AudioSettings, AudioWarning, EncodedAudio, Loudness, LoudnessTarget,
    audio_formats, encode_audio,
};
pub use chunk::{EncodedChunk, check_chunk, encode_chunk, encode_or_safer};
pub use conform::{Conform, Range, Span};
pub use encoder::{Effort, timescale};
pub use error::EncodeError;
pub use grain::{Grain, measure_grain};
pub use judge::{Judge, Judged, Reference, Scores};
pub use legacy::{LegacyFile, LegacyTask, encode_legacy, legacy_tasks};
pub use pilot::Pilot;
pub use rendition::{Rendition, renditions};
pub use task::ChunkTask;
pub use trial::{Bench as TrialBench, SpanTrials};
