//! The filters between a master and an encoder.

use contracts_delivery::FrameRate;
use serde::{Deserialize, Serialize};
use studio_inspect::VideoFacts;
use studio_shots::{GRID_INPUT, ReadFrom, grid_filters, seconds};

use crate::colour::{HD, Tags, is_rgb, tags};
use crate::limits::PRE_ROLL;

/// A run of frames of the title's grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first.
    pub start: u64,
    /// How many.
    pub frames: u64,
}

/// How one span of a master becomes frames of one rung. Pure: it makes arguments.
#[derive(Debug, Clone, Copy)]
pub struct Conform<'a> {
    /// The master's picture.
    pub video: &'a VideoFacts,
    /// ffprobe's name of the master's container.
    pub container: &'a str,
    /// Of the title's grid.
    pub rate: FrameRate,
    /// Which frames.
    pub span: Span,
    /// Pixels across and down.
    pub size: (u32, u32),
    /// What becomes of high dynamic range.
    pub range: Range,
}

/// What becomes of a master's dynamic range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// It is mapped to standard range.
    Mapped,
    /// As far as that goes without `zscale`: the numbers are kept with their tags, in 8 bits.
    Unmapped,
    /// It is kept, in 10 bits.
    Kept,
}

/// Containers whose indexes can be trusted to find a key frame before a time.
const INDEXED: [&str; 4] = ["mov", "mp4", "matroska", "webm"];

/// High dynamic range to standard: to linear light at 100 nits for white, the narrower primaries, a
/// curve that keeps highlights, and back.
const TONE_MAP: &str = "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,\
tonemap=tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv";

impl Conform<'_> {
    /// Where reading should begin: at an index entry when the container has a trustworthy index and the
    /// span does not begin near the beginning anyway.
    pub fn best_start(&self) -> ReadFrom {
        let indexed = self
            .container
            .split(',')
            .any(|name| INDEXED.contains(&name));
        if indexed && self.milliseconds() > PRE_ROLL.as_millis() as u64 {
            ReadFrom::Index
        } else {
            ReadFrom::Beginning
        }
    }

    /// Options that go before the input.
    ///
    /// The file's own times are kept, and a seek stops at the key frame at or before its target with
    /// nothing cut away: which frames are used is the filters' business.
    pub fn input_options(&self, from: ReadFrom) -> Vec<String> {
        let mut options: Vec<String> = GRID_INPUT.map(str::to_owned).into();
        if from == ReadFrom::Index {
            let target = self.milliseconds() as i64 + self.video.start_ms;
            let target = seconds(target - PRE_ROLL.as_millis() as i64);
            let seek = ["-noaccurate_seek", "-seek_timestamp", "1", "-ss", &target];
            options.extend(seek.map(str::to_owned));
        }
        options
    }

    /// The filter chain: the grid, the span, the size, the colours. ffmpeg itself turns the picture
    /// upright before it.
    pub fn filters(&self, from: ReadFrom) -> String {
        let video = self.video;
        let Span { start, frames } = self.span;
        let (width, height) = self.size;
        let tone_map = video.colour.is_hdr() && self.range == Range::Mapped;
        let source = tags(video);
        let output = if tone_map || is_rgb(video) {
            HD
        } else {
            source
        };
        let mut chain = vec![
            grid_filters(video, self.rate, from),
            format!("trim=start_pts={start}:end_pts={}", start + frames),
            "setpts=PTS-STARTPTS".to_owned(),
        ];
        if is_rgb(video) {
            chain.push(format!(
                "{}:out_color_matrix=bt709:out_range=tv",
                scale(width, height)
            ));
        } else {
            // The tags first: scaling then knows what it reads and does not shift the colours of a
            // master that does not say.
            chain.push(set(source));
            let range = if tone_map { "" } else { ":out_range=tv" };
            chain.push(format!("{}{range}", scale(width, height)));
        }
        if tone_map {
            chain.push(TONE_MAP.to_owned());
        }
        let format = match self.range {
            Range::Kept => "format=yuv420p10le",
            Range::Mapped | Range::Unmapped => "format=yuv420p",
        };
        chain.extend([format.to_owned(), "setsar=1".to_owned()]);
        chain.push(format!("{}:range=tv", set(output)));
        chain.join(",")
    }

    /// When the span begins and ends on the master's own clock, in whole milliseconds.
    pub(crate) fn times_ms(&self) -> (i64, i64) {
        let behind = Span {
            start: self.span.start.saturating_add(self.span.frames),
            frames: 0,
        };
        let end = Conform {
            span: behind,
            ..*self
        };
        let on_master = |ms: u64| {
            i64::try_from(ms)
                .unwrap_or(i64::MAX)
                .saturating_add(self.video.start_ms)
        };
        (
            on_master(self.milliseconds()),
            on_master(end.milliseconds()),
        )
    }

    /// When the span begins on the title's clock, in whole milliseconds.
    fn milliseconds(&self) -> u64 {
        let FrameRate {
            numerator,
            denominator,
        } = self.rate;
        let time = u128::from(self.span.start) * u128::from(denominator) * 1000
            / u128::from(numerator.max(1));
        u64::try_from(time).unwrap_or(u64::MAX)
    }
}

fn scale(width: u32, height: u32) -> String {
    format!("scale={width}:{height}:flags=lanczos+accurate_rnd")
}

fn set(tags: Tags) -> String {
    let Tags {
        primaries,
        transfer,
        matrix,
    } = tags;
    format!("setparams=color_primaries={primaries}:color_trc={transfer}:colorspace={matrix}")
}

#[cfg(test)]
mod tests;
