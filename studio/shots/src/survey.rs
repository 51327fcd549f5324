//! The one decoding pass: counts the frames of the conformed picture, finds its shots, and finds out
//! whether the file really holds what it declares.

mod judge;

use std::time::Duration;

use contracts_delivery::FrameRate;
use media_ffmpeg::{MediaInput, ToolError, Tools};
use serde::{Deserialize, Serialize};
use studio_inspect::Report;

use crate::detect::{Boundary, Detector, HEIGHT, WIDTH};
use crate::grid::{GRID_INPUT, ReadFrom, grid_filters};

pub use judge::{SurveyWarning, allowed_shortfall};

/// What the pass found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// Of the grid.
    pub frame_rate: FrameRate,
    /// Frames of the title on the grid; never zero.
    pub frames: u64,
    /// Where shots give way to one another, ascending.
    pub boundaries: Vec<Boundary>,
    /// What a person should know of the picture.
    pub warnings: Vec<SurveyWarning>,
}

impl Survey {
    /// Frames that begin a new shot, ascending.
    pub fn cuts(&self) -> Vec<u64> {
        self.boundaries
            .iter()
            .map(|boundary| boundary.frame)
            .collect()
    }
}

/// Why there is no survey.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// The picture stops before the file says; sending the whole file helps.
    #[error(
        "the file declares {:.1} s but the picture stops at {:.1} s; it was probably cut off; upload it again",
        declared.as_secs_f64(), found.as_secs_f64()
    )]
    EndsEarly {
        /// What the file says.
        declared: Duration,
        /// What could be decoded.
        found: Duration,
    },
    /// Not one frame could be decoded.
    #[error(
        "no frame of the picture could be decoded; the file is damaged; export it again and upload that"
    )]
    NoPicture,
    /// ffmpeg failed.
    #[error("the picture could not be read through: {0}")]
    Tool(#[from] ToolError),
}

impl SurveyError {
    /// Whether the same pass over the same file can succeed.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Tool(error) if error.is_transient())
    }
}

/// Reads the whole picture through once, at small size. `on_progress` is told frames of the grid done.
///
/// # Errors
/// [`SurveyError`]; all but a tool ended from outside are the file's own fault.
pub async fn survey(
    tools: &Tools,
    input: &MediaInput,
    report: &Report,
    mut on_progress: impl FnMut(u64) + Send,
) -> Result<Survey, SurveyError> {
    let rate = report.video.frame_rate;
    let filters = format!(
        "{},scale={WIDTH}:{HEIGHT}:flags=area,format=gray",
        grid_filters(&report.video, rate, ReadFrom::Beginning)
    );
    let (mut detector, mut frames) = (Detector::default(), 0);
    let finished = tools
        .ffmpeg()
        .args(GRID_INPUT)
        .input(input)
        .args([
            "-map",
            &format!("0:{}", report.video.stream_index),
            "-vf",
            &filters,
        ])
        // The filters have made the rate constant; frames pass as they are.
        .args(["-fps_mode", "passthrough", "-f", "rawvideo", "-"])
        .stream(
            |bytes| detector.feed(bytes),
            |progress| {
                frames = progress.frame;
                on_progress(frames);
            },
        )
        .await?;
    if frames == 0 {
        return Err(SurveyError::NoPicture);
    }
    let mut warnings: Vec<_> = judge::damage(&finished.stderr_tail).into_iter().collect();
    let found = length(rate, frames);
    warnings.extend(check_length(tools, input, report, found).await?);
    Ok(Survey {
        frame_rate: rate,
        frames,
        boundaries: detector.finish(frames),
        warnings,
    })
}

/// Compares what was decoded with what the file declares.
///
/// Where only the container declares a length, sound may be what fills it: then the file is read
/// through without decoding to see whether anything in it reaches that far.
async fn check_length(
    tools: &Tools,
    input: &MediaInput,
    report: &Report,
    found: Duration,
) -> Result<Option<SurveyWarning>, SurveyError> {
    let own = report.video.declared_duration_ms.map(Duration::from_millis);
    let declared = own.unwrap_or(Duration::from_millis(report.duration_ms));
    if found + allowed_shortfall(declared) >= declared {
        return Ok(None);
    }
    if own.is_none() && !report.audio.is_empty() {
        let reached = last_packet(tools, input).await?;
        if reached + allowed_shortfall(declared) >= declared {
            let picture_ms = found.as_millis() as u64;
            return Ok(Some(SurveyWarning::SoundIsLonger {
                picture_ms,
                file_ms: report.duration_ms,
            }));
        }
    }
    Err(SurveyError::EndsEarly { declared, found })
}

/// How far the file's pictures and sounds reach, without decoding them.
async fn last_packet(tools: &Tools, input: &MediaInput) -> Result<Duration, ToolError> {
    let mut reached = Duration::ZERO;
    let every_stream = [
        "-map", "0:V?", "-map", "0:a?", "-c", "copy", "-f", "null", "-",
    ];
    let command = tools.ffmpeg().input(input).args(every_stream);
    command
        .run(|progress| reached = reached.max(progress.out_time))
        .await?;
    Ok(reached)
}

fn length(rate: FrameRate, frames: u64) -> Duration {
    Duration::from_secs_f64(frames as f64 / rate.per_second())
}

#[cfg(test)]
mod tests;
