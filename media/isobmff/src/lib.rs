//! MP4 boxes (ISO/IEC 14496-12) and CMAF track files (ISO/IEC 23000-19): bytes in, bytes out.
//!
//! A progressive MP4 is read into a table of samples ([`Track`]); tables are arranged into segments
//! ([`join_video`], [`cut_audio`]) and written as one CMAF track file with a `sidx`
//! ([`Arrangement::write`]); such a file's beginning is read back by [`Head`], pieces of anybody's by
//! [`InitFacts`] and [`SegmentFacts`]; and [`Remux`] plans one
//! stream of picture and sound out of two track files.
//!
//! This crate must not know where bytes come from (it asks a [`ReadAt`]), nor of manifests, releases,
//! encoders or HTTP. It decodes no picture and no sound.

mod arrange;
mod bits;
mod boxes;
mod codec;
mod colour;
mod entry;
mod error;
mod facts;
mod fields;
mod format;
mod fourcc;
mod fragment;
mod head;
pub mod limits;
mod protection;
mod read_at;
mod remux;
mod sample;
mod write;

#[cfg(test)]
mod fixture;

pub use arrange::{ArrangeError, Arrangement, Cover, Encrypt, PlacedSample, cut_audio, join_video};
pub use colour::{Colour, ContentLight, MasteringDisplay};
pub use entry::SampleEntry;
pub use error::{BoxError, Problem, ReadError};
pub use facts::{InitFacts, SegmentFacts};
pub use format::{Media, TrackFormat};
pub use fourcc::FourCc;
pub use head::{Head, HeadError, Segment, SegmentIndex};
pub use protection::{
    COMMON_SYSTEM, Pattern, Protection, SegmentSample, Subsample, Vector, common_pssh,
    segment_samples,
};
pub use read_at::ReadAt;
pub use remux::{Remux, RemuxError, RemuxTrack, Step};
pub use sample::{Edit, Sample, Track};
pub use write::WriteError;
