//! `marquee publish`: a master to a playable title, with a bar for every step.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use contracts_membership::TitleId;
use contracts_studio::{Submission, SubmittedSubtitle, TitleState, TitleStatus};
use indicatif::MultiProgress;
use reqwest::Method;
use serde::Deserialize;

use crate::api::Api;
use crate::cli::Publish;
use crate::command::inspect::finding_line;
use crate::publish::{bars, fingerprint, follow, tus};

/// Runs the command. Killed and run again it goes on where it stopped.
pub(crate) async fn run(publish: Publish) -> Result<()> {
    let api = Api::connect(&publish.service)?;
    let screen = bars::screen(publish.service.json);
    let submission = submit(&api, &publish, &screen).await?;
    let status = follow::until_final(&api, &submission, &screen).await?;
    if !publish.service.json {
        tell_findings(&api, &status).await;
    }
    report(&status, &publish)
}

/// The answer to a submission.
#[derive(Deserialize)]
struct Accepted {
    id: TitleId,
}

async fn submit(api: &Api, publish: &Publish, screen: &MultiProgress) -> Result<TitleId> {
    let mut subtitles = Vec::new();
    for (language, file) in &publish.subtitles {
        let upload_id = upload(api, file, screen).await?;
        subtitles.push(SubmittedSubtitle {
            language: language.clone(),
            label: None,
            upload_id,
        });
    }
    let submission = Submission {
        title: publish
            .title
            .clone()
            .unwrap_or_else(|| name_of(&publish.file)),
        description: publish.description.clone(),
        tags: publish.tags.clone(),
        category: publish.category.clone(),
        year: publish.year,
        maturity: contracts_membership::Maturity::default(),
        availability: contracts_membership::Availability::default(),
        upload_id: upload(api, &publish.file, screen).await?,
        priority: publish.priority.into(),
        subtitles,
        replaces: publish.replaces.clone().map(TitleId),
    };
    let request = api
        .request(Method::POST, "/video-contents/v1/videos")?
        .json(&submission);
    Ok(api.json::<Accepted>(request).await?.id)
}

async fn upload(api: &Api, file: &Path, screen: &MultiProgress) -> Result<String> {
    let bytes = std::fs::metadata(file)
        .with_context(|| format!("cannot read {}", file.display()))?
        .len();
    if bytes == 0 {
        bail!("{} is empty", file.display());
    }
    let name = name_of(file);
    let bar = bars::bytes(screen, &format!("Check {name}"), bytes);
    let fingerprint = fingerprint::of(file, &bar).await?;
    bar.set_prefix(bars::prefix(&format!("Upload {name}")));
    let id = tus::send(api, file, &fingerprint, &bar).await?;
    bar.finish();
    Ok(id)
}

fn name_of(file: &Path) -> String {
    file.file_stem()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// What is wrong with the master; a file that no tool could read has no inspection.
#[expect(
    clippy::print_stdout,
    reason = "the command's answer goes to standard output"
)]
async fn tell_findings(api: &Api, status: &TitleStatus) {
    let Ok(inspection) = api.inspection(&status.id.0).await else {
        return;
    };
    for finding in &inspection.examination.findings {
        println!("  {}", finding_line(finding));
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the command's answer goes to standard output"
)]
fn report(status: &TitleStatus, publish: &Publish) -> Result<()> {
    if publish.service.json {
        println!("{}", serde_json::to_string(status)?);
    } else {
        for warning in &status.warnings {
            println!("  note: {warning}");
        }
    }
    match (status.state, &status.reason) {
        (TitleState::Published, _) => {
            if !publish.service.json {
                let address = publish
                    .service
                    .server
                    .join(&format!("/title/{}", status.id))?;
                println!("{} is published: {address}", status.name);
            }
            Ok(())
        }
        (_, Some(reason)) => bail!("{} was not published: {reason}", status.name),
        (state, None) => bail!("{} ended {state:?}", status.name),
    }
}
