//! A title as both manifest formats describe it: renditions, where they are, and their segments.

mod dash;
mod hls;

use std::time::Duration;

use media_isobmff::SegmentIndex;
use media_manifest::ByteRange;
use media_manifest::hls::{MediaPlaylist, durations};
use url::Url;

/// A title that can be played.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Presentation {
    /// Who serves it, the best first.
    pub(crate) places: Vec<String>,
    /// By ascending rate; never empty.
    pub(crate) video: Vec<Rendition>,
    /// Absent when there is no sound or it is inside the video's segments.
    pub(crate) audio: Option<Rendition>,
}

/// One rendition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rendition {
    /// Its peak rate in bits a second.
    pub(crate) bps: u64,
    /// What its parts' URIs are joined to, by place.
    pub(crate) bases: Vec<Url>,
    /// Its segments, or where to learn of them.
    pub(crate) listing: Listing,
}

/// A rendition's segments, or where to learn of them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Listing {
    /// In the media playlist that the base URL names.
    Playlist,
    /// In the file's `sidx`.
    Index { init: ByteRange, index: ByteRange },
    /// Here.
    Known(SegmentList),
}

/// A rendition's segments.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct SegmentList {
    pub(crate) init: Option<Part>,
    pub(crate) segments: Vec<Segment>,
}

/// Something to fetch: a URI relative to a rendition's base, and the part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) uri: String,
    pub(crate) range: Option<ByteRange>,
}

/// One segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) part: Part,
    pub(crate) duration: Duration,
}

impl Presentation {
    /// Reads a manifest fetched from `url`.
    pub(crate) fn parse(text: &str, url: &Url) -> Result<Self, String> {
        let presentation = if text.trim_start_matches('\u{feff}').starts_with("#EXTM3U") {
            hls::read(text, url)?
        } else {
            dash::read(text, url)?
        };
        if presentation.video.is_empty() {
            return Err("it names no video".to_owned());
        }
        Ok(presentation)
    }

    /// Whether `fresh` is the same title, so that its URLs can take these ones' place.
    pub(crate) fn is_like(&self, fresh: &Self) -> bool {
        let rates = |it: &Self| it.video.iter().map(|rung| rung.bps).collect::<Vec<_>>();
        rates(self) == rates(fresh) && self.audio.is_some() == fresh.audio.is_some()
    }
}

impl Rendition {
    /// The URL of a part at a place.
    pub(crate) fn url(&self, place: usize, part: &Part) -> Option<Url> {
        self.bases.get(place)?.join(&part.uri).ok()
    }

    /// What to fetch to learn of the segments; nothing when they are known.
    pub(crate) fn listing_part(&self) -> Option<Part> {
        let range = match self.listing {
            Listing::Playlist => None,
            Listing::Index { index, .. } => Some(index),
            Listing::Known(_) => return None,
        };
        Some(Part {
            uri: String::new(),
            range,
        })
    }

    /// Reads what [`Rendition::listing_part`] asked for.
    pub(crate) fn learn(&mut self, bytes: &[u8]) -> Result<(), String> {
        let list = match self.listing {
            Listing::Known(_) => return Ok(()),
            Listing::Playlist => from_playlist(bytes)?,
            Listing::Index { init, index } => from_index(bytes, init, index)?,
        };
        if list.segments.is_empty() {
            return Err("a rendition has no segments".to_owned());
        }
        self.listing = Listing::Known(list);
        Ok(())
    }

    /// The segments, once known.
    pub(crate) fn list(&self) -> Option<&SegmentList> {
        match &self.listing {
            Listing::Known(list) => Some(list),
            Listing::Playlist | Listing::Index { .. } => None,
        }
    }
}

fn from_playlist(bytes: &[u8]) -> Result<SegmentList, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "a playlist is not UTF-8".to_owned())?;
    let playlist = MediaPlaylist::parse(text).map_err(|error| error.to_string())?;
    Ok(list_of(playlist))
}

fn list_of(playlist: MediaPlaylist) -> SegmentList {
    let segment = |it: media_manifest::hls::Segment| Segment {
        part: Part {
            uri: it.uri,
            range: it.range,
        },
        duration: it.duration,
    };
    SegmentList {
        init: playlist.map.map(|map| Part {
            uri: map.uri,
            range: map.range,
        }),
        segments: playlist.segments.into_iter().map(segment).collect(),
    }
}

fn from_index(bytes: &[u8], init: ByteRange, index: ByteRange) -> Result<SegmentList, String> {
    let parsed = SegmentIndex::parse(bytes, index.start).map_err(|error| error.to_string())?;
    let lengths = durations(
        parsed.segments.iter().map(|it| it.duration),
        parsed.timescale,
    );
    let segments = parsed
        .segments
        .into_iter()
        .zip(lengths)
        .map(|(segment, duration)| {
            let range = ByteRange {
                start: segment.range.start,
                end: segment.range.end,
            };
            Segment {
                part: Part {
                    uri: String::new(),
                    range: Some(range),
                },
                duration,
            }
        });
    let init = Part {
        uri: String::new(),
        range: Some(init),
    };
    Ok(SegmentList {
        init: Some(init),
        segments: segments.collect(),
    })
}

/// How a place is named that the manifest gives no id.
fn name_of(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or("unnamed").to_owned(),
    }
}
