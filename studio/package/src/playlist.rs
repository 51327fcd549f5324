//! HLS media playlists of what is packaged. Their URIs are the names of files beside them.

use std::time::Duration;

use contracts_delivery::FileName;
use media_manifest::ByteRange;
use media_manifest::hls::{Map, MediaPlaylist, Segment, durations};

use crate::PackagedTrack;

/// The playlist of a track file stored as `file`: one byte range per segment.
pub fn track_playlist(track: &PackagedTrack, file: FileName) -> MediaPlaylist {
    let uri = file.to_string();
    let lengths = durations(
        track.segments.iter().map(|segment| segment.duration),
        track.timescale,
    );
    let segments = track
        .segments
        .iter()
        .zip(lengths)
        .map(|(segment, duration)| Segment {
            duration,
            uri: uri.clone(),
            range: Some(range(segment.range)),
        });
    MediaPlaylist {
        independent_segments: true,
        iframes_only: false,
        key: None,
        map: Some(Map {
            uri: uri.clone(),
            range: Some(range(track.init)),
        }),
        segments: segments.collect(),
    }
}

/// The playlist of a track file of key frames alone: one byte range per frame.
pub fn key_frame_playlist(track: &PackagedTrack, file: FileName) -> MediaPlaylist {
    MediaPlaylist {
        iframes_only: true,
        ..track_playlist(track, file)
    }
}

/// The playlist of a whole WebVTT file that is as long as the picture.
pub fn subtitle_playlist(file: FileName, duration: Duration) -> MediaPlaylist {
    let whole = Segment {
        duration,
        uri: file.to_string(),
        range: None,
    };
    MediaPlaylist {
        segments: vec![whole],
        ..MediaPlaylist::default()
    }
}

fn range(range: contracts_delivery::ByteRange) -> ByteRange {
    ByteRange {
        start: range.start,
        end: range.end,
    }
}
