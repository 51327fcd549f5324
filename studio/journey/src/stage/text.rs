//! Subtitles in, moved off the picture's own text, whole WebVTT files out; and the media document.

mod document;
mod tracks;

use std::path::Path;
use std::time::Duration;

use data_workflow::StepError;
use studio_inspect::Report;
use studio_package::SubtitlePart;
use studio_timedtext::Collisions;
use studio_timeline::{Document, Event};

use crate::makings::{Planned, Received, RunInput, Texts};
use crate::outcome::disk;
use crate::stage::survey::master;
use crate::workshop::Workshop;
use tracks::Track;

/// Reads every subtitle file and track, moves what would lie on text in the picture, writes each as WebVTT
/// that ends with the title, and keeps the media document.
pub(crate) async fn texts(
    workshop: &Workshop,
    input: &RunInput,
    received: &Received,
    report: &Report,
    planned: &Planned,
    work: &Path,
) -> Result<Texts, StepError> {
    tokio::fs::create_dir_all(work)
        .await
        .map_err(disk("the work folder cannot be made"))?;
    let mut warnings = Vec::new();
    let mut tracks = tracks::handed_in(received, report).await?;
    tracks::of_master(workshop, received, report, &mut tracks, &mut warnings).await?;
    let letters = letters(workshop, received, report, &tracks, work, &mut warnings).await?;
    let letters = Document::new(report.duration_ms, letters).unwrap_or_default();
    let mut events = document::shots(planned);
    if let Some(inspection) = workshop.inspections.get(&input.title).await? {
        let scenes = document::dialogue(&inspection, &events);
        events.extend(document::findings(&inspection));
        events.extend(scenes);
        events.extend(document::loudness(&inspection, report.duration_ms));
    }
    let mut parts = Vec::with_capacity(tracks.len());
    for (number, track) in (0..).zip(&mut tracks) {
        let collisions = track.cues.avoid(&letters.index());
        warnings.append(&mut track.warnings);
        warnings.extend(told(&track.label, &collisions));
        warnings.extend(document::summary(track));
        events.extend(document::of_track(number, track, &collisions));
        let path = work.join(format!("subtitles-{number}.vtt"));
        platform_files::write_atomic(&path, track.cues.to_webvtt())
            .await
            .map_err(disk("the subtitles cannot be written"))?;
        parts.push(SubtitlePart {
            path,
            language: track.language.clone(),
            label: track.label.clone(),
        });
    }
    events.extend(letters.events().iter().cloned());
    match Document::new(report.duration_ms, events) {
        Ok(document) => workshop.documents.put(&input.title, &document).await?,
        Err(error) => warnings.push(format!("the title has no timeline: {error}")),
    }
    Ok(Texts { parts, warnings })
}

/// Text in the picture while subtitles are shown. A title goes on without it.
async fn letters(
    workshop: &Workshop,
    received: &Received,
    report: &Report,
    tracks: &[Track],
    work: &Path,
    warnings: &mut Vec<String>,
) -> Result<Vec<Event>, StepError> {
    let cues = tracks.iter().flat_map(|track| &track.cues.cues);
    let wanted: Vec<_> = cues.filter_map(studio_timedtext::Cue::interval).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let _place = workshop.place().await;
    let input = master(received)?;
    let picture = (&input, report.video.stream_index);
    let duration = Duration::from_millis(report.duration_ms);
    let found = studio_picturetext::find(&workshop.tools, picture, &wanted, duration, work).await;
    match found {
        Ok(Some(events)) => return Ok(events),
        Ok(None) => warnings.push(
            "tesseract is not installed: subtitles were not moved off text in the picture"
                .to_owned(),
        ),
        Err(error) => warnings.push(error.to_string()),
    }
    Ok(Vec::new())
}

/// What became of the collisions, in a sentence each.
fn told(label: &str, collisions: &Collisions) -> impl Iterator<Item = String> {
    let moved = collisions.moved.len();
    let stuck = collisions.stuck.len();
    let moved = (moved > 0)
        .then(|| format!("{label}: {moved} subtitles were moved off text in the picture"));
    let stuck = (stuck > 0).then(|| {
        format!("{label}: {stuck} subtitles lie on text in the picture, which leaves no free place")
    });
    moved.into_iter().chain(stuck)
}
