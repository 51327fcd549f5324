//! The one moment a title changes for viewers.

use contracts_delivery::{Release, ReleaseId};
use contracts_membership::CatalogEntry;
use contracts_studio::TitleEvent;
use data_workflow::StepError;
use studio_package::{ReleaseParts, assemble};

use crate::makings::{Makings, RunInput};
use crate::outcome::failure;
use crate::record::TitleRecord;
use crate::stage::uploads;

use super::downloads::{listed, stored};
use crate::workshop::{Workshop, remove_folder};

/// Stores the parts, publishes the release, and puts it into the catalogue; then withdraws what it
/// replaces. Each part may be repeated after a crash.
pub(crate) async fn publish(
    workshop: &Workshop,
    input: &RunInput,
    parts: &ReleaseParts,
    makings: &Makings,
) -> Result<ReleaseId, StepError> {
    let Some(record) = workshop.records.get(&input.title).await? else {
        return Err(StepError::Permanent("the title was deleted".to_owned()));
    };
    let mut release = assemble(&*workshop.origin, parts)
        .await
        .map_err(|error| failure(&error, true))?;
    release.downloads = stored(&*workshop.origin, &makings.downloads).await?;
    let id = workshop
        .origin
        .publish(&release)
        .await
        .map_err(|error| failure(&error, true))?;
    let entry = entry(workshop, &record, &release, id);
    workshop
        .catalog
        .put(entry.clone())
        .await
        .map_err(|error| failure(&error, true))?;
    if let Some(old) = record.release().filter(|old| *old != id) {
        workshop
            .origin
            .withdraw(old)
            .await
            .map_err(|error| failure(&error, true))?;
    }
    let (warnings, ladder) = (makings.warnings(), makings.ladder_report());
    let downloads = listed(&release.downloads);
    workshop
        .records
        .change(&input.title, |record| {
            record.entry = Some(entry.clone());
            record.unpublished = false;
            record.warnings.clone_from(&warnings);
            record.ladder.clone_from(&ladder);
            record.downloads.clone_from(&downloads);
            true
        })
        .await?;
    drop_old_masters(workshop, &record).await;
    workshop.forget_uploads(uploads(&record.submission)).await;
    workshop
        .tell(
            &input.title,
            &TitleEvent::Published {
                title: input.title.clone(),
                release: id,
            },
        )
        .await?;
    Ok(id)
}

fn entry(
    workshop: &Workshop,
    record: &TitleRecord,
    release: &Release,
    id: ReleaseId,
) -> CatalogEntry {
    let submission = record.submission.clone();
    let added_at = record
        .entry
        .as_ref()
        .map_or_else(|| workshop.clock.now(), |entry| entry.added_at);
    let mut audio_languages: Vec<String> = release
        .audio
        .iter()
        .map(|track| track.language.clone())
        .collect();
    audio_languages.dedup();
    CatalogEntry {
        id: record.id.clone(),
        name: submission.title,
        description: submission.description,
        tags: submission.tags,
        category: submission.category,
        year: submission.year,
        maturity: submission.maturity,
        availability: submission.availability,
        release: id,
        duration_ms: release.duration_ms,
        images: release.images.clone(),
        colour: release.colour.clone(),
        audio_languages,
        subtitle_languages: release
            .subtitles
            .iter()
            .map(|track| track.language.clone())
            .collect(),
        added_at,
    }
}

/// Removes the files of submissions that this title no longer has.
async fn drop_old_masters(workshop: &Workshop, record: &TitleRecord) {
    let submission = &record.submission;
    let kept = |name: &str| {
        name == submission.upload_id
            || submission
                .subtitles
                .iter()
                .any(|subtitle| subtitle.upload_id == name)
    };
    let folder = workshop.masters(&record.id);
    let Ok(mut entries) = tokio::fs::read_dir(&folder).await else {
        return;
    };
    while let Ok(Some(entry)) = entries.next_entry().await {
        if !kept(&entry.file_name().to_string_lossy())
            && let Err(error) = remove_folder(&entry.path()).await
        {
            tracing::warn!(folder = %entry.path().display(), %error, "cannot remove a replaced master");
        }
    }
}
