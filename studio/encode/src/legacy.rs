//! Whole films in one file, for devices from before adaptive streaming.
//!
//! Each is one run of ffmpeg over all of the master, picture and sound in one container, as devices of
//! its time expect them: there is nothing to join and nothing to switch to.

use std::path::{Path, PathBuf};

use contracts_delivery::FrameRate;
use contracts_studio::LegacyCodec;
use media_ffmpeg::{Command, MediaInput, Tools};
use serde::{Deserialize, Serialize};
use studio_inspect::Report;
use studio_ladder::Rung;
use studio_shots::{ReadFrom, SegmentPlan};

use crate::conform::{Conform, Range, Span};
use crate::limits::{
    CINEPAK_BOX, CINEPAK_FRAMES_PER_SECOND, LEGACY_GROUP, LEGACY_LINES, MPEG2_BUFFER_KBITS,
    MPEG2_QUANTISER, MPEG2_RATE_PERCENT, THREADS, VP8_FACTOR, VP9_SPEED,
};
use crate::{EncodeError, timescale};

/// A film as one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegacyFile {
    /// Where it is.
    pub path: PathBuf,
    /// What its picture is encoded in.
    pub codec: LegacyCodec,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// A file to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegacyTask {
    /// In what.
    pub codec: LegacyCodec,
    /// How large, and what it may spend.
    pub rung: Rung,
}

/// The files to make of a title, from its published ladder: in VP8 and MPEG-2 at 240, 480 and 720 lines as
/// far as the source has them, in Cinepak once, as small as its devices show.
pub fn legacy_tasks(codecs: &[LegacyCodec], fixed: &[Rung]) -> Vec<LegacyTask> {
    let at = |codec: LegacyCodec| -> Vec<Rung> {
        if codec == LegacyCodec::Cinepak {
            return fixed.first().map(small).into_iter().collect();
        }
        let lines = |rung: &&Rung| LEGACY_LINES.iter().any(|name| *name == rung.name);
        let found: Vec<_> = fixed.iter().filter(lines).cloned().collect();
        if found.is_empty() {
            fixed.first().cloned().into_iter().collect()
        } else {
            found
        }
    };
    let one = |codec: LegacyCodec| {
        let rungs = at(codec).into_iter();
        rungs.map(move |rung| LegacyTask { codec, rung })
    };
    codecs.iter().copied().flat_map(one).collect()
}

/// Within [`CINEPAK_BOX`], in the steps of four pixels that Cinepak has.
fn small(rung: &Rung) -> Rung {
    let (width, height) = (f64::from(rung.width), f64::from(rung.height));
    let most = f64::from(CINEPAK_BOX) / width.max(height);
    let side = |pixels: f64| ((pixels * most.min(1.0) / 4.0).floor() as u32 * 4).max(4);
    Rung {
        width: side(width),
        height: side(height),
        ..rung.clone()
    }
}

impl LegacyTask {
    /// Its name within a title, such as `mpeg2-480p`.
    pub fn name(&self) -> String {
        format!("{}-{}", self.codec.name(), self.rung.name)
    }

    /// How the file's name ends, without the dot.
    pub const fn ending(&self) -> &'static str {
        match self.codec {
            LegacyCodec::Vp8 => "webm",
            LegacyCodec::Mpeg2 => "mpg",
            LegacyCodec::Cinepak => "mov",
        }
    }

    /// The encoders' arguments and the container's.
    fn arguments(&self, rate: FrameRate) -> Vec<String> {
        let (cap, group) = (self.rung.max_kbps, LEGACY_GROUP.to_string());
        let threads = THREADS.to_string();
        let text = match self.codec {
            LegacyCodec::Vp8 => format!(
                "-c:v libvpx -deadline good -cpu-used {VP9_SPEED} -threads:v {threads} \
                 -crf {VP8_FACTOR} -b:v {cap}k -g {group} -c:a libvorbis -q:a 4 -f webm"
            ),
            LegacyCodec::Mpeg2 => format!(
                "-c:v mpeg2video -threads:v {threads} -q:v {MPEG2_QUANTISER} -maxrate {}k \
                 -bufsize {MPEG2_BUFFER_KBITS}k -bf 2 -g 15 -c:a mp2 -b:a 192k -f dvd",
                cap * MPEG2_RATE_PERCENT / 100
            ),
            LegacyCodec::Cinepak => format!(
                "-c:v cinepak -max_extra_cb_iterations 0 -min_strips 1 -max_strips 1 -g {group} \
                 -video_track_timescale {} -c:a adpcm_ima_qt -movflags +faststart -f mov",
                timescale(rate)
            ),
        };
        text.split_whitespace().map(str::to_owned).collect()
    }

    /// The rate of its frames, where it is not the title's own: MPEG-2 has eight, Cinepak's devices show
    /// few.
    fn rate(&self, rate: FrameRate) -> Option<FrameRate> {
        let wanted = match self.codec {
            LegacyCodec::Vp8 => rate,
            LegacyCodec::Mpeg2 => nearest(rate),
            LegacyCodec::Cinepak => halved(rate),
        };
        (wanted != rate).then_some(wanted)
    }
}

/// Frame rates that MPEG-2 can say (ITU-T H.262, table 6-4).
const MPEG2_RATES: [(u32, u32); 8] = [
    (24_000, 1001),
    (24, 1),
    (25, 1),
    (30_000, 1001),
    (30, 1),
    (50, 1),
    (60_000, 1001),
    (60, 1),
];

fn nearest(rate: FrameRate) -> FrameRate {
    let rates = MPEG2_RATES.map(|(numerator, denominator)| FrameRate {
        numerator,
        denominator,
    });
    let off = |other: &FrameRate| (other.per_second() / rate.per_second()).ln().abs();
    let found = rates.into_iter().min_by(|a, b| off(a).total_cmp(&off(b)));
    found.unwrap_or(rate)
}

/// Every second, third... frame, until there are at most [`CINEPAK_FRAMES_PER_SECOND`].
fn halved(rate: FrameRate) -> FrameRate {
    let every = (rate.per_second() / CINEPAK_FRAMES_PER_SECOND).ceil();
    FrameRate {
        numerator: rate.numerator,
        denominator: rate.denominator.saturating_mul((every as u32).max(1)),
    }
}

/// Makes one file of a title at `out`; `sound` is a track that was encoded for it already, as long as the
/// picture. `on_progress` is told frames done, of the file's own rate.
///
/// # Errors
/// [`EncodeError`]; nothing is left at `out` then.
#[expect(
    clippy::too_many_arguments,
    reason = "each is another part of what a film is made from"
)]
pub async fn encode_legacy(
    tools: &Tools,
    input: &MediaInput,
    report: &Report,
    plan: &SegmentPlan,
    task: &LegacyTask,
    sound: Option<&MediaInput>,
    out: &Path,
    mut on_progress: impl FnMut(u64) + Send,
) -> Result<LegacyFile, EncodeError> {
    let mut made = 0;
    let run = command(tools, input, report, plan, task, sound).output(out);
    let outcome = run
        .run(|progress| {
            made = progress.frame;
            on_progress(made);
        })
        .await;
    let what = || format!("the whole film in {}", task.name());
    let planned = frames(plan, task);
    let error = match outcome {
        Err(source) => EncodeError::Tool {
            what: what(),
            source,
        },
        // A rate that is not the title's own may come out a frame more or less.
        Ok(_) if made.abs_diff(planned) > 1 => EncodeError::FrameCount {
            what: what(),
            planned,
            found: made,
        },
        Ok(_) => {
            return Ok(LegacyFile {
                path: out.to_owned(),
                codec: task.codec,
                width: task.rung.width,
                height: task.rung.height,
            });
        }
    };
    // The encode's own error says more than a failure to clean up behind it.
    let _removed = platform_files::remove_if_there(out).await;
    Err(error)
}

/// Frames that the file is to have.
fn frames(plan: &SegmentPlan, task: &LegacyTask) -> u64 {
    let Some(rate) = task.rate(plan.frame_rate) else {
        return plan.frames;
    };
    (plan.frames as f64 * rate.per_second() / plan.frame_rate.per_second()).round() as u64
}

fn command(
    tools: &Tools,
    input: &MediaInput,
    report: &Report,
    plan: &SegmentPlan,
    task: &LegacyTask,
    sound: Option<&MediaInput>,
) -> Command {
    let span = Span {
        start: 0,
        frames: plan.frames,
    };
    let can_tone_map = tools.capabilities().has_filter("zscale");
    let conform = Conform {
        video: &report.video,
        container: &report.container,
        rate: plan.frame_rate,
        span,
        size: (task.rung.width, task.rung.height),
        range: if can_tone_map {
            Range::Mapped
        } else {
            Range::Unmapped
        },
    };
    let (from, threads) = (ReadFrom::Beginning, THREADS.to_string());
    let rate = task.rate(plan.frame_rate);
    let rate = rate.map(|rate| format!(",fps={}/{}", rate.numerator, rate.denominator));
    let filters = conform.filters(from) + rate.as_deref().unwrap_or_default();
    let stream = format!("0:{}", report.video.stream_index);
    let mut command = tools
        .ffmpeg()
        .args(["-threads", &threads, "-filter_threads", &threads])
        .args(conform.input_options(from))
        .input(input);
    if let Some(sound) = sound {
        command = command.input(sound);
    }
    command = command.args(["-map", &stream, "-vf", &filters, "-fps_mode", "passthrough"]);
    if sound.is_some() {
        command = command.args(["-map", "1:a:0", "-ac", "2", "-ar", "48000"]);
    }
    command
        .args(["-map_metadata", "-1", "-map_chapters", "-1"])
        .args(task.arguments(plan.frame_rate))
}

#[cfg(test)]
mod tests;
