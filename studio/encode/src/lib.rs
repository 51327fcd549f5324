//! Encoding: a master's picture chunk by chunk, its sound once.
//!
//! Every chunk of a rung is one run of ffmpeg that reads the master, conforms it (constant frame grid,
//! square pixels, upright, the rung's size, 8-bit limited range) and encodes exactly its own frames, with
//! an instant decoder refresh at each segment's start and parameter sets that are the same bytes in every
//! chunk. The sound is encoded whole, to the picture's length. Both are checked against what was asked
//! before they count as done.
//!
//! This crate must not know of workflows, packaging or where files end up: paths come in from outside.

mod audio;
mod chunk;
mod colour;
mod conform;
mod error;
mod file_at;
#[cfg(test)]
mod fixture;
mod level;
pub mod limits;
mod trial;
mod x264;

pub use audio::{AudioWarning, EncodedAudio, encode_audio};
pub use chunk::{EncodedChunk, encode_chunk};
pub use conform::{Conform, Span};
pub use error::EncodeError;
pub use trial::{Bench as TrialBench, SpanTrials};
pub use x264::timescale;
