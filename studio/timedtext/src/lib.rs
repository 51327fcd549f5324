//! Subtitles: SRT and WebVTT files in, one model of cues, whole WebVTT files out.
//!
//! Pure: bytes in, text out. What a file gets wrong is repaired where the meaning is plain, reported as a
//! [`Warning`] where something was changed or left out, and refused with a [`TextError`] where nothing
//! usable remains. Styling from outside is left out deliberately: how subtitles look is the viewer's own
//! setting. This crate must not know of manifests, uploads or playback.

mod cue;
mod decode;
mod error;
mod fit;
mod language;
pub mod limits;
mod markup;
mod parse;
mod srt;
mod time;
mod vtt;
mod write;

pub use cue::{Cue, Cues};
pub use error::{Problem, TextError, Warning};
pub use language::{BadLanguageTag, LanguageTag};
pub use parse::parse;
