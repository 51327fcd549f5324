//! `marquee play`: a viewer without a screen.

use anyhow::{Context as _, Result};
use client_viewer::{ManifestFormat, Options, PlayReport, PlaybackSession, Renew};
use platform_clock::SystemClock;
use platform_http::Trust;
use reqwest::Method;

use crate::api::Api;
use crate::cli::Play;
use crate::play::renew::Session;
use crate::play::target::{Target, find, target};

/// Runs the command.
pub(crate) async fn run(play: Play) -> Result<()> {
    let options = Options {
        max_seconds: play.seconds,
        speed: play.speed,
        trust: Trust::with(play.service.ca_file.as_deref())?,
    };
    let clock = SystemClock::shared();
    let played = match target(&play.what) {
        Target::Manifest(url) => client_viewer::play(&url, &options, None, &clock).await,
        Target::Title(title) => {
            let api = Api::connect(&play.service)?;
            let id = find(&api.titles("").await?, &title)?;
            let body = serde_json::json!({ "title_id": id, "device": { "kind": "headless" } });
            let request = api
                .request(Method::POST, "/playback/v1/sessions")?
                .json(&body);
            let begun: PlaybackSession = api.json(request).await?;
            let session = Session {
                api,
                id: begun.session_id.clone(),
            };
            let manifest = begun.manifest(ManifestFormat::Dash);
            let played =
                client_viewer::play(manifest, &options, Some(&session as &dyn Renew), &clock).await;
            session.end().await;
            played
        }
    };
    print(
        &played.context("the play failed")?.report,
        play.service.json,
    )
}

#[expect(
    clippy::print_stdout,
    reason = "the command's answer goes to standard output"
)]
fn print(report: &PlayReport, json: bool) -> Result<()> {
    if json {
        println!("{}", serde_json::to_string(report)?);
        return Ok(());
    }
    println!("start-up      {:.2} s", report.startup_s);
    println!("played        {:.1} s", report.played_s);
    println!(
        "stalls        {} ({:.1} s)",
        report.stalls, report.stalled_s
    );
    println!("mean bitrate  {:.0} kb/s", report.mean_kbps);
    println!("switches      {}", report.switches);
    println!("appliances    {}", report.appliances.join(", "));
    Ok(())
}
