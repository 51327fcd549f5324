//! The routes of the configuration: read at the start, and again whenever one of their files changes.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, bail};
use contracts_delivery::ApplianceId;
use delivery_mrt::Dump;
use delivery_routes::{Route, parse_list};
use delivery_steering::SteeringService;
use ipnet::IpNet;
use platform_http::Shutdown;

use crate::config::RouteSettings;

/// How often the files are looked at: a network that changes its mind waits no longer than a player keeps an
/// answer.
const CHECK: Duration = Duration::from_secs(10);

/// Networks by the appliance that serves them.
type Announced = BTreeMap<ApplianceId, Vec<(IpNet, Route)>>;

/// What tells whether a file changed; nothing for one that is not there.
type Stamp = Vec<Option<(SystemTime, u64)>>;

/// Reads every file and puts the routes to use.
///
/// # Errors
/// The first file that cannot be used, and why.
pub(crate) async fn begin(settings: &[RouteSettings], steering: &SteeringService) -> Result<()> {
    let settings = settings.to_vec();
    let announced = tokio::task::spawn_blocking(move || read(&settings)).await??;
    apply(announced, steering.clone()).await
}

/// Puts changed files to use, until `shutdown`. Where one cannot be used, the routes stay as they were.
pub(crate) async fn follow(
    settings: Vec<RouteSettings>,
    steering: SteeringService,
    shutdown: Shutdown,
) {
    if settings.is_empty() {
        return;
    }
    let mut known = stamp(&settings);
    let mut ticks = tokio::time::interval(CHECK);
    while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
        let now = stamp(&settings);
        if now == known {
            continue;
        }
        known = now;
        if let Err(error) = begin(&settings, &steering).await {
            tracing::error!("the routes stay as they were: {error:#}");
        }
    }
}

async fn apply(announced: Announced, steering: SteeringService) -> Result<()> {
    let applied = tokio::task::spawn_blocking(move || steering.set_routes(announced)).await?;
    let prefixes = applied.context("the routes name more appliances than one region takes")?;
    tracing::info!(prefixes, "routes are in use");
    Ok(())
}

fn read(settings: &[RouteSettings]) -> Result<Announced> {
    let mut announced = Announced::new();
    for one in settings {
        let routes = if let Some(list) = &one.prefixes {
            let text = std::fs::read_to_string(list)
                .with_context(|| format!("cannot read {}", list.display()))?;
            parse_list(&text).with_context(|| format!("in {}", list.display()))?
        } else if one.mrt.is_empty() {
            bail!(
                "the [[routes]] of appliance {} name neither `prefixes` nor `mrt`",
                one.appliance
            );
        } else {
            dump(one)?
        };
        let known = announced.entry(one.appliance.clone()).or_default();
        known.extend(routes);
    }
    Ok(announced)
}

/// The preferred routes after a table and the updates behind it.
fn dump(settings: &RouteSettings) -> Result<Vec<(IpNet, Route)>> {
    let mut dump = Dump::default();
    for path in &settings.mrt {
        let at = || format!("in {}", path.display());
        let file = File::open(path).with_context(at)?;
        let taken = dump
            .take(BufReader::new(file), settings.peer)
            .with_context(at)?;
        if let Some(cut) = taken.cut {
            tracing::warn!(file = %path.display(), "{cut}; what came before is used");
        }
        if let Some(first) = taken.first_skipped {
            let skipped = taken.skipped;
            tracing::warn!(file = %path.display(), skipped, first, "records were left out");
        }
    }
    let best = dump.best().map(|(prefix, route)| (prefix, route.clone()));
    Ok(best.collect())
}

fn stamp(settings: &[RouteSettings]) -> Stamp {
    let of = |path: &Path| {
        let facts = std::fs::metadata(path).ok()?;
        Some((facts.modified().ok()?, facts.len()))
    };
    let files = settings.iter().flat_map(files);
    files.map(|path| of(path)).collect()
}

fn files(settings: &RouteSettings) -> impl Iterator<Item = &PathBuf> {
    settings.prefixes.iter().chain(&settings.mrt)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(list: &Path) -> RouteSettings {
        RouteSettings {
            appliance: ApplianceId("edge-1".to_owned()),
            prefixes: Some(list.to_owned()),
            ..RouteSettings::default()
        }
    }

    #[test]
    fn lists_are_read_and_their_faults_are_named_with_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("north.prefixes");
        std::fs::write(&list, "198.51.100.0/24 med 5\n2001:db8::/32\n").unwrap();
        let both = [settings(&list), settings(&list)];
        let announced = read(&both).unwrap();
        assert_eq!(announced[&both[0].appliance].len(), 4);
        let before = stamp(&both);
        std::fs::write(&list, "198.51.100.0/24\n10.0.0.1/8\n").unwrap();
        assert_ne!(stamp(&both), before);
        let error = format!("{:#}", read(&both).unwrap_err());
        assert!(
            error.contains("north.prefixes: line 2: 10.0.0.1/8"),
            "{error}"
        );
        let nothing = read(&[RouteSettings::default()]).unwrap_err();
        assert!(nothing.to_string().contains("neither"), "{nothing}");
    }
}
