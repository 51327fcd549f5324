//! How frames are made of fields: some stretches of the picture looked at line by line.

use std::time::Duration;

use contracts_studio::master::Fields;
use media_ffmpeg::{MediaInput, ToolError, Tools};

use crate::limits::{
    DECODER_THREADS, FIELD_FRAMES, FIELD_LINES, FIELD_SAMPLES, INTERLACED_SHARE,
    JUDGED_FIELD_FRAMES, TELECINE_REPEATS, TELECINE_SHARE,
};
use crate::{InspectError, Report};

/// Longest line that is looked at.
const LINE: usize = 128;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Sampled {
    pub(super) fields: Option<Fields>,
    pub(super) cpu: Option<Duration>,
}

/// Looks at a few stretches, spread evenly over the picture.
pub(super) async fn sample(
    tools: &Tools,
    input: &MediaInput,
    report: &Report,
) -> Result<Sampled, InspectError> {
    if report.video.height < FIELD_LINES {
        return Ok(Sampled {
            fields: None,
            cpu: Some(Duration::ZERO),
        });
    }
    let mut counts = Counts::default();
    let mut cpu = Some(Duration::ZERO);
    let rate = report.video.frame_rate.per_second();
    let fits = (report.duration_ms as f64 / 1000.0 * rate / f64::from(FIELD_FRAMES)) as u32;
    let samples = fits.clamp(1, FIELD_SAMPLES);
    for sample in 0..samples {
        let from = report.duration_ms * u64::from(2 * sample + 1) / u64::from(2 * samples);
        let half = (f64::from(FIELD_FRAMES) / rate * 500.0) as u64;
        let used = one(tools, input, report, from.saturating_sub(half), &mut counts).await?;
        cpu = cpu.zip(used).map(|(sum, used)| sum + used);
    }
    Ok(Sampled {
        fields: counts.judge(),
        cpu,
    })
}

async fn one(
    tools: &Tools,
    input: &MediaInput,
    report: &Report,
    from_ms: u64,
    counts: &mut Counts,
) -> Result<Option<Duration>, InspectError> {
    let mut line = Vec::new();
    let command = tools
        .ffmpeg()
        .args(["-noautorotate", "-threads", DECODER_THREADS])
        .args(["-ss", &format!("{:.3}", from_ms as f64 / 1000.0)])
        .input(input)
        .args(["-map", &format!("0:{}", report.video.stream_index)])
        .args(["-frames:v", &FIELD_FRAMES.to_string()])
        .args(["-vf", "idet,metadata=mode=print:file=-:direct=1"])
        .args(["-fps_mode", "passthrough", "-f", "null", "-"]);
    let outcome = command
        .watch(
            |bytes| {
                for byte in bytes {
                    if *byte == b'\n' {
                        counts.line(&String::from_utf8_lossy(&line));
                        line.clear();
                    } else if line.len() < LINE {
                        line.push(*byte);
                    }
                }
            },
            |_| {},
        )
        .await;
    match outcome {
        Ok(finished) => Ok(finished.cpu_time),
        Err(ToolError::Failed { .. }) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

/// What `idet` said of frames.
#[derive(Debug, Default)]
struct Counts {
    frames: u32,
    top_first: u32,
    bottom_first: u32,
    progressive: u32,
    repeated: u32,
}

impl Counts {
    fn line(&mut self, line: &str) {
        match line
            .strip_prefix("lavfi.idet.")
            .and_then(|rest| rest.split_once('='))
        {
            Some(("single.current_frame", "tff")) => self.top_first += 1,
            Some(("single.current_frame", "bff")) => self.bottom_first += 1,
            Some(("single.current_frame", "progressive")) => self.progressive += 1,
            Some(("repeated.current_frame", said)) => {
                self.frames += 1;
                self.repeated += u32::from(said != "neither");
            }
            _ => {}
        }
    }

    /// Nothing when too little moved to tell.
    fn judge(&self) -> Option<Fields> {
        let told = self.top_first + self.bottom_first + self.progressive;
        if told < JUDGED_FIELD_FRAMES {
            return None;
        }
        // Fine detail that moves is taken for either order as often; real fields keep one.
        let share = f64::from(self.top_first.abs_diff(self.bottom_first)) / f64::from(told);
        let repeats = f64::from(self.repeated) / f64::from(self.frames.max(1));
        // A pulldown of 2:3 makes two frames of five of unlike fields, and repeats a field in two.
        Some(
            if share >= TELECINE_SHARE && TELECINE_REPEATS.contains(&repeats) {
                Fields::Telecine
            } else if share >= INTERLACED_SHARE {
                Fields::Interlaced
            } else {
                Fields::Progressive
            },
        )
    }
}
