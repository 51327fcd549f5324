//! The check itself: loads what a stream names and holds it against the rules.

use std::sync::Arc;

use futures::{StreamExt as _, stream};
use media_cenc::Key;
use media_isobmff::{Head, HeadError, TrackFormat};
use media_manifest::ByteRange;
use media_manifest::dash::Mpd;
use media_manifest::hls::{HlsProblem, MultivariantPlaylist, durations};
use platform_http::Trust;
use url::Url;

use crate::decode::{Decoder, Inside};
use crate::finding::{Finding, Rule};
use crate::limits::{
    AT_ONCE, BOX_HEADER, MAX_INIT_BYTES, MAX_MANIFEST_BYTES, MAX_SEGMENT_BYTES, SEGMENTS,
};
use crate::report::Report;
use crate::source::{Loaded, Source};
use crate::stream::{Kind, Part, Segment, Stream, spread};
use crate::track::{Place, check_init, check_segment};
use crate::{dash, hls, together};

/// How much is looked at.
#[derive(Clone)]
pub struct Options {
    segments: usize,
    inside: Option<Inside>,
    trust: Trust,
}

impl Default for Options {
    fn default() -> Self {
        Self::segments(SEGMENTS)
    }
}

impl Options {
    /// So many segments of each rendition, spread over its length.
    pub fn segments(segments: usize) -> Self {
        Self {
            segments,
            inside: None,
            trust: Trust::default(),
        }
    }

    /// And each of them decoded; what is encrypted by one of these keys is decrypted first.
    #[must_use]
    pub fn decoded(self, decoder: Arc<dyn Decoder>, keys: Vec<Key>) -> Self {
        Self {
            inside: Some(Inside { decoder, keys }),
            ..self
        }
    }

    /// From servers that `trust` accepts, where they are reached by TLS.
    #[must_use]
    pub fn trusting(self, trust: Trust) -> Self {
        Self { trust, ..self }
    }
}

/// Why there is nothing to check.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The stream itself cannot be loaded.
    #[error("it cannot be loaded: {0}")]
    NotLoaded(String),
    /// It is none of the formats.
    #[error("it is neither an HLS playlist nor an MPD nor a CMAF track file")]
    NotAStream,
    /// It claims to be one of the formats and cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// This machine cannot make requests.
    #[error("no requests can be made")]
    Client(#[from] reqwest::Error),
}

/// Checks the stream at `url`: a playlist, an MPD, or a track file by its ending, on a server or a disk (`file:`).
///
/// # Errors
/// When nothing could be looked at. Everything else that is wrong is in the report.
pub async fn check(url: &Url, options: Options) -> Result<Report, CheckError> {
    let mut checker = Checker {
        source: Source::new(&options.trust)?,
        options,
        report: Report::default(),
    };
    let whole = Part {
        url: url.clone(),
        range: None,
    };
    let streams = if is_track_file(url) {
        checker.report.format = "CMAF";
        vec![checker.track_file(url).await?]
    } else {
        let loaded = checker.source.load(&whole, MAX_MANIFEST_BYTES).await;
        let loaded = loaded.map_err(CheckError::NotLoaded)?;
        checker.manifest(loaded).await?
    };
    if streams
        .iter()
        .all(|it| it.kind != Kind::Video && it.kind != Kind::Audio)
    {
        let message = "it names no picture and no sound";
        checker
            .report
            .add(Finding::new(Rule::NothingToPlay, "manifest", message));
    }
    let mut findings = Vec::new();
    together::rules(&streams, &mut findings);
    checker.take(findings);
    for stream in &streams {
        checker.stream(stream).await;
    }
    Ok(checker.report.finish())
}

fn is_track_file(url: &Url) -> bool {
    let ending = url.path().rsplit_once('.').map_or("", |(_, ending)| ending);
    ["mp4", "m4v", "m4a", "cmfv", "cmfa"].contains(&ending.to_ascii_lowercase().as_str())
}

struct Checker {
    source: Source,
    options: Options,
    report: Report,
}

impl Checker {
    fn take(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            self.report.add(finding);
        }
    }

    /// Loads something of a stream; what is wrong with how it came is noted, and if it did not come.
    async fn load(&mut self, place: &str, part: &Part, max_bytes: u64) -> Option<Loaded> {
        match self.source.load(part, max_bytes).await {
            Ok(loaded) => {
                self.take(loaded.findings.clone());
                Some(loaded)
            }
            Err(why) => {
                self.report.add(Finding::new(Rule::Unloadable, place, why));
                None
            }
        }
    }

    async fn manifest(&mut self, loaded: Loaded) -> Result<Vec<Stream>, CheckError> {
        self.take(loaded.findings.clone());
        let text = std::str::from_utf8(&loaded.bytes).map_err(|_| CheckError::NotAStream)?;
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if text.starts_with("#EXTM3U") {
            self.report.format = "HLS";
            return self.hls(text, &loaded.url).await;
        }
        if !text.starts_with('<') || !text.contains("<MPD") {
            return Err(CheckError::NotAStream);
        }
        self.report.format = "DASH";
        let mpd = Mpd::parse(text).map_err(|error| CheckError::Unreadable(error.to_string()))?;
        Ok(self.dash(&mpd, &loaded.url).await)
    }

    async fn hls(&mut self, text: &str, url: &Url) -> Result<Vec<Stream>, CheckError> {
        let (mut findings, mut streams) = (Vec::new(), Vec::new());
        let playlist = match MultivariantPlaylist::parse(text) {
            Ok(playlist) => playlist,
            Err(error) if error.problem == HlsProblem::WrongKind => {
                let mut stream = hls::alone(url);
                let read = hls::list(text, url, false, &mut stream, &mut findings);
                read.map_err(CheckError::Unreadable)?;
                self.take(findings);
                return Ok(vec![stream]);
            }
            Err(error) => return Err(CheckError::Unreadable(error.to_string())),
        };
        hls::rules(&playlist, &mut findings);
        for listed in hls::renditions(&playlist, url, &mut findings) {
            let mut stream = listed.stream;
            let part = Part {
                url: listed.playlist,
                range: None,
            };
            let Some(loaded) = self.load(&stream.name, &part, MAX_MANIFEST_BYTES).await else {
                continue;
            };
            let text = String::from_utf8_lossy(&loaded.bytes);
            let independent = playlist.independent_segments;
            let read = hls::list(&text, &loaded.url, independent, &mut stream, &mut findings);
            match read {
                Ok(()) => streams.push(stream),
                Err(why) => findings.push(Finding::new(Rule::Unreadable, stream.name, why)),
            }
        }
        self.take(findings);
        Ok(streams)
    }

    async fn dash(&mut self, mpd: &Mpd, url: &Url) -> Vec<Stream> {
        let (mut findings, mut streams) = (Vec::new(), Vec::new());
        for dash::Listed { mut stream, index } in dash::representations(mpd, url, &mut findings) {
            if let Some(index) = index {
                let Some(loaded) = self.load(&stream.name, &index, MAX_INIT_BYTES).await else {
                    continue;
                };
                if let Err(why) = dash::index(&loaded.bytes, &index, &mut stream) {
                    findings.push(Finding::new(Rule::Unreadable, stream.name, why));
                    continue;
                }
            }
            streams.push(stream);
        }
        self.take(findings);
        streams
    }

    /// A track file alone is a stream of what its own index lists.
    async fn track_file(&mut self, url: &Url) -> Result<Stream, CheckError> {
        let mut needed = BOX_HEADER;
        let head = loop {
            let part = Part {
                url: url.clone(),
                range: Some(ByteRange {
                    start: 0,
                    end: needed,
                }),
            };
            let loaded = self.source.load(&part, MAX_INIT_BYTES).await;
            let loaded = loaded.map_err(|why| match needed {
                BOX_HEADER => CheckError::NotLoaded(why),
                _ => CheckError::Unreadable(format!(
                    "its index of segments (sidx) cannot be reached behind its header: {why}"
                )),
            })?;
            match Head::parse(&loaded.bytes) {
                Ok(head) => break head,
                Err(HeadError::Incomplete { needed: more }) if more > needed => needed = more,
                Err(error) => return Err(CheckError::Unreadable(error.to_string())),
            }
        };
        let mut stream = hls::alone(url);
        if head.format.entry.media.name() == "audio" {
            stream.kind = Kind::Audio;
        }
        let part = |start, end| Part {
            url: url.clone(),
            range: Some(ByteRange { start, end }),
        };
        stream.list.init = Some(part(head.init.start, head.init.end));
        let ticks = head.segments.iter().map(|it| it.duration);
        let lengths = durations(ticks, head.format.timescale);
        let segments = head
            .segments
            .iter()
            .zip(lengths)
            .map(|(it, duration)| Segment {
                part: part(it.range.start, it.range.end),
                duration,
            });
        stream.list.segments = segments.collect();
        Ok(stream)
    }

    async fn stream(&mut self, stream: &Stream) {
        let count = stream.list.segments.len();
        let seconds = stream.list.duration().as_secs_f64();
        let codecs = stream.codecs.join(",");
        let line = format!("{} {codecs}: {count} segments, {seconds:.1} s", stream.name);
        self.report.renditions.push(line);
        self.report.segments += count;
        if count == 0 {
            let message = "it has no segments";
            self.report
                .add(Finding::new(Rule::NothingToPlay, &stream.name, message));
        }
        if stream.kind == Kind::Text && stream.list.init.is_none() {
            self.text(stream).await;
            return;
        }
        let Some(init) = &stream.list.init else {
            let message = "it has no initialization section: no fragments of MP4";
            self.report
                .add(Finding::new(Rule::NotLookedInto, &stream.name, message));
            return;
        };
        let Some(loaded) = self.load(&stream.name, init, MAX_INIT_BYTES).await else {
            return;
        };
        let mut findings = Vec::new();
        let format = check_init(stream, &loaded.bytes, &mut findings);
        self.take(findings);
        let timescale = format.as_ref().map(|format| format.timescale);
        let hidden = format.as_ref().is_some_and(|format| {
            let inside = self.options.inside.as_ref();
            !inside.map_or(format.entry.protection.is_none(), |it| it.can_open(format))
        });
        if hidden {
            let message = "it is encrypted and there is no key for it: its samples are not decoded";
            self.report
                .add(Finding::new(Rule::NotLookedInto, &stream.name, message));
        }
        self.segments(stream, format.filter(|_| !hidden), timescale)
            .await;
    }

    /// Whole text files say what they are in their first line.
    async fn text(&mut self, stream: &Stream) {
        let Some(first) = stream.list.segments.first() else {
            return;
        };
        let Some(loaded) = self
            .load(&stream.name, &first.part, MAX_MANIFEST_BYTES)
            .await
        else {
            return;
        };
        self.report.read += 1;
        let text = loaded.bytes.strip_prefix("\u{feff}".as_bytes());
        if !text.unwrap_or(&loaded.bytes).starts_with(b"WEBVTT") {
            let message = "it does not begin with WEBVTT";
            self.report
                .add(Finding::new(Rule::Unreadable, &stream.name, message));
        }
    }

    /// Those of a track of a format that can be decoded are, where there is a decoder.
    async fn segments(
        &mut self,
        stream: &Stream,
        format: Option<TrackFormat>,
        timescale: Option<u32>,
    ) {
        let (all, starts) = (&stream.list.segments, stream.list.starts());
        let wanted = spread(all.len(), self.options.segments);
        let source = self.source.clone();
        let loads = stream::iter(wanted).map(|number| {
            let (source, part) = (source.clone(), all[number].part.clone());
            async move { (number, source.load(&part, MAX_SEGMENT_BYTES).await) }
        });
        let mut loads = std::pin::pin!(loads.buffered(AT_ONCE));
        let mut first_tick = None;
        while let Some((number, loaded)) = loads.next().await {
            let loaded = match loaded {
                Ok(loaded) => loaded,
                Err(why) => {
                    let at = format!("{}, segment {number}", stream.name);
                    self.report.add(Finding::new(Rule::Unloadable, at, why));
                    continue;
                }
            };
            self.report.read += 1;
            let mut findings = loaded.findings;
            let place = Place {
                number,
                start: starts[number],
                duration: all[number].duration,
                timescale,
                first_tick,
            };
            let facts = check_segment(stream, place, &loaded.bytes, &mut findings);
            // What cannot be read was found above.
            if let (Some(inside), Some(format), Some(_)) = (&self.options.inside, &format, &facts) {
                let found = inside.check(stream, format, number, &loaded.bytes).await;
                findings.extend(found);
            }
            if number == 0 {
                first_tick = facts.map(|facts| facts.start);
            }
            self.take(findings);
        }
    }
}
