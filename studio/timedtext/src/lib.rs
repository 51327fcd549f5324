//! Subtitles: SRT, WebVTT, TTML and ASS in, one model of cues held against rules, WebVTT and IMSC 1 out.
//!
//! Pure: bytes in, text out. What a file gets wrong is repaired where the meaning is plain, reported as a
//! [`Warning`] where something was changed or left out, and refused with a [`TextError`] where nothing
//! usable remains. Styling from outside is left out deliberately: how subtitles look is the viewer's own
//! setting. This crate must not know of manifests, uploads or playback.

mod ass;
mod collide;
mod cue;
mod decode;
mod error;
mod fit;
mod language;
pub mod limits;
mod markup;
mod parse;
mod place;
mod plain;
mod rules;
mod srt;
mod time;
mod ttml;
mod vtt;
mod write;

pub use collide::{Collisions, Moved};
pub use cue::{Cue, Cues};
pub use error::{Problem, TextError, Warning};
pub use language::{BadLanguageTag, LanguageTag};
pub use parse::parse;
pub use rules::{Concern, Rule};
