//! The title's own ladder, from trials of a few of its frames.

use std::path::Path;

use contracts_studio::{Priority, VideoCodec};
use data_workflow::{Meter, StepError};
use media_ffmpeg::MediaInput;
use studio_encode::{Analysis, EncodeError, Grain, TrialBench, measure_grain, renditions};
use studio_inspect::Report;
use studio_ladder::{Rung, Trials, candidates};

use crate::LadderChoice;
use crate::makings::{Analysed, Chosen, Planned, Received, RunInput};
use crate::outcome::failure;
use crate::workshop::{Workshop, remove_folder};

/// Chooses what the picture is encoded in: the rungs, and the codecs of the profile at each of them.
pub(crate) async fn ladder(
    workshop: &Workshop,
    input: &RunInput,
    received: &Received,
    report: &Report,
    planned: &Planned,
    meter: Meter,
) -> Result<Analysed, StepError> {
    let record = workshop.records.get(&input.title).await?;
    // Trials take about as long as encoding does, and what is live cannot wait for them.
    let is_live = record.is_some_and(|record| record.submission.priority == Priority::Live);
    let mut ladder = if is_live || workshop.ladder == LadderChoice::Fixed {
        Chosen::fixed(planned.rungs.clone())
    } else {
        let work = workshop.work(&input.title, input.run);
        choose(workshop, received, report, planned, &work, meter).await?
    };
    let grain = match grain(workshop, received, report).await {
        Ok(grain) => grain,
        Err(error) if error.is_transient() => return Err(failure(&error, true)),
        Err(error) => {
            let warning = format!("film grain was not looked for and is encoded as it is: {error}");
            ladder.warnings.push(warning);
            Grain::NONE
        }
    };
    let renditions = renditions(workshop.profile, &report.video, &ladder.rungs, grain);
    Ok(Analysed { ladder, renditions })
}

/// The master's grain, where a codec is made that can put it back.
async fn grain(
    workshop: &Workshop,
    received: &Received,
    report: &Report,
) -> Result<Grain, EncodeError> {
    if !workshop.profile.video().contains(&VideoCodec::Av1) {
        return Ok(Grain::NONE);
    }
    let _place = workshop.place().await;
    let input = opened(received)?;
    measure_grain(&workshop.tools, &input, report).await
}

/// The master, for those who tell their errors as the encoder does.
pub(super) fn opened(received: &Received) -> Result<MediaInput, EncodeError> {
    MediaInput::open(&received.master).map_err(|error| EncodeError::Disk {
        path: received.master.clone(),
        source: std::io::Error::other(error),
    })
}

/// Chooses the rungs and each one's rate factors by trials; the fixed ladder, with a warning, where they
/// fail.
async fn choose(
    workshop: &Workshop,
    received: &Received,
    report: &Report,
    planned: &Planned,
    work: &Path,
    meter: Meter,
) -> Result<Chosen, StepError> {
    let folder = work.join("trials");
    let found = trials(workshop, received, report, planned, &folder, &meter).await;
    if let Err(error) = remove_folder(&folder).await {
        tracing::warn!(folder = %folder.display(), %error, "cannot remove the trials' folder");
    }
    let rate = planned.plan.frame_rate.per_second();
    let (trials, warning) = match found {
        Ok(trials) => (Some(trials), "its trials say nothing".to_owned()),
        Err(error) => (None, error.to_string()),
    };
    let chosen = trials.and_then(|trials| Some((trials.ladder(rate, &planned.rungs)?, trials)));
    let Some((ladder, trials)) = chosen else {
        let warning =
            format!("the title's own ladder could not be found, the fixed one is used: {warning}");
        return Ok(Chosen {
            warnings: vec![warning],
            ..Chosen::fixed(planned.rungs.clone())
        });
    };
    let parts: Vec<_> = planned
        .chunks
        .iter()
        .map(|chunk| (chunk.start_frame, chunk.frames))
        .collect();
    let crfs = ladder
        .rungs
        .iter()
        .map(|rung| trials.allocation(rung, &parts, rate))
        .collect();
    Ok(Chosen {
        rungs: ladder.rungs,
        crfs,
        report: Some(ladder.report),
        warnings: Vec::new(),
    })
}

async fn trials(
    workshop: &Workshop,
    received: &Received,
    report: &Report,
    planned: &Planned,
    folder: &Path,
    meter: &Meter,
) -> Result<Trials, EncodeError> {
    let input = opened(received)?;
    let plan = &planned.plan;
    let sizes = sizes(report, plan.frame_rate);
    let analysis = Analysis::of(plan, &planned.rungs, &sizes);
    meter.set_total(analysis.frames());
    let bench = TrialBench {
        tools: &workshop.tools,
        input: &input,
        report,
        rate: plan.frame_rate,
        sizes: &sizes,
        screen: workshop.screen,
    };
    let on_done = |frames| meter.set_done(meter.done() + frames);
    remove_folder(folder)
        .await
        .map_err(|source| EncodeError::Disk {
            path: folder.to_owned(),
            source,
        })?;
    let places = &workshop.places;
    bench
        .analyse(&analysis, plan, &planned.chunks, places, folder, on_done)
        .await
}

fn sizes(report: &Report, rate: contracts_delivery::FrameRate) -> Vec<Rung> {
    candidates(
        report.video.display_width,
        report.video.display_height,
        rate,
    )
}
