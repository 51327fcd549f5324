//! Takes the uploaded files into the studio's own folder, so that nothing of a title depends on an
//! upload's lifetime.

use std::io;
use std::path::{Path, PathBuf};

use contracts_membership::TitleId;
use contracts_studio::Submission;
use data_workflow::{Meter, StepError};

use crate::error::StudioError;
use crate::makings::{Received, ReceivedSubtitle, RunInput};
use crate::outcome::failure;
use crate::workshop::Workshop;

/// Takes every file of a submission; what an earlier call took is left as it is.
pub(crate) async fn take_all(
    workshop: &Workshop,
    title: &TitleId,
    submission: &Submission,
) -> Result<(), StudioError> {
    let masters = workshop.masters(title);
    for upload in uploads(submission) {
        take(workshop, upload, &masters).await?;
    }
    Ok(())
}

/// The uploads a submission names.
pub(crate) fn uploads(submission: &Submission) -> impl Iterator<Item = &str> {
    let subtitles = submission
        .subtitles
        .iter()
        .map(|subtitle| subtitle.upload_id.as_str());
    std::iter::once(submission.upload_id.as_str()).chain(subtitles)
}

/// The master and the subtitles of the title's present submission.
pub(crate) async fn receive(
    workshop: &Workshop,
    input: &RunInput,
    meter: Meter,
) -> Result<Received, StepError> {
    let Some(record) = workshop.records.get(&input.title).await? else {
        return Err(StepError::Permanent("the title was deleted".to_owned()));
    };
    let submission = record.submission;
    let masters = workshop.masters(&input.title);
    meter.set_total(1 + submission.subtitles.len() as u64);
    let taken = |error: StudioError| failure(&error, true);
    let (master, _) = take(workshop, &submission.upload_id, &masters)
        .await
        .map_err(taken)?;
    let mut subtitles = Vec::with_capacity(submission.subtitles.len());
    for (done, subtitle) in (1..).zip(submission.subtitles) {
        meter.set_done(done);
        let (path, filename) = take(workshop, &subtitle.upload_id, &masters)
            .await
            .map_err(taken)?;
        let (language, label) = (subtitle.language, subtitle.label);
        subtitles.push(ReceivedSubtitle {
            language,
            label,
            filename,
            path,
        });
    }
    meter.set_done(meter.total());
    Ok(Received { master, subtitles })
}

/// Takes one upload; one that was taken before is used as it is.
async fn take(
    workshop: &Workshop,
    upload: &str,
    masters: &Path,
) -> Result<(PathBuf, String), StudioError> {
    let folder = masters.join(upload);
    let (path, name) = (folder.join("file"), folder.join("name"));
    if let Ok(filename) = tokio::fs::read_to_string(&name).await {
        return Ok((path, filename));
    }
    let finished = workshop.uploads.finished(upload).await?;
    tokio::fs::create_dir_all(&folder).await?;
    share(&finished.path, &path).await?;
    // The name is written last: where it stands, the file beside it is whole.
    platform_files::write_atomic(&name, finished.filename.clone()).await?;
    Ok((path, finished.filename))
}

/// A second name for the same bytes; a copy where the file system has none.
async fn share(from: &Path, to: &Path) -> io::Result<()> {
    platform_files::remove_if_there(to).await?;
    if tokio::fs::hard_link(from, to).await.is_ok() {
        return Ok(());
    }
    let partial = to.with_extension("partial");
    tokio::fs::copy(from, &partial).await?;
    platform_files::persist(&partial, to).await
}
