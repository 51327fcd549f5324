//! The picture: decoded once, made small, and watched frame by frame.

mod bars;
mod black;
mod flash;
mod levels;
mod light;
mod still;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use contracts_delivery::FrameRate;
use contracts_studio::master::VideoFacts;
use media_ffmpeg::{MediaInput, ToolError, Tools};

use super::complaint::is_complaint;
use super::spans::Spans;
use crate::limits::{COMPLAINT_LAG, COMPLAINTS_APART, DECODER_THREADS, WATCHED_SIDE};
use crate::{InspectError, Report};
use bars::BarFinder;
pub(super) use bars::Bars;
use black::BlackFinder;
use flash::FlashFinder;
use levels::Histogram;
pub(super) use levels::Judged as JudgedLevels;
use still::StillFinder;
pub(super) use still::Stills;

/// Everything that was seen; spans count frames of the grid.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) frames: u64,
    pub(super) rate: FrameRate,
    pub(super) black: Vec<(u64, u64)>,
    pub(super) stills: Stills,
    pub(super) flashes: Vec<(u64, u64)>,
    pub(super) levels: JudgedLevels,
    pub(super) bars: Option<Bars>,
    pub(super) damaged: Vec<(u64, u64)>,
    pub(super) cpu: Option<Duration>,
}

/// Reads the picture through once.
pub(super) async fn watch(
    tools: &Tools,
    input: &MediaInput,
    report: &Report,
    mut on_progress: impl FnMut(u64) + Send,
) -> Result<Seen, InspectError> {
    let video = &report.video;
    let (width, height) = small(video);
    let mut watcher = Watcher::new(video, width, height);
    // Told to both ends of the pipe: a complaint belongs to about the frame that has just come.
    let frames = AtomicU64::new(0);
    let lag = whole_frames(video.frame_rate, COMPLAINT_LAG);
    let mut damaged = Spans::new(1, whole_frames(video.frame_rate, COMPLAINTS_APART));
    let command = tools
        .ffmpeg()
        .args(["-copyts", "-noautorotate", "-reinit_filter", "0"])
        .args(["-threads", DECODER_THREADS, "-skip_loop_filter", "noref"])
        .input(input)
        .args(["-map", &format!("0:{}", video.stream_index)])
        .args(["-vf", &filters(video, width, height)])
        .args(["-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"]);
    let outcome = command
        .watch(
            |bytes| {
                watcher.feed(bytes);
                if frames.swap(watcher.frames, Ordering::Relaxed) != watcher.frames {
                    on_progress(watcher.frames);
                }
            },
            |line| {
                if is_complaint(line) {
                    let now = frames.load(Ordering::Relaxed);
                    damaged.mark(now, now + lag);
                }
            },
        )
        .await;
    let cpu = match outcome {
        Ok(finished) => finished.cpu_time,
        // A file that no frame can be had of is a finding, not a failure.
        Err(ToolError::Failed { .. }) => None,
        Err(other) => return Err(other.into()),
    };
    Ok(watcher.finish(damaged.finish(), cpu))
}

/// The grid's frames, small, brightness only, its numbers as they are stored.
fn filters(video: &VideoFacts, width: usize, height: usize) -> String {
    let FrameRate {
        numerator,
        denominator,
    } = video.frame_rate;
    // Both ranges are given alike so that no number is converted.
    format!(
        "setpts=PTS-({}/1000)/TB,scale={width}:{height}:flags=area:in_range=tv:out_range=tv,format=yuv420p,\
         extractplanes=y,fps={numerator}/{denominator}:round=near:start_time=0",
        video.start_ms
    )
}

/// The picture's shape with its longer side at [`WATCHED_SIDE`], both sides even.
fn small(video: &VideoFacts) -> (usize, usize) {
    let longest = f64::from(video.width.max(video.height).max(1));
    let side = |pixels: u32| {
        let scaled = f64::from(pixels) * f64::from(WATCHED_SIDE) / longest;
        ((scaled / 2.0).round() as usize * 2).clamp(2, WATCHED_SIDE as usize)
    };
    (side(video.width), side(video.height))
}

/// As many frames as fit, at least one.
pub(super) fn whole_frames(rate: FrameRate, time: Duration) -> u64 {
    ((time.as_secs_f64() * rate.per_second()).round() as u64).max(1)
}

/// Cuts the stream into frames and shows each to every finder.
struct Watcher {
    frame: Vec<u8>,
    filled: usize,
    frames: u64,
    rate: FrameRate,
    black: BlackFinder,
    still: StillFinder,
    flash: FlashFinder,
    levels: Histogram,
    bars: BarFinder,
}

impl Watcher {
    fn new(video: &VideoFacts, width: usize, height: usize) -> Self {
        let rate = video.frame_rate;
        Self {
            frame: vec![0; width * height],
            filled: 0,
            frames: 0,
            rate,
            black: BlackFinder::new(video),
            still: StillFinder::new(rate, width * height),
            flash: FlashFinder::new(video, width * height),
            levels: Histogram::new(video),
            bars: BarFinder::new(video, width, height),
        }
    }

    fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let wanted = (self.frame.len() - self.filled).min(bytes.len());
            let (taken, rest) = bytes.split_at(wanted);
            self.frame[self.filled..self.filled + wanted].copy_from_slice(taken);
            self.filled += wanted;
            bytes = rest;
            if self.filled == self.frame.len() {
                self.filled = 0;
                self.show();
            }
        }
    }

    fn show(&mut self) {
        let is_black = self.black.frame(self.frames, &self.frame);
        self.still.frame(self.frames, &self.frame, is_black);
        self.flash.frame(self.frames, &self.frame);
        self.levels.frame(&self.frame);
        if !is_black {
            self.bars.frame(&self.frame);
        }
        self.frames += 1;
    }

    fn finish(self, damaged: Vec<(u64, u64)>, cpu: Option<Duration>) -> Seen {
        Seen {
            frames: self.frames,
            rate: self.rate,
            black: self.black.finish(),
            stills: self.still.finish(),
            flashes: self.flash.finish(),
            levels: self.levels.judge(),
            bars: self.bars.finish(),
            damaged,
            cpu,
        }
    }
}

#[cfg(test)]
mod tests;
