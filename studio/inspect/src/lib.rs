//! What an uploaded master is: its picture, its sound, its text, and whether a title can be made of it.
//!
//! [`inspect`] asks ffprobe; [`report_from`] turns what it said into facts, and is pure. What cannot be
//! used is refused as an [`Unusable`] with one sentence for the person who uploaded it; what can be
//! used but will look or sound different is told as [`Warning`]s. [`examine`] goes through the whole
//! file and tells what is wrong where.
//!
//! This crate must not know what is made of the facts: no ladder, no encoder settings.

mod choose;
mod colour;
pub mod dialogue;
mod error;
mod examine;
mod geometry;
mod inspect;
mod language;
pub mod limits;
mod packets;
mod rate;
mod raw;
mod report;
mod sniff;
mod sound;
mod source;
mod timecode;

pub use contracts_studio::master::{AudioFacts, Colour, Report, TextFacts, VideoFacts, Warning};
pub use error::{InspectError, Unusable};
pub use examine::{examine, is_complaint};
pub use inspect::inspect;
pub use language::bcp47;
pub use packets::{PacketScan, PacketTimes};
pub use report::{needs_counting, picture, report_from};
