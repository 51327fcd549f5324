//! The order of the steps, and what happens when one ends the run.

use std::sync::Arc;

use contracts_studio::TitleEvent;
use data_workflow::{Context, Policy, StepError};

use crate::makings::{Makings, RunInput};
use crate::stage;
use crate::workshop::{Workshop, remove_folder};

/// The kind under which runs are stored.
pub(crate) const KIND: &str = "title";

/// One run of a title's journey. However it ends, its work folder is gone afterwards.
pub(crate) async fn run(
    context: Context,
    workshop: Arc<Workshop>,
    input: RunInput,
) -> Result<(), StepError> {
    let outcome = stages(&context, &workshop, &input).await;
    let work = workshop.work(&input.title, input.run);
    if let Err(error) = remove_folder(&work).await {
        tracing::warn!(folder = %work.display(), %error, "cannot remove a work folder");
    }
    if let Err(failure) = &outcome {
        let reason = failure.sentence().to_owned();
        workshop
            .tell(
                &input.title,
                &TitleEvent::Failed {
                    title: input.title.clone(),
                    reason,
                },
            )
            .await?;
    }
    outcome
}

async fn stages(context: &Context, workshop: &Workshop, input: &RunInput) -> Result<(), StepError> {
    let policy = Policy::default();
    let work = workshop.work(&input.title, input.run);
    let received = context
        .step("receive", policy, |meter| {
            stage::receive(workshop, input, meter)
        })
        .await?;
    let report = context
        .step("inspect", policy, |meter| {
            stage::inspect(workshop, input, &received, meter)
        })
        .await?;
    let planned = context
        .step("shots", policy, |meter| {
            stage::plan(workshop, &received, &report, meter)
        })
        .await?;
    let analysed = context
        .step("ladder", policy, |meter| {
            stage::ladder(workshop, input, &received, &report, &planned, meter)
        })
        .await?;
    let texts = context
        .step("text", policy, |_| {
            stage::texts(workshop, input, &received, &report, &planned, &work)
        })
        .await?;
    let chunks = stage::encode(
        context, workshop, input, &received, &report, &planned, &analysed,
    )
    .await?;
    let sounds = context
        .step("audio", policy, |meter| {
            stage::sounds(workshop, &received, &report, &planned, &work, meter)
        })
        .await?;
    let downloads = if workshop.profile.downloads().is_empty() {
        Vec::new()
    } else {
        context
            .step("downloads", policy, |meter| {
                stage::downloads(
                    workshop, &received, &report, &planned, &sounds, &work, meter,
                )
            })
            .await?
    };
    let makings = Makings {
        work,
        report,
        planned,
        analysed,
        texts,
        chunks,
        scored: None,
        sounds,
        downloads,
    };
    let scored = context
        .step("score", policy, |meter| {
            stage::score(workshop, &received, &makings, meter)
        })
        .await?;
    let makings = Makings { scored, ..makings };
    release(context, workshop, input, &makings).await
}

/// From everything that was made to what viewers get.
async fn release(
    context: &Context,
    workshop: &Workshop,
    input: &RunInput,
    makings: &Makings,
) -> Result<(), StepError> {
    let policy = Policy::default();
    let parts = context
        .step("package", policy, |meter| {
            stage::package(workshop, makings, meter)
        })
        .await?;
    context
        .step("verify", policy, |meter| {
            stage::verify(workshop, &parts, &makings.planned, meter)
        })
        .await?;
    let parts = match &workshop.keys {
        Some(keys) => {
            context
                .step("protect", policy, |meter| {
                    stage::protect(workshop, &**keys, &parts, meter)
                })
                .await?
        }
        None => parts,
    };
    let release = context
        .step("publish", policy, |_| {
            stage::publish(workshop, input, &parts, makings)
        })
        .await?;
    tracing::info!(title = %input.title, %release, "title published");
    Ok(())
}
