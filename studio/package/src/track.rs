//! One rendition as one CMAF track file.

mod rate;
mod write;

use std::path::Path;

use contracts_delivery::{Bandwidth, ByteRange, Colour, KeyId};
use media_isobmff::{Head, Media};
use serde::{Deserialize, Serialize};

use crate::PackageError;
use crate::file::{FileSet, blocking};

pub(crate) use write::beside;
pub use write::{package_audio, package_key_frames, package_video};

/// What a track file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrackMedia {
    /// Picture.
    Video {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// Sound.
    Audio {
        /// Speakers fed.
        channels: u16,
        /// Samples a second.
        sample_rate: u32,
    },
}

/// One segment of a track file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackSegment {
    /// Its bytes in the file.
    pub range: ByteRange,
    /// When it begins, in ticks of the track.
    pub start: u64,
    /// How long it lasts, in ticks.
    pub duration: u64,
}

/// A finished track file, described.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackagedTrack {
    /// RFC 6381, such as `avc1.64001f`.
    pub codec: String,
    /// Picture or sound.
    pub media: TrackMedia,
    /// Of a picture, when its parameter sets or its container say it.
    #[serde(default)]
    pub colour: Option<Colour>,
    /// The key it is encrypted by; in clear when absent.
    #[serde(default)]
    pub key: Option<KeyId>,
    /// Ticks a second.
    pub timescale: u32,
    /// `ftyp` and `moov`.
    pub init: ByteRange,
    /// The `sidx`.
    pub index: ByteRange,
    /// In order of time, without gaps, from 0.
    pub segments: Vec<TrackSegment>,
    /// Measured.
    pub bandwidth: Bandwidth,
    /// The file's size.
    pub bytes: u64,
}

impl PackagedTrack {
    /// Reads the description of a track file back from the file.
    ///
    /// # Errors
    /// When it is not there, or not a track file.
    pub async fn read(path: &Path) -> Result<Self, PackageError> {
        let path = path.to_owned();
        blocking(move || {
            let set = FileSet::new(std::slice::from_ref(&path));
            let head = Head::read(&set.members()[0]).map_err(|source| PackageError::Unusable {
                path: path.clone(),
                source,
            })?;
            Ok(Self::describe(&head))
        })
        .await
    }

    /// Ticks of the whole track.
    pub fn duration(&self) -> u64 {
        self.segments
            .last()
            .map_or(0, |last| last.start + last.duration)
    }

    pub(crate) fn describe(head: &Head) -> Self {
        let media = match head.format.entry.media {
            Media::Video { width, height } => TrackMedia::Video {
                width: width.into(),
                height: height.into(),
            },
            Media::Audio {
                channels,
                sample_rate,
            } => TrackMedia::Audio {
                channels,
                sample_rate,
            },
        };
        let bytes = head
            .segments
            .last()
            .map_or(head.index.end, |last| last.range.end);
        let segments: Vec<_> = head.segments.iter().map(segment).collect();
        Self {
            codec: head.format.entry.codec.clone(),
            media,
            colour: head.format.entry.colour.map(colour),
            key: head.format.entry.protection.map(|it| KeyId(it.key_id)),
            timescale: head.format.timescale,
            init: range(&head.init),
            index: range(&head.index),
            bandwidth: rate::bandwidth(&segments, head.format.timescale, bytes),
            segments,
            bytes,
        }
    }
}

fn colour(colour: media_isobmff::Colour) -> Colour {
    Colour {
        primaries: colour.primaries,
        transfer: colour.transfer,
        matrix: colour.matrix,
        full_range: colour.full_range,
    }
}

fn segment(segment: &media_isobmff::Segment) -> TrackSegment {
    TrackSegment {
        range: range(&segment.range),
        start: segment.start,
        duration: segment.duration,
    }
}

fn range(range: &std::ops::Range<u64>) -> ByteRange {
    ByteRange {
        start: range.start,
        end: range.end,
    }
}
