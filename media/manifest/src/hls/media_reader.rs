//! Reads media playlists.

use std::time::Duration;

use super::attributes::Attributes;
use super::error::{HlsError, HlsProblem};
use super::lines::{Line, lines};
use super::media::{Map, MediaPlaylist, Segment};
use super::protection::Key;
use super::time::from_decimal;
use crate::ByteRange;
use crate::limits::MAX_SEGMENTS;

impl MediaPlaylist {
    /// Reads a finished media playlist. Unknown tags are ignored, as the specification asks; tags that
    /// change what the segments' bytes mean midway (another key, a second map) are refused, and so is
    /// encryption of whole segments.
    pub fn parse(text: &str) -> Result<Self, HlsError> {
        let mut reader = Reader::default();
        let mut last = 1;
        for (number, line) in lines(text)? {
            last = number;
            match line {
                Line::Tag(name, value) => reader.tag(name, value.unwrap_or("")),
                Line::Uri(uri) => reader.uri(uri),
            }
            .map_err(|problem| problem.at(number))?;
        }
        reader.finish().map_err(|problem| problem.at(last))
    }
}

#[derive(Debug, Default)]
struct Reader {
    playlist: MediaPlaylist,
    duration: Option<Duration>,
    range: Option<ByteRange>,
    /// The length of a range without an offset, which waits for its URI.
    open_range: Option<u64>,
    ended: bool,
}

impl Reader {
    fn tag(&mut self, name: &str, value: &str) -> Result<(), HlsProblem> {
        match name {
            "#EXTINF" => {
                let seconds = value.split(',').next().unwrap_or("");
                let duration = from_decimal(seconds).ok_or(HlsProblem::Malformed("EXTINF"))?;
                self.duration = Some(duration);
            }
            "#EXT-X-BYTERANGE" => self.byte_range(value)?,
            "#EXT-X-MAP" => self.map(value)?,
            "#EXT-X-INDEPENDENT-SEGMENTS" => self.playlist.independent_segments = true,
            "#EXT-X-ENDLIST" => self.ended = true,
            "#EXT-X-I-FRAMES-ONLY" => self.playlist.iframes_only = true,
            "#EXT-X-KEY" => self.key(value)?,
            "#EXT-X-STREAM-INF" | "#EXT-X-MEDIA" => return Err(HlsProblem::WrongKind),
            _ => {}
        }
        Ok(())
    }

    fn byte_range(&mut self, value: &str) -> Result<(), HlsProblem> {
        const BAD: HlsProblem = HlsProblem::Malformed("EXT-X-BYTERANGE");
        if value.contains('@') {
            self.range = Some(ByteRange::from_length_at_offset(value, None).ok_or(BAD)?);
        } else {
            self.open_range = Some(value.trim().parse().map_err(|_| BAD)?);
        }
        Ok(())
    }

    /// One key for all segments. Several tags before the first are the same key for several systems, of
    /// which the first is kept.
    fn key(&mut self, value: &str) -> Result<(), HlsProblem> {
        let key = Key::parse(value)?;
        if !self.playlist.segments.is_empty() && key != self.playlist.key {
            return Err(HlsProblem::Unsupported("a key that changes midway"));
        }
        if self.playlist.key.is_none() {
            self.playlist.key = key;
        }
        Ok(())
    }

    fn map(&mut self, value: &str) -> Result<(), HlsProblem> {
        const BAD: HlsProblem = HlsProblem::Malformed("EXT-X-MAP");
        let list = Attributes::parse(value).ok_or(BAD)?;
        let uri = list
            .owned("URI")
            .ok_or(HlsProblem::Missing("the URI of EXT-X-MAP"))?;
        let range = match list.get("BYTERANGE") {
            Some(text) => Some(ByteRange::from_length_at_offset(text, Some(0)).ok_or(BAD)?),
            None => None,
        };
        let map = Map { uri, range };
        if self
            .playlist
            .map
            .as_ref()
            .is_some_and(|known| *known != map)
        {
            return Err(HlsProblem::Unsupported("a second EXT-X-MAP"));
        }
        self.playlist.map = Some(map);
        Ok(())
    }

    fn uri(&mut self, uri: &str) -> Result<(), HlsProblem> {
        let duration = self.duration.take().ok_or(HlsProblem::Missing("EXTINF"))?;
        let range = match self.open_range.take() {
            Some(length) => Some(self.continued(uri, length)?),
            None => self.range.take(),
        };
        if self.playlist.segments.len() == MAX_SEGMENTS {
            return Err(HlsProblem::TooLong);
        }
        self.playlist.segments.push(Segment {
            duration,
            uri: uri.to_owned(),
            range,
        });
        Ok(())
    }

    /// A range without an offset continues the range before it in the same file.
    fn continued(&self, uri: &str, length: u64) -> Result<ByteRange, HlsProblem> {
        const BAD: HlsProblem = HlsProblem::Malformed("EXT-X-BYTERANGE");
        let before = self
            .playlist
            .segments
            .last()
            .filter(|segment| segment.uri == uri);
        let start = before.and_then(|segment| segment.range).ok_or(BAD)?.end;
        let end = start.checked_add(length).ok_or(BAD)?;
        Ok(ByteRange { start, end })
    }

    fn finish(self) -> Result<MediaPlaylist, HlsProblem> {
        if self.ended {
            Ok(self.playlist)
        } else {
            Err(HlsProblem::NotFinished)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn segment() -> impl Strategy<Value = Segment> {
        let range = (0..u64::MAX / 2, 0..u64::MAX / 2).prop_map(|(start, length)| ByteRange {
            start,
            end: start + length,
        });
        (
            0..u64::MAX / 4,
            "[a-z0-9/._?=é-]{1,20}",
            proptest::option::of(range),
        )
            .prop_map(|(nanos, uri, range)| Segment {
                duration: Duration::from_nanos(nanos),
                uri,
                range,
            })
    }

    fn playlist() -> impl Strategy<Value = MediaPlaylist> {
        let map = segment().prop_map(|part| Map {
            uri: part.uri,
            range: part.range,
        });
        let segments = proptest::collection::vec(segment(), 0..20);
        let key = ("[a-z:,]{1,9}", proptest::option::of("[a-z:-]{1,9}"))
            .prop_map(|(uri, format)| Key { uri, format });
        let flags = (any::<bool>(), any::<bool>());
        let options = (proptest::option::of(map), proptest::option::of(key));
        (flags, options, segments).prop_map(
            |((independent_segments, iframes_only), (map, key), segments)| MediaPlaylist {
                independent_segments,
                iframes_only,
                key,
                map,
                segments,
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_reads_the_same(playlist in playlist()) {
            prop_assert_eq!(MediaPlaylist::parse(&playlist.to_text()), Ok(playlist));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".*", lines in "(#EXT(INF:[0-9.,]*|-X-BYTERANGE:[0-9@]*|-X-MAP:[A-Z=\"@0-9]*|-X-ENDLIST)|[a-z]*|\n){0,40}") {
            let _ = MediaPlaylist::parse(&text);
            if let Ok(playlist) = MediaPlaylist::parse(&format!("#EXTM3U\n{lines}")) {
                prop_assert!(playlist.segments.len() <= lines.len());
            }
        }
    }

    #[test]
    fn a_range_without_offset_continues_the_one_before() {
        let text = "#EXTM3U\n#EXTINF:4,\n#EXT-X-BYTERANGE:100@50\na.mp4\n#EXTINF:4,\n\
                    #EXT-X-BYTERANGE:30\na.mp4\n#EXT-X-ENDLIST\n";
        let playlist = MediaPlaylist::parse(text).unwrap();
        assert_eq!(
            playlist.segments[1].range,
            Some(ByteRange {
                start: 150,
                end: 180
            })
        );
    }

    #[test]
    fn each_problem_names_its_line() {
        let problem = |body: &str| MediaPlaylist::parse(&format!("#EXTM3U\n{body}")).unwrap_err();
        assert_eq!(
            problem("#EXTINF:4,\na.mp4\n"),
            HlsProblem::NotFinished.at(3)
        );
        assert_eq!(problem("a.mp4\n"), HlsProblem::Missing("EXTINF").at(2));
        assert_eq!(
            problem("\n#EXTINF:x,\n"),
            HlsProblem::Malformed("EXTINF").at(3)
        );
        assert_eq!(
            problem("#EXT-X-STREAM-INF:BANDWIDTH=1\n"),
            HlsProblem::WrongKind.at(2)
        );
        let key = problem("#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n");
        let unsupported = HlsProblem::Unsupported("encryption other than SAMPLE-AES");
        assert_eq!(key, unsupported.at(2));
        assert_eq!(
            key.to_string(),
            "playlist line 2: encryption other than SAMPLE-AES is not supported"
        );
    }
}
