//! HLS media playlists of what is packaged. Their URIs are the names of files beside them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use contracts_delivery::{FileName, KeyId};
use media_manifest::ByteRange;
use media_manifest::hls::{Key, Map, MediaPlaylist, Segment, durations};

use crate::PackagedTrack;

/// The key system of the Encrypted Media Extensions that every browser but Safari has.
const CLEAR_KEY: &str = "org.w3.clearkey";

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
        key: track.key.map(key),
        map: Some(Map {
            uri: uri.clone(),
            range: Some(range(track.init)),
        }),
        segments: segments.collect(),
    }
}

/// How a player finds the key: by its name alone. The key system is the browser's own, which asks whoever serves the
/// play.
fn key(id: KeyId) -> Key {
    let id = BASE64.encode(id.0);
    Key {
        uri: format!("data:text/plain;base64,{id}"),
        format: Some(CLEAR_KEY.to_owned()),
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
