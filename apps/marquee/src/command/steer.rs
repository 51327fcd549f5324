//! `marquee steer`: why a client is sent where, and what another ranker would have made of it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use delivery_steering::decision::Ranker;
use delivery_steering::{Comparison, DecisionEvent, Outcome};
use reqwest::Method;

use crate::api::Api;
use crate::cli::{Steer, SteerExplain, SteerLog, SteerReplay};
use crate::play::target::find;

/// Runs the command.
pub(crate) async fn run(steer: Steer) -> Result<()> {
    match steer {
        Steer::Explain(explain) => self::explain(explain).await,
        Steer::Log(log) => self::log(log).await,
        Steer::Replay(replay) => self::replay(&replay),
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the command's answer goes to standard output"
)]
async fn explain(explain: SteerExplain) -> Result<()> {
    let api = Api::connect(&explain.service)?;
    let titles = api.titles("").await?;
    let id = find(&titles, &explain.title)?;
    let title = titles.iter().find(|title| title.id.0 == id);
    let Some(release) = title.and_then(|title| title.release) else {
        bail!("{} has no release to be steered", explain.title);
    };
    let request = api
        .request(Method::GET, "/steering/v1/explain")?
        .query(&[("client", explain.client.to_string())])
        .query(&[("release", release.to_string())])
        .query(&[("nominal_kbps", explain.kbps)]);
    let decision: DecisionEvent = api.json(request).await?;
    if explain.service.json {
        println!("{}", serde_json::to_string(&decision)?);
        return Ok(());
    }
    match decision.network {
        Some(network) => println!("{} is in {network}", explain.client),
        None => println!("nobody announces the network of {}", explain.client),
    }
    println!("ranked by {}", decision.ranker);
    for (place, one) in (1..).zip(&decision.weighed) {
        println!("{place:>3}  {:<20} {}", one.appliance.0, one.weight);
    }
    if decision.weighed.is_empty() {
        println!("no appliance is up");
    }
    Ok(())
}

#[expect(
    clippy::print_stdout,
    reason = "the command's answer goes to standard output"
)]
async fn log(log: SteerLog) -> Result<()> {
    let api = Api::connect(&log.service)?;
    let request = api
        .request(Method::GET, "/steering/v1/decisions")?
        .query(&[("limit", log.limit)]);
    let lines = api.send(request).await?.text().await?;
    print!("{lines}");
    Ok(())
}

#[expect(
    clippy::print_stdout,
    reason = "the command's answer goes to standard output"
)]
fn replay(replay: &SteerReplay) -> Result<()> {
    let ranker = match replay.with.as_str() {
        "score" => Ranker::score(),
        text => text.parse().context("--with is no ranker")?,
    };
    let comparison = compare(&replay.log, &ranker)?;
    if comparison.decisions == 0 {
        bail!("{} holds no decisions", replay.log.display());
    }
    if replay.json {
        println!("{}", serde_json::to_string(&comparison)?);
        return Ok(());
    }
    println!("with       {ranker}");
    println!("decisions  {}", comparison.decisions);
    println!("moved      {}", comparison.moved);
    println!("as made    {}", words(&comparison.made));
    println!("remade     {}", words(&comparison.remade));
    Ok(())
}

/// Makes every decision of a file again.
///
/// # Errors
/// The first line that is no decision, by its number.
fn compare(log: &Path, ranker: &Ranker) -> Result<Comparison> {
    let at = || format!("cannot read {}", log.display());
    let file = std::fs::File::open(log).with_context(at)?;
    let mut comparison = Comparison::default();
    for (number, line) in (1..).zip(BufReader::new(file).lines()) {
        let line = line.with_context(at)?;
        if line.trim().is_empty() {
            continue;
        }
        let event: DecisionEvent = serde_json::from_str(&line)
            .with_context(|| format!("line {number} of {} is no decision", log.display()))?;
        comparison.add(&event, ranker);
    }
    Ok(comparison)
}

fn words(outcome: &Outcome) -> String {
    let tiers: Vec<String> = outcome
        .tiers
        .iter()
        .map(|(tier, count)| format!("{tier:?} {count}").to_lowercase())
        .collect();
    format!(
        "{}; held the files {}, full or suspected {}, mean load {:.0}%",
        tiers.join(", "),
        outcome.held,
        outcome.poor,
        outcome.mean_load() * 100.0
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_no_decision_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("decisions.jsonl");
        std::fs::write(&log, "\n{\"at\":1}\n").unwrap();
        let error = format!("{:#}", compare(&log, &Ranker::default()).unwrap_err());
        assert!(error.starts_with("line 2 of "), "{error}");
        std::fs::write(&log, "").unwrap();
        assert_eq!(
            compare(&log, &Ranker::default()).unwrap(),
            Comparison::default()
        );
    }
}
