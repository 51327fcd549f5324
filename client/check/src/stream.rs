//! One rendition as its manifest describes it, whichever kind of manifest that is.

use std::time::Duration;

use media_manifest::ByteRange;
use media_manifest::hls::VideoRange;
use url::Url;

/// What it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// Pictures, perhaps with sound inside.
    Video,
    /// Sound.
    Audio,
    /// Timed text.
    Text,
}

/// A rendition and what is said of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stream {
    /// How it is named in findings.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Renditions of one set are switched between in mid-play.
    pub(crate) set: String,
    /// RFC 6381 names; of an HLS variant those of its sound too.
    pub(crate) codecs: Vec<String>,
    pub(crate) size: Option<(u32, u32)>,
    pub(crate) range: Option<VideoRange>,
    /// The peak that its segments are held against, in bits a second.
    pub(crate) peak_bps: Option<u64>,
    /// Its parts are said to be encrypted.
    pub(crate) encrypted: bool,
    /// By which key, where that is said.
    pub(crate) key_id: Option<[u8; 16]>,
    /// Each of its segments is one frame, to be shown while winding.
    pub(crate) key_frames: bool,
    pub(crate) list: List,
}

/// Where its parts are.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct List {
    pub(crate) init: Option<Part>,
    pub(crate) segments: Vec<Segment>,
}

/// Something to load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) url: Url,
    pub(crate) range: Option<ByteRange>,
}

/// A segment, and how long it is said to play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) part: Part,
    pub(crate) duration: Duration,
}

impl Stream {
    /// One of which nothing is said beyond its name.
    pub(crate) fn new(kind: Kind, name: String) -> Self {
        Self {
            name,
            kind,
            set: String::new(),
            codecs: Vec::new(),
            size: None,
            range: None,
            peak_bps: None,
            encrypted: false,
            key_id: None,
            key_frames: false,
            list: List::default(),
        }
    }
}

impl List {
    /// The sum of the stated lengths of the segments before one.
    pub(crate) fn starts(&self) -> Vec<Duration> {
        let mut at = Duration::ZERO;
        let start = |segment: &Segment| {
            let start = at;
            at = at.saturating_add(segment.duration);
            start
        };
        self.segments.iter().map(start).collect()
    }

    pub(crate) fn duration(&self) -> Duration {
        let add = |sum: Duration, one: &Segment| sum.saturating_add(one.duration);
        self.segments.iter().fold(Duration::ZERO, add)
    }
}

/// The last part of a URL's path: enough to tell files apart, and no token that came before it.
pub(crate) fn file_name(url: &Url) -> String {
    let last = url.path_segments().and_then(|mut parts| parts.next_back());
    match last {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => url.host_str().unwrap_or("the file").to_owned(),
    }
}

/// Which of so many segments are looked at: the first, the last, and others evenly between.
pub(crate) fn spread(count: usize, wanted: usize) -> Vec<usize> {
    if wanted >= count {
        return (0..count).collect();
    }
    match wanted {
        0 => Vec::new(),
        1 => vec![0],
        _ => (0..wanted)
            .map(|n| n * (count - 1) / (wanted - 1))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_has_the_ends_and_repeats_nothing() {
        assert_eq!(spread(100, 5), [0, 24, 49, 74, 99]);
        assert_eq!(spread(3, 8), [0, 1, 2]);
        assert_eq!(spread(9, 1), [0]);
        assert_eq!(spread(0, 4), [0_usize; 0]);
        for count in 2..40 {
            for wanted in 2..count {
                let found = spread(count, wanted);
                assert!(found.windows(2).all(|pair| pair[0] < pair[1]));
                assert_eq!((found[0], found[wanted - 1]), (0, count - 1));
            }
        }
    }

    #[test]
    fn tokens_stay_out_of_names() {
        let url = Url::parse("http://a/p/SECRET/v.mp4?sig=SECRET").unwrap();
        assert_eq!(file_name(&url), "v.mp4");
        assert_eq!(file_name(&Url::parse("http://a/").unwrap()), "a");
    }
}
