//! The media document: what is known of a title along its time, as events in one model.
//!
//! A subtitle, a shot, a finding, a text seen in the picture and the move of a subtitle are each an
//! [`Event`]: an [`Interval`], a [`Region`] of the frame where there is one, and a typed [`Payload`].
//! [`Index`] answers which events meet an interval, and which of them a region. Pure: no I/O. This crate
//! must not know how an event was found, where documents are kept, or what formats subtitles have.

mod document;
mod event;
mod index;
mod interval;
pub mod limits;
mod region;

pub use document::{Document, DocumentError};
pub use event::{Event, Payload, Severity, SubtitleCue};
pub use index::Index;
pub use interval::{BadInterval, Interval};
pub use region::{BadRegion, FULL, Region};
