//! The routes of the configuration.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use contracts_delivery::ApplianceId;
use delivery_mrt::Dump;
use delivery_routes::{Route, parse_list};
use delivery_steering::SteeringService;
use ipnet::IpNet;

use crate::config::RouteSettings;

/// Networks by the appliance that serves them.
type Announced = BTreeMap<ApplianceId, Vec<(IpNet, Route)>>;

/// Reads every file and puts the routes to use.
///
/// # Errors
/// The first file that cannot be used, and why.
pub(crate) async fn begin(settings: &[RouteSettings], steering: &SteeringService) -> Result<()> {
    let settings = settings.to_vec();
    let announced = tokio::task::spawn_blocking(move || read(&settings)).await??;
    apply(announced, steering.clone()).await
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

/// Every file that routes are read from.
pub(crate) fn files(settings: &[RouteSettings]) -> Vec<PathBuf> {
    let of = |one: &RouteSettings| one.prefixes.iter().chain(&one.mrt).cloned().collect();
    settings.iter().flat_map::<Vec<PathBuf>, _>(of).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

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
        assert_eq!(files(&both), [list.clone(), list.clone()]);
        std::fs::write(&list, "198.51.100.0/24\n10.0.0.1/8\n").unwrap();
        let error = format!("{:#}", read(&both).unwrap_err());
        assert!(
            error.contains("north.prefixes: line 2: 10.0.0.1/8"),
            "{error}"
        );
        let nothing = read(&[RouteSettings::default()]).unwrap_err();
        assert!(nothing.to_string().contains("neither"), "{nothing}");
    }
}
