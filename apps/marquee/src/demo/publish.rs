//! Publishes the demonstration films through the same door as anybody's.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use contracts_membership::TitleId;
use contracts_studio::{Submission, SubmittedSubtitle, TitleState};
use futures::stream;
use indicatif::MultiProgress;
use media_ffmpeg::Tools;
use studio_ingest::Uploads;
use studio_journey::Studio;

use super::films::{FILMS, Film, SECONDS, TAG, subtitles};
use super::make;
use crate::publish::{bars, follow};

/// How often a film's progress is drawn.
const INTERVAL: Duration = Duration::from_millis(200);

/// The file that says the films were made, so that deleting them lasts.
const MADE: &str = "demonstration.made";

/// Makes and publishes what is missing, on the first start only; a start that was cut short is gone on
/// with by the next.
pub(crate) async fn publish_all(
    studio: Studio,
    uploads: Arc<Uploads>,
    tools: Arc<Tools>,
    data: PathBuf,
) -> Result<()> {
    let made = data.join(MADE);
    if made.exists() {
        return Ok(());
    }
    let screen = bars::screen(false);
    let folder = data.join("demonstration");
    let submitted = async |film: &Film| match existing(&studio, film).await? {
        Some(title) => Ok(title),
        None => submit(&studio, &uploads, &tools, film, &folder, &screen).await,
    };
    let shown = async |(film, title): (&Film, TitleId)| show(&studio, &title, film, &screen).await;
    let mut before: Option<(&Film, TitleId)> = None;
    for film in &FILMS {
        // A film is made by one core, so the studio works on the one before meanwhile.
        let title = match before.take() {
            None => submitted(film).await?,
            Some(before) => tokio::try_join!(submitted(film), shown(before))?.0,
        };
        before = Some((film, title));
    }
    if let Some(last) = before {
        shown(last).await?;
    }
    tokio::fs::remove_dir_all(&folder)
        .await
        .or_else(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        })?;
    platform_files::write_atomic(&made, "").await?;
    say();
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the owner waits for it")]
fn say() {
    println!("The three demonstration films are published.");
}

async fn existing(studio: &Studio, film: &Film) -> Result<Option<TitleId>> {
    let titles = studio.titles("").await?;
    Ok(titles
        .into_iter()
        .find(|title| title.name == film.title && title.state != TitleState::Failed)
        .map(|title| title.id))
}

async fn submit(
    studio: &Studio,
    uploads: &Arc<Uploads>,
    tools: &Tools,
    film: &Film,
    folder: &Path,
    screen: &MultiProgress,
) -> Result<TitleId> {
    let bar = bars::step(screen, &format!("{}: film", film.title));
    bar.set_length(u64::from(SECONDS));
    let master = make::master(tools, film, folder, |made| {
        bar.set_position(made.as_secs());
        bar.set_message(format!("{} of {SECONDS} seconds", made.as_secs()));
    })
    .await?;
    bar.finish_and_clear();
    let bytes = tokio::fs::read(&master)
        .await
        .context("cannot read a demonstration film")?;
    let upload_id = upload(uploads, bytes, &format!("{}.mkv", film.file)).await?;
    let mut texts = Vec::new();
    for (language, lines) in [("en", film.english), ("de", film.german)] {
        let name = format!("{}-{language}.vtt", film.file);
        let upload_id = upload(uploads, subtitles(lines).into_bytes(), &name).await?;
        texts.push(SubmittedSubtitle {
            language: language.to_owned(),
            label: None,
            upload_id,
        });
    }
    let submission = Submission {
        title: film.title.to_owned(),
        description: film.description.to_owned(),
        tags: film.tags.iter().map(|tag| (*tag).to_owned()).collect(),
        category: "Film".to_owned(),
        year: None,
        maturity: contracts_membership::Maturity::All,
        availability: contracts_membership::Availability::default(),
        upload_id,
        // Somebody waits before an empty screen.
        priority: contracts_studio::Priority::Live,
        subtitles: texts,
        replaces: None,
    };
    debug_assert!(submission.tags.iter().any(|tag| tag == TAG));
    Ok(studio.submit(submission).await?)
}

async fn upload(uploads: &Arc<Uploads>, bytes: Vec<u8>, name: &str) -> Result<String> {
    let length = bytes.len() as u64;
    let body = stream::iter([Ok::<_, std::io::Error>(bytes.into())]);
    Ok(uploads.store_stream(body, Some(length), name).await?.id)
}

/// Draws the film's steps until it is published or has failed.
async fn show(studio: &Studio, title: &TitleId, film: &Film, screen: &MultiProgress) -> Result<()> {
    let mut drawn = HashMap::new();
    loop {
        let mut status = studio.title(title).await?;
        for step in &mut status.steps {
            step.label = format!("{}: {}", film.title, step.label.to_lowercase());
        }
        follow::draw(&status.steps, &mut drawn, screen);
        if status.state.is_final() {
            for bar in drawn.values() {
                bar.finish_and_clear();
            }
            anyhow::ensure!(
                status.state == TitleState::Published,
                "{}: {}",
                film.title,
                status.reason.unwrap_or_default()
            );
            return Ok(());
        }
        tokio::time::sleep(INTERVAL).await;
    }
}
