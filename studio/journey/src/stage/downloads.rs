//! Whole files for devices that play no manifest, where the profile has any.

use std::path::Path;

use contracts_delivery::{Download, Extension, Origin};
use contracts_studio::{LegacyCodec, WholeFile};
use data_workflow::{Meter, StepError};
use media_ffmpeg::MediaInput;
use studio_encode::{EncodeError, LegacyFile, encode_legacy, legacy_tasks};
use studio_inspect::Report;
use studio_package::store_part;

use super::encode::room;
use super::ladder::opened;
use crate::makings::{Planned, Received, Sound};
use crate::outcome::{disk, failure};
use crate::workshop::Workshop;

/// Makes every file, one after the other: each reads all of the master by itself.
pub(crate) async fn downloads(
    workshop: &Workshop,
    received: &Received,
    report: &Report,
    planned: &Planned,
    sounds: &[Sound],
    work: &Path,
    meter: Meter,
) -> Result<Vec<LegacyFile>, StepError> {
    let tasks = legacy_tasks(workshop.profile.downloads(), &planned.rungs);
    let frames = planned.plan.frames;
    meter.set_total(frames * tasks.len() as u64);
    let sound = sounds.iter().find(|sound| sound.facts.default);
    let sound = sound.or(sounds.first());
    let sound = sound
        .map(|sound| input(&sound.encoded.path))
        .transpose()
        .map_err(|error| judged(&error))?;
    let input = opened(received).map_err(|error| judged(&error))?;
    let mut made = Vec::with_capacity(tasks.len());
    for (before, task) in (0..).zip(&tasks) {
        let _place = workshop.place().await;
        room(workshop)?;
        let name = format!("whole-{}", task.name());
        let partial = work
            .join(workshop.partial(&name))
            .with_extension(task.ending());
        let path = work.join(format!("{name}.{}", task.ending()));
        let on_progress = |done: u64| meter.set_done(before * frames + done.min(frames));
        let file = encode_legacy(
            &workshop.tools,
            &input,
            report,
            &planned.plan,
            task,
            sound.as_ref(),
            &partial,
            on_progress,
        )
        .await
        .map_err(|error| judged(&error))?;
        platform_files::persist(&partial, &path)
            .await
            .map_err(disk("a file for old devices cannot be kept"))?;
        made.push(LegacyFile { path, ..file });
    }
    meter.set_done(meter.total());
    Ok(made)
}

/// Stores the files at the origin; they stay where they are.
pub(super) async fn stored(
    origin: &dyn Origin,
    made: &[LegacyFile],
) -> Result<Vec<Download>, StepError> {
    let mut downloads = Vec::with_capacity(made.len());
    for file in made {
        let extension = match file.codec {
            LegacyCodec::Vp8 => Extension::Webm,
            LegacyCodec::Mpeg2 => Extension::Mpg,
            LegacyCodec::Cinepak => Extension::Mov,
        };
        downloads.push(Download {
            file: store_part(origin, &file.path, extension)
                .await
                .map_err(|error| failure(&error, true))?,
            codec: file.codec.name().to_owned(),
            width: file.width,
            height: file.height,
        });
    }
    Ok(downloads)
}

/// As the console shows them.
pub(super) fn listed(downloads: &[Download]) -> Vec<WholeFile> {
    let one = |download: &Download| WholeFile {
        codec: download.codec.clone(),
        content_type: download.file.name.extension.content_type().to_owned(),
        width: download.width,
        height: download.height,
        bytes: download.file.bytes,
    };
    downloads.iter().map(one).collect()
}

fn input(path: &Path) -> Result<MediaInput, EncodeError> {
    MediaInput::open(path).map_err(|error| EncodeError::Disk {
        path: path.to_owned(),
        source: std::io::Error::other(error),
    })
}

fn judged(error: &EncodeError) -> StepError {
    failure(error, error.is_transient() || error.is_out_of_space())
}
