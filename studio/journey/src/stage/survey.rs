//! What the master is, and where it will be cut.

use contracts_studio::master::Inspection;
use data_workflow::{Meter, StepError};
use media_ffmpeg::MediaInput;
use studio_inspect::{InspectError, Report};
use studio_ladder::fixed_ladder;
use studio_shots::limits::CHUNK_TARGET;
use studio_shots::{chunks, plan_segments};

use crate::makings::{Planned, Received, RunInput};
use crate::outcome::failure;
use crate::workshop::Workshop;

/// The master as an input for the tools.
pub(crate) fn master(received: &Received) -> Result<MediaInput, StepError> {
    MediaInput::open(&received.master).map_err(|error| failure(&error, true))
}

/// The master's facts, or why it cannot be a title. What was found is kept either way, for people.
pub(crate) async fn inspect(
    workshop: &Workshop,
    input: &RunInput,
    received: &Received,
    meter: Meter,
) -> Result<Report, StepError> {
    let _place = workshop.place().await;
    let judged = |error: InspectError| failure(&error, error.is_transient());
    let file = master(received)?;
    let report = studio_inspect::inspect(&workshop.tools, &file)
        .await
        .map_err(judged)?;
    meter.set_total(expected_frames(&report));
    let examination = studio_inspect::examine(&workshop.tools, &file, &report, |frames| {
        meter.set_done(frames);
    })
    .await
    .map_err(judged)?;
    meter.set_total(examination.cadence.frames);
    meter.set_done(examination.cadence.frames);
    let stops = examination.stops().map(|finding| finding.sentence.clone());
    let inspection = Inspection {
        report,
        examination,
    };
    workshop.inspections.put(&input.title, &inspection).await?;
    match stops {
        Some(sentence) => Err(StepError::Permanent(sentence)),
        None => Ok(inspection.report),
    }
}

/// Frames of the grid by the length that is declared or was counted.
fn expected_frames(report: &Report) -> u64 {
    (report.duration_ms as f64 * report.video.frame_rate.per_second() / 1000.0) as u64
}

/// Reads the picture through once and plans segments, chunks and rungs.
pub(crate) async fn plan(
    workshop: &Workshop,
    received: &Received,
    report: &Report,
    meter: Meter,
) -> Result<Planned, StepError> {
    let _place = workshop.place().await;
    meter.set_total(expected_frames(report));
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
    Ok(Planned {
        survey,
        plan,
        chunks,
        rungs,
    })
}
