//! What the master is, and where it will be cut.

use contracts_studio::VideoCodec;
use data_workflow::{Meter, StepError};
use media_ffmpeg::MediaInput;
use studio_encode::{Grain, measure_grain, renditions};
use studio_inspect::{InspectError, Report};
use studio_ladder::fixed_ladder;
use studio_shots::limits::CHUNK_TARGET;
use studio_shots::{chunks, plan_segments};

use crate::makings::{Planned, Received};
use crate::outcome::failure;
use crate::workshop::Workshop;

/// The master as an input for the tools.
pub(crate) fn master(received: &Received) -> Result<MediaInput, StepError> {
    MediaInput::open(&received.master).map_err(|error| failure(&error, true))
}

/// The master's facts, or why it cannot be a title.
pub(crate) async fn inspect(workshop: &Workshop, received: &Received) -> Result<Report, StepError> {
    let _place = workshop.place().await;
    studio_inspect::inspect(&workshop.tools, &master(received)?)
        .await
        .map_err(|error: InspectError| failure(&error, error.is_transient()))
}

/// Reads the picture through once and plans segments, chunks and rungs.
pub(crate) async fn plan(
    workshop: &Workshop,
    received: &Received,
    report: &Report,
    meter: Meter,
) -> Result<Planned, StepError> {
    let _place = workshop.place().await;
    let rate = report.video.frame_rate;
    meter.set_total((report.duration_ms as f64 * rate.per_second() / 1000.0) as u64);
    let survey = studio_shots::survey(&workshop.tools, &master(received)?, report, |frames| {
        meter.set_done(frames);
    })
    .await
    .map_err(|error| failure(&error, error.is_transient()))?;
    meter.set_total(survey.frames);
    meter.set_done(survey.frames);
    let plan = plan_segments(survey.frame_rate, survey.frames, &survey.cuts())
        .map_err(|error| failure(&error, false))?;
    let chunks = chunks(&plan, CHUNK_TARGET);
    let (width, height) = (report.video.display_width, report.video.display_height);
    let rungs = fixed_ladder(width, height, survey.frame_rate);
    let grain = grain(workshop, received, report).await?;
    let renditions = renditions(workshop.profile, &report.video, &rungs, grain);
    Ok(Planned {
        survey,
        plan,
        chunks,
        renditions,
    })
}

/// The master's grain, where a codec is made that can put it back.
async fn grain(
    workshop: &Workshop,
    received: &Received,
    report: &Report,
) -> Result<Grain, StepError> {
    if !workshop.profile.video().contains(&VideoCodec::Av1) {
        return Ok(Grain::NONE);
    }
    measure_grain(&workshop.tools, &master(received)?, report)
        .await
        .map_err(|error| failure(&error, error.is_transient()))
}
