//! Samples arranged into the segments of one CMAF track file, and the file written.

mod audio;
mod key_frames;
mod protect;
mod store;
mod video;

use std::ops::Range;

use crate::TrackFormat;

pub use audio::cut_audio;
pub use protect::{Cover, Encrypt};
pub use video::join_video;

/// A sample and its place in the new track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacedSample {
    /// Where its bytes begin in its source.
    pub offset: u64,
    /// Bytes.
    pub size: u32,
    /// Which source holds it.
    pub source: u32,
    /// Ticks.
    pub duration: u32,
    /// Presentation time less decode time, in ticks; negative where a frame is shown before its turn
    /// to decode, so that the track begins at 0 without an edit list.
    pub composition: i32,
    /// Decoding can begin here.
    pub sync: bool,
}

/// The plan of a track file, complete before a byte is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrangement {
    /// The new track's format.
    pub format: TrackFormat,
    /// Ticks at the start that are decoded and not presented: what an encoder of sound needs to get
    /// going, as far as it is less than a sample. An edit list says so.
    pub shown_from: u32,
    /// In decode order, without gaps, from 0.
    pub samples: Vec<PlacedSample>,
    /// The samples of every segment, in order.
    pub segments: Vec<Range<usize>>,
}

/// Why samples cannot be arranged. The same input fails again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArrangeError {
    /// Nothing to arrange.
    #[error("there are no samples to package")]
    Nothing,
    /// The grid of segments is not usable.
    #[error("the segment plan is wrong: {0}")]
    BadPlan(&'static str),
    /// More segments than a `sidx` can count.
    #[error("the plan has {0} segments, and a track file holds at most 65535")]
    TooManySegments(usize),
    /// The decoder would have to be set up anew between chunks.
    #[error(
        "chunk {chunk} needs other decoder settings than chunk 0; encode all chunks of a rendition with the same parameters"
    )]
    FormatDiffers {
        /// The chunk, counted from 0.
        chunk: usize,
    },
    /// A frame is missing, doubled or late.
    #[error(
        "chunk {chunk} does not hold one frame at every frame time: look at frame {frame}; encode it at a constant frame rate"
    )]
    UnevenFrames {
        /// The chunk, counted from 0.
        chunk: usize,
        /// The frame within the chunk, counted from 0 in decode order.
        frame: usize,
    },
    /// The chunks hold more or fewer frames than the plan.
    #[error("the chunks hold {found} frames and the plan has {planned}")]
    FrameCount {
        /// Frames of the plan.
        planned: u64,
        /// Frames of the chunks.
        found: u64,
    },
    /// A segment of which decoding cannot begin.
    #[error("segment {segment}, in chunk {chunk}, does not begin with a key frame")]
    NoKeyFrame {
        /// The segment, counted from 0.
        segment: usize,
        /// The chunk, counted from 0.
        chunk: usize,
    },
    /// A frame of a segment is shown before the segment's first: an open group of pictures.
    #[error(
        "segment {segment}, in chunk {chunk}, shows frames of another segment; encode with closed GOPs"
    )]
    OpenGop {
        /// The segment, counted from 0.
        segment: usize,
        /// The chunk, counted from 0.
        chunk: usize,
    },
    /// The edit list does more than cut the start and the end.
    #[error("the sound's edit list has gaps or pieces; encode it as one piece from time 0")]
    EditedSound,
    /// A sample lasts no time, or the track is of the other kind.
    #[error("the source is not a usable {0} track")]
    Unusable(&'static str),
}

#[cfg(test)]
mod tests;
