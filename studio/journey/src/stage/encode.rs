//! Encoding: every chunk of every rung an item of its own, the sound once and whole.

use std::path::Path;
use std::sync::Arc;

use contracts_studio::Priority;
use data_workflow::{Context, Item, Meter, Policy, Share, StepError};
use studio_encode::{
    AudioSettings, ChunkTask, EncodeError, EncodedAudio, EncodedChunk, audio_formats, encode_audio,
};
use studio_farm::Order;
use studio_farm::limits::OFFERED;
use studio_inspect::Report;

use super::survey::master;
use crate::limits::{AUDIO_TRACKS, DISK_RESERVE};
use crate::makings::{Analysed, Planned, Received, RunInput, Sound};
use crate::outcome::{disk, failure};
use crate::record::workflow_id;
use crate::workshop::Workshop;

/// What every chunk of a run has in common.
struct Run<'a> {
    workshop: &'a Workshop,
    received: &'a Received,
    work: &'a Path,
    priority: Priority,
    name: String,
}

/// Encodes the picture: rendition by rendition, each one's chunks in order.
pub(crate) async fn encode(
    context: &Context,
    workshop: &Workshop,
    input: &RunInput,
    received: &Received,
    report: &Report,
    planned: &Planned,
    analysed: &Analysed,
) -> Result<Vec<EncodedChunk>, StepError> {
    let items = items(report, planned, analysed).map_err(|error| judged(&error))?;
    let record = workshop.records.get(&input.title).await?;
    let run = &Run {
        workshop,
        received,
        work: &workshop.work(&input.title, input.run),
        priority: record.map_or_else(Priority::default, |record| record.submission.priority),
        name: workflow_id(&input.title, input.run),
    };
    let one = |task, share| one_chunk(run, task, share);
    context
        .fan_out("encode", Policy::default(), OFFERED, items, one)
        .await
}

fn items(
    report: &Report,
    planned: &Planned,
    analysed: &Analysed,
) -> Result<Vec<Item<Arc<ChunkTask>>>, EncodeError> {
    let mut items = Vec::new();
    for index in 0..analysed.renditions.len() {
        for chunk in &planned.chunks {
            let rendition = analysed.rendition_of(index, chunk);
            let task = ChunkTask::new(report, &planned.plan, chunk, &rendition)?;
            items.push(Item {
                key: format!("{}-{:05}", rendition.name(), chunk.index),
                weight: chunk.frames,
                input: Arc::new(task),
            });
        }
    }
    Ok(items)
}

async fn one_chunk(
    run: &Run<'_>,
    task: Arc<ChunkTask>,
    mut share: Share,
) -> Result<(EncodedChunk, Share), StepError> {
    room(run.workshop)?;
    let name = format!("{}-{:05}", task.rendition.name(), task.index);
    let partial = run.work.join(run.workshop.partial(&name));
    let path = run.work.join(format!("{name}.mp4"));
    let order = Order {
        priority: run.priority,
        name: format!("{}/{name}", run.name),
        task,
        master: run.received.master.clone(),
        out: partial.clone(),
    };
    let encoded = run
        .workshop
        .farm
        .make(order, |frames| share.set(frames))
        .await
        .map_err(|error| failure(&error, error.is_transient()))?;
    platform_files::persist(&partial, &path)
        .await
        .map_err(disk("an encoded chunk cannot be kept"))?;
    Ok((EncodedChunk { path, ..encoded }, share))
}

/// Encodes every sound track in every format of the profile, one after the other.
pub(crate) async fn sounds(
    workshop: &Workshop,
    received: &Received,
    report: &Report,
    planned: &Planned,
    work: &Path,
    meter: Meter,
) -> Result<Vec<Sound>, StepError> {
    let seconds = report.duration_ms / 1000;
    let tracks = &report.audio[..report.audio.len().min(AUDIO_TRACKS)];
    let wanted: Vec<_> = tracks
        .iter()
        .flat_map(|facts| {
            let formats = audio_formats(workshop.profile, facts.channels);
            formats.into_iter().map(move |format| (facts, format))
        })
        .collect();
    meter.set_total(seconds * wanted.len() as u64);
    let mut sounds = Vec::with_capacity(wanted.len());
    for (before, (facts, format)) in (0..).zip(wanted) {
        let _place = workshop.place().await;
        room(workshop)?;
        let input = master(received)?;
        let name = format!("sound-{}-{}", facts.stream_index, format.name());
        let partial = work.join(workshop.partial(&name));
        let path = work.join(format!("{name}.mp4"));
        let on_progress =
            |time: std::time::Duration| meter.set_done(before * seconds + time.as_secs());
        let target = workshop.loudness;
        let settings = AudioSettings { format, target };
        let plan = &planned.plan;
        let tools = &workshop.tools;
        let encoded = encode_audio(
            tools,
            &input,
            report,
            facts,
            plan,
            settings,
            &partial,
            on_progress,
        )
        .await
        .map_err(|error| judged(&error))?;
        platform_files::persist(&partial, &path)
            .await
            .map_err(disk("the encoded sound cannot be kept"))?;
        sounds.push(Sound {
            facts: facts.clone(),
            encoded: EncodedAudio { path, ..encoded },
        });
    }
    meter.set_done(meter.total());
    Ok(sounds)
}

fn judged(error: &EncodeError) -> StepError {
    failure(error, error.is_transient() || error.is_out_of_space())
}

pub(super) fn room(workshop: &Workshop) -> Result<(), StepError> {
    platform_files::require_space(&workshop.folder, 0, DISK_RESERVE)
        .map_err(|error| failure(&error, true))
}
