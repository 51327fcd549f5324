//! The ranking, as a function of what is known of the appliances.
//!
//! In order: those that work before those that are full before those clients failed on; the nearer tier;
//! the lower band of load; and within a band rendezvous hashing of release and appliance, so that one
//! release keeps to few appliances (and their caches hold it once) while releases spread over all.

use std::cmp::Reverse;

use contracts_delivery::{ApplianceId, RankedAppliance, ReleaseId, Tier};
use data_objects::ContentHash;
use url::Url;

use crate::limits::{FULL_LOAD, LOAD_BANDS};

/// An appliance that is up, as the ranking sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Which.
    pub appliance: ApplianceId,
    /// Where it serves; ends with `/`.
    pub base_url: Url,
    /// Where it stands.
    pub tier: Tier,
    /// What it sends over what it can send; 1 is all of it.
    pub load: f64,
    /// Clients failed on it a short while ago.
    pub suspected: bool,
}

/// How far an appliance can be relied on; the lesser is the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Up, with room.
    Well,
    /// Up, sending about all it can.
    Full,
    /// Up, but clients failed on it.
    Suspected,
}

impl Candidate {
    /// How far it can be relied on.
    pub fn standing(&self) -> Standing {
        if self.suspected {
            Standing::Suspected
        } else if self.load >= FULL_LOAD {
            Standing::Full
        } else {
            Standing::Well
        }
    }

    fn band(&self) -> usize {
        LOAD_BANDS
            .iter()
            .filter(|bound| self.load >= **bound)
            .count()
    }

    fn affinity(&self, release: ReleaseId) -> [u8; 32] {
        let mut bytes = release.0.as_bytes().to_vec();
        bytes.extend_from_slice(self.appliance.0.as_bytes());
        *ContentHash::of(&bytes).as_bytes()
    }

    fn reason(&self) -> String {
        let tier = match self.tier {
            Tier::Isp => "in the provider's network",
            Tier::Exchange => "at an exchange",
            Tier::Origin => "the origin",
        };
        let standing = match self.standing() {
            Standing::Well => "up",
            Standing::Full => "up but full",
            Standing::Suspected => "up but clients failed on it",
        };
        format!("{tier}, {standing}, load {:.0}%", self.load * 100.0)
    }
}

/// All of `candidates`, best first for `release`. The order they are given in does not matter.
pub fn rank(mut candidates: Vec<Candidate>, release: ReleaseId) -> Vec<RankedAppliance> {
    candidates.sort_by_cached_key(|candidate| {
        (
            candidate.standing(),
            candidate.tier,
            candidate.band(),
            Reverse(candidate.affinity(release)),
        )
    });
    let ranked = candidates.into_iter().map(|candidate| RankedAppliance {
        reason: candidate.reason(),
        appliance: candidate.appliance,
        base_url: candidate.base_url,
        tier: candidate.tier,
    });
    ranked.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn candidate(name: &str, tier: Tier, load: f64, suspected: bool) -> Candidate {
        Candidate {
            appliance: ApplianceId(name.to_owned()),
            base_url: Url::parse("http://127.0.0.1:1/").unwrap(),
            tier,
            load,
            suspected,
        }
    }

    fn names(ranked: &[RankedAppliance]) -> Vec<&str> {
        ranked.iter().map(|one| one.appliance.0.as_str()).collect()
    }

    fn release(number: u32) -> ReleaseId {
        ReleaseId(ContentHash::of(&number.to_be_bytes()))
    }

    fn any_candidates() -> impl Strategy<Value = Vec<Candidate>> {
        let tiers = prop_oneof![Just(Tier::Isp), Just(Tier::Exchange), Just(Tier::Origin)];
        let one = (tiers, 0.0_f64..1.5, any::<bool>());
        proptest::collection::vec(one, 0..12).prop_map(|parts| {
            let numbered = parts.into_iter().enumerate();
            numbered
                .map(|(n, (tier, load, suspected))| {
                    candidate(&format!("a{n}"), tier, load, suspected)
                })
                .collect()
        })
    }

    #[test]
    fn standing_comes_before_tier_and_tier_before_load() {
        let ranked = rank(
            vec![
                candidate("origin", Tier::Origin, 0.0, false),
                candidate("suspected", Tier::Isp, 0.0, true),
                candidate("full", Tier::Isp, 0.97, false),
                candidate("exchange", Tier::Exchange, 0.1, false),
                candidate("isp-busy", Tier::Isp, 0.85, false),
                candidate("isp", Tier::Isp, 0.2, false),
            ],
            release(1),
        );
        let expected = ["isp", "isp-busy", "exchange", "origin", "full", "suspected"];
        assert_eq!(names(&ranked), expected);
        assert_eq!(ranked[0].reason, "in the provider's network, up, load 20%");
    }

    #[test]
    fn releases_spread_over_equal_appliances() {
        let equal: Vec<_> = (0..4)
            .map(|n| candidate(&format!("a{n}"), Tier::Isp, 0.1, false))
            .collect();
        let mut firsts = [0_u32; 4];
        for number in 0..400 {
            let ranked = rank(equal.clone(), release(number));
            firsts[usize::from(ranked[0].appliance.0.as_bytes()[1] - b'0')] += 1;
        }
        assert!(
            firsts.iter().all(|count| (60..140).contains(count)),
            "{firsts:?}"
        );
    }

    proptest! {
        #[test]
        fn everyone_is_ranked_once_and_the_input_order_does_not_matter(
            candidates in any_candidates(),
            number in any::<u32>(),
        ) {
            let ranked = rank(candidates.clone(), release(number));
            let mut reversed = candidates.clone();
            reversed.reverse();
            prop_assert_eq!(&ranked, &rank(reversed, release(number)));
            let mut all = names(&ranked);
            all.sort_unstable();
            all.dedup();
            prop_assert_eq!(all.len(), candidates.len());
        }

        #[test]
        fn losing_one_appliance_keeps_the_order_of_the_others(
            candidates in any_candidates(),
            number in any::<u32>(),
            lost in any::<prop::sample::Index>(),
        ) {
            prop_assume!(!candidates.is_empty());
            let lost = lost.index(candidates.len());
            let mut expected = rank(candidates.clone(), release(number));
            expected.retain(|one| one.appliance != candidates[lost].appliance);
            let mut left = candidates;
            left.remove(lost);
            prop_assert_eq!(rank(left, release(number)), expected);
        }

        #[test]
        fn a_better_standing_or_nearer_tier_is_never_behind(
            candidates in any_candidates(),
            number in any::<u32>(),
        ) {
            let standing = |name: &ApplianceId| {
                let found = candidates.iter().find(|one| one.appliance == *name).unwrap();
                (found.standing(), found.tier)
            };
            let ranked = rank(candidates.clone(), release(number));
            for pair in ranked.windows(2) {
                prop_assert!(standing(&pair[0].appliance) <= standing(&pair[1].appliance));
            }
        }
    }
}
