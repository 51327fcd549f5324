//! The media playlist of one finished rendition.

use std::fmt::Write as _;
use std::time::Duration;

use super::VERSION;
use super::attributes::TagWriter;
use super::lines::uri_text;
use super::protection::Key;
use super::time::decimal;
use crate::ByteRange;

/// The media playlist of one rendition, finished: nothing will be added to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MediaPlaylist {
    /// Every segment begins with a frame that needs no other segment.
    pub independent_segments: bool,
    /// Every segment is one key frame (`EXT-X-I-FRAMES-ONLY`).
    pub iframes_only: bool,
    /// How the segments are encrypted; not when absent.
    pub key: Option<Key>,
    /// What comes before the first segment; absent for whole text files.
    pub map: Option<Map>,
    /// In order of time.
    pub segments: Vec<Segment>,
}

/// The initialization section (`EXT-X-MAP`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// The file, relative to the playlist or absolute.
    pub uri: String,
    /// Its part; the whole file when absent.
    pub range: Option<ByteRange>,
}

/// One segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// How long it plays.
    pub duration: Duration,
    /// The file, relative to the playlist or absolute.
    pub uri: String,
    /// Its part; the whole file when absent.
    pub range: Option<ByteRange>,
}

impl MediaPlaylist {
    /// `EXT-X-TARGETDURATION` in seconds: the longest segment rounded to the nearest second, so that
    /// every rounded duration is at most this (RFC 8216bis section 4.4.3.1); at least 1.
    pub fn target_duration(&self) -> u64 {
        let rounded = |segment: &Segment| {
            let half_up = u64::from(segment.duration.subsec_nanos() >= 500_000_000);
            segment.duration.as_secs().saturating_add(half_up)
        };
        self.segments.iter().map(rounded).max().unwrap_or(1).max(1)
    }

    /// The sum of the segments' durations.
    pub fn duration(&self) -> Duration {
        self.segments.iter().fold(Duration::ZERO, |sum, part| {
            sum.saturating_add(part.duration)
        })
    }

    /// The playlist's text.
    pub fn to_text(&self) -> String {
        let mut text = format!("#EXTM3U\n#EXT-X-VERSION:{VERSION}\n");
        line(
            &mut text,
            format_args!("#EXT-X-TARGETDURATION:{}", self.target_duration()),
        );
        text.push_str("#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n");
        if self.independent_segments {
            text.push_str("#EXT-X-INDEPENDENT-SEGMENTS\n");
        }
        if self.iframes_only {
            text.push_str("#EXT-X-I-FRAMES-ONLY\n");
        }
        if let Some(key) = &self.key {
            line(&mut text, key.to_tag("#EXT-X-KEY"));
        }
        if let Some(map) = &self.map {
            let tag = TagWriter::new("#EXT-X-MAP").quoted("URI", &uri_text(&map.uri));
            let range = map.range.map(ByteRange::length_at_offset);
            line(
                &mut text,
                tag.quoted_if("BYTERANGE", range.as_deref()).finish(),
            );
        }
        for segment in &self.segments {
            line(
                &mut text,
                format_args!("#EXTINF:{},", decimal(segment.duration)),
            );
            if let Some(range) = segment.range {
                line(
                    &mut text,
                    format_args!("#EXT-X-BYTERANGE:{}", range.length_at_offset()),
                );
            }
            line(&mut text, uri_text(&segment.uri));
        }
        text.push_str("#EXT-X-ENDLIST\n");
        text
    }
}

fn line(text: &mut String, content: impl std::fmt::Display) {
    writeln!(text, "{content}").expect("a string takes all that is written");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(durations: &[u64]) -> MediaPlaylist {
        let segment = |millis: &u64| Segment {
            duration: Duration::from_millis(*millis),
            uri: "a.mp4".into(),
            range: None,
        };
        MediaPlaylist {
            segments: durations.iter().map(segment).collect(),
            ..Default::default()
        }
    }

    #[test]
    fn the_target_is_the_longest_segment_rounded_to_nearest() {
        assert_eq!(with(&[4_004, 5_499]).target_duration(), 5);
        assert_eq!(with(&[4_004, 5_500]).target_duration(), 6);
        assert_eq!(with(&[100]).target_duration(), 1);
        assert_eq!(with(&[]).target_duration(), 1);
        assert_eq!(
            with(&[4_004, 2_002]).duration(),
            Duration::from_millis(6_006)
        );
    }
}
