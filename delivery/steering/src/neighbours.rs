//! Whom an appliance fills from before the origin: those that share its site, then the tier above. Pure.

use std::cmp::Reverse;

use contracts_delivery::{ApplianceId, ApplianceReport, Neighbour, Tier};
use data_objects::ContentHash;
use url::Url;

use crate::decision::{Nearness, Place, affinity, word};
use crate::limits::{MAX_ABOVE, MAX_PEERS};

/// An appliance as far as its neighbours care.
pub(crate) struct Stand<'a> {
    appliance: &'a ApplianceId,
    base_url: &'a Url,
    tier: Tier,
    site: &'a str,
    place: Option<Place>,
    stores: bool,
}

impl<'a> Stand<'a> {
    pub(crate) fn new(appliance: &'a ApplianceId, report: &'a ApplianceReport) -> Self {
        Self {
            appliance,
            base_url: &report.base_url,
            tier: report.tier,
            site: &report.site,
            place: report.location.map(Place::from),
            stores: report.cache_bytes > 0,
        }
    }

    fn neighbour(&self) -> Neighbour {
        Neighbour {
            appliance: self.appliance.clone(),
            base_url: self.base_url.clone(),
        }
    }
}

/// The neighbours of `own` among `others`, those to be asked first in front. Whoever stores nothing has nothing to
/// give; an origin is asked last anyway.
pub(crate) fn neighbours<'a>(
    own: &Stand<'_>,
    others: impl Iterator<Item = Stand<'a>>,
) -> Vec<Neighbour> {
    let (mut peers, mut above) = (Vec::new(), Vec::new());
    for other in others.filter(|it| it.stores && it.appliance != own.appliance) {
        if other.tier == own.tier && other.site == own.site {
            peers.push(other);
        } else if other.tier == Tier::Exchange && own.tier == Tier::Isp {
            above.push(other);
        }
    }
    peers.sort_by_cached_key(|peer| turn(own, peer));
    above.sort_by_cached_key(|it| (distance(own, it), turn(own, it)));
    let peers = peers.iter().take(MAX_PEERS);
    let all = peers.chain(above.iter().take(MAX_ABOVE));
    all.map(Stand::neighbour).collect()
}

fn distance(own: &Stand<'_>, other: &Stand<'_>) -> Nearness {
    let both = own.place.zip(other.place);
    both.map_or(Nearness::UNKNOWN, |(own, other)| {
        Nearness::between(own, other)
    })
}

/// Another order for everyone, so that not all ask the same one first.
fn turn(own: &Stand<'_>, other: &Stand<'_>) -> Reverse<u64> {
    let seed = |it: &Stand<'_>| word(&ContentHash::of(it.appliance.0.as_bytes()));
    Reverse(affinity(seed(own), seed(other)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use contracts_delivery::Location;

    use super::*;
    use crate::registry::tests::report;

    fn stands(all: &[(ApplianceId, ApplianceReport)]) -> impl Iterator<Item = Stand<'_>> {
        all.iter().map(|(name, report)| Stand::new(name, report))
    }

    #[test]
    fn peers_of_the_site_come_first_and_then_the_nearest_above() {
        let one = |name: &str, tier, site: &str, latitude: f64, cache_bytes| {
            let location = Location::new(latitude, 5.0).unwrap();
            let report = ApplianceReport {
                tier,
                site: site.to_owned(),
                location: Some(location),
                cache_bytes,
                ..report(0)
            };
            (ApplianceId(name.to_owned()), report)
        };
        let all = [
            one("own", Tier::Isp, "north", 52.0, 1),
            one("peer", Tier::Isp, "north", 52.0, 1),
            one("passes-through", Tier::Isp, "north", 52.0, 0),
            one("elsewhere", Tier::Isp, "south", 40.0, 1),
            one("far-exchange", Tier::Exchange, "ix", -30.0, 1),
            one("near-exchange", Tier::Exchange, "ix", 51.0, 1),
            one("origin", Tier::Origin, "", 52.0, 1),
        ];
        let names = |own: usize| -> Vec<String> {
            let own = Stand::new(&all[own].0, &all[own].1);
            let found = neighbours(&own, stands(&all));
            found.into_iter().map(|it| it.appliance.0).collect()
        };
        assert_eq!(names(0), ["peer", "near-exchange", "far-exchange"]);
        assert_eq!(names(5), ["far-exchange"]);
    }

    #[test]
    fn the_peers_of_a_site_share_the_askers() {
        let all: Vec<_> = (0..100)
            .map(|number| {
                let report = ApplianceReport {
                    cache_bytes: 1,
                    ..report(0)
                };
                (ApplianceId(format!("isp-{number}")), report)
            })
            .collect();
        let mut first: HashMap<String, usize> = HashMap::new();
        for (name, report) in &all {
            let found = neighbours(&Stand::new(name, report), stands(&all[..4]));
            *first.entry(found[0].appliance.0.clone()).or_default() += 1;
        }
        assert_eq!(first.len(), 4);
        assert!(first.values().all(|count| *count >= 10), "{first:?}");
    }
}
