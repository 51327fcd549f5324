//! Releases that were never made of a film, for the tests of whoever handles releases.

use crate::{Bandwidth, ByteRange, FrameRate, Release, StoredFile, VideoRendition};

/// A silent release of a second with so many renditions of picture, each a track file and its playlist. Its files need
/// not be what they are said to be.
pub fn release(video: impl IntoIterator<Item = (StoredFile, StoredFile)>) -> Release {
    Release {
        version: Release::VERSION,
        duration_ms: 1_000,
        key: None,
        video: video.into_iter().map(rendition).collect(),
        key_frames: None,
        audio: Vec::new(),
        subtitles: Vec::new(),
        tiles: None,
        images: Vec::new(),
        colour: "#000000".to_owned(),
        downloads: Vec::new(),
    }
}

fn rendition((file, playlist): (StoredFile, StoredFile)) -> VideoRendition {
    VideoRendition {
        file,
        playlist,
        colour: None,
        codec: "avc1.64001f".to_owned(),
        width: 640,
        height: 360,
        frame_rate: FrameRate {
            numerator: 24,
            denominator: 1,
        },
        bandwidth: Bandwidth {
            peak_bps: 2,
            average_bps: 1,
        },
        init: ByteRange { start: 0, end: 1 },
        index: ByteRange { start: 1, end: 2 },
    }
}
