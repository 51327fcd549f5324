//! Encoding: every chunk of every rung an item of its own, the sound once and whole.

use std::path::Path;

use data_workflow::{Context, Item, Meter, Policy, Share, StepError};
use studio_encode::{EncodeError, EncodedChunk, encode_audio, encode_chunk};
use studio_inspect::Report;
use studio_ladder::Rung;
use studio_shots::Chunk;

use super::survey::master;
use crate::limits::{AUDIO_TRACKS, DISK_RESERVE};
use crate::makings::{Analysed, Planned, Received, Sound};
use crate::outcome::{disk, failure};
use crate::workshop::Workshop;

/// Encodes the picture: rung by rung, each rung's chunks in order.
pub(crate) async fn encode(
    context: &Context,
    workshop: &Workshop,
    received: &Received,
    report: &Report,
    planned: &Planned,
    ladder: &Analysed,
    work: &Path,
) -> Result<Vec<EncodedChunk>, StepError> {
    let items = (0..ladder.rungs.len())
        .flat_map(|index| {
            let chunks = planned.chunks.iter();
            chunks.map(move |chunk| (ladder.rung_of(index, chunk), *chunk))
        })
        .map(|(rung, chunk)| Item {
            key: format!("{}-{:05}", rung.name, chunk.index),
            weight: chunk.frames,
            input: (rung, chunk),
        })
        .collect();
    context
        .fan_out(
            "encode",
            Policy::default(),
            workshop.encoders,
            items,
            |(rung, chunk): (Rung, Chunk), share| {
                one_chunk(
                    workshop, received, report, planned, work, rung, chunk, share,
                )
            },
        )
        .await
}

#[expect(
    clippy::too_many_arguments,
    reason = "each is another part of what a chunk is made from"
)]
async fn one_chunk(
    workshop: &Workshop,
    received: &Received,
    report: &Report,
    planned: &Planned,
    work: &Path,
    rung: Rung,
    chunk: Chunk,
    mut share: Share,
) -> Result<(EncodedChunk, Share), StepError> {
    let _place = workshop.place().await;
    room(workshop)?;
    let input = master(received)?;
    let partial = work.join(workshop.partial(&format!("{}-{:05}", rung.name, chunk.index)));
    let path = work.join(format!("{}-{:05}.mp4", rung.name, chunk.index));
    let encoded = encode_chunk(
        &workshop.tools,
        &input,
        report,
        &planned.plan,
        &chunk,
        &rung,
        &partial,
        |frames| share.set(frames),
    )
    .await
    .map_err(|error| judged(&error))?;
    platform_files::persist(&partial, &path)
        .await
        .map_err(disk("an encoded chunk cannot be kept"))?;
    Ok((EncodedChunk { path, ..encoded }, share))
}

/// Encodes every sound track, one after the other.
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
    meter.set_total(seconds * tracks.len() as u64);
    let mut sounds = Vec::with_capacity(tracks.len());
    for (before, facts) in (0..).zip(tracks) {
        let _place = workshop.place().await;
        room(workshop)?;
        let input = master(received)?;
        let partial = work.join(workshop.partial(&format!("sound-{}", facts.stream_index)));
        let path = work.join(format!("sound-{}.mp4", facts.stream_index));
        let on_progress =
            |time: std::time::Duration| meter.set_done(before * seconds + time.as_secs());
        let encoded = encode_audio(
            &workshop.tools,
            &input,
            report,
            facts,
            &planned.plan,
            &partial,
            on_progress,
        )
        .await
        .map_err(|error| judged(&error))?;
        platform_files::persist(&partial, &path)
            .await
            .map_err(disk("the encoded sound cannot be kept"))?;
        let encoded = studio_encode::EncodedAudio { path, ..encoded };
        sounds.push(Sound {
            facts: facts.clone(),
            encoded,
        });
    }
    meter.set_done(meter.total());
    Ok(sounds)
}

fn judged(error: &EncodeError) -> StepError {
    failure(error, error.is_transient() || error.is_out_of_space())
}

fn room(workshop: &Workshop) -> Result<(), StepError> {
    platform_files::require_space(&workshop.folder, 0, DISK_RESERVE)
        .map_err(|error| failure(&error, true))
}
