//! `marquee titles` and `marquee title`: what there is, and what to do with it.

use anyhow::Result;
use contracts_studio::{StepState, TitleState, TitleStatus};
use reqwest::Method;

use crate::api::Api;
use crate::cli::{Action, TitleAction, Titles};

/// Prints every title.
#[expect(
    clippy::print_stdout,
    reason = "the command's answer goes to standard output"
)]
pub(crate) async fn list(titles: Titles) -> Result<()> {
    let found = Api::connect(&titles.service)?.titles(&titles.find).await?;
    if titles.service.json {
        println!("{}", serde_json::to_string(&found)?);
        return Ok(());
    }
    if found.is_empty() && !titles.find.trim().is_empty() {
        println!("No title has all of these words");
    } else if found.is_empty() {
        println!("No titles yet. Publish one with: marquee publish FILE --title NAME");
    }
    for title in &found {
        println!(
            "{}  {:<12} {:>9}  {}",
            title.id,
            state(title),
            length(title),
            title.name
        );
        if let Some(reason) = &title.reason {
            println!("{:28}{reason}", "");
        }
    }
    Ok(())
}

/// Acts on one title.
#[expect(
    clippy::print_stdout,
    reason = "the command's answer goes to standard output"
)]
pub(crate) async fn act(action: TitleAction) -> Result<()> {
    let api = Api::connect(&action.service)?;
    let path = format!("/studio/v1/titles/{}", action.id);
    let (request, done) = match action.action {
        Action::Unpublish => (
            api.request(Method::POST, &format!("{path}/unpublish"))?,
            "unpublished",
        ),
        Action::Publish => (
            api.request(Method::POST, &format!("{path}/publish"))?,
            "published",
        ),
        Action::Retry => (
            api.request(Method::POST, &format!("{path}/retry"))?,
            "queued again",
        ),
        Action::Delete => (api.request(Method::DELETE, &path)?, "deleted"),
    };
    api.send(request).await?;
    if action.service.json {
        println!("{}", serde_json::json!({ "id": action.id, "done": done }));
    } else {
        println!("{} is {done}", action.id);
    }
    Ok(())
}

fn state(title: &TitleStatus) -> String {
    let running = title
        .steps
        .iter()
        .find(|step| step.state == StepState::Running);
    match (title.state, running) {
        (TitleState::Running, Some(step)) if step.total > 0 => {
            format!("{} {} %", step.name, step.done * 100 / step.total)
        }
        (TitleState::Running, Some(step)) => step.name.clone(),
        (state, _) => format!("{state:?}").to_lowercase(),
    }
}

fn length(title: &TitleStatus) -> String {
    title.duration_ms.map_or_else(
        || "-".to_owned(),
        |ms| {
            let seconds = ms / 1000;
            format!(
                "{}:{:02}:{:02}",
                seconds / 3600,
                seconds / 60 % 60,
                seconds % 60
            )
        },
    )
}
