//! Decisions of a log made again by another ranker, and what would have been different.

use std::collections::BTreeMap;

use contracts_delivery::Tier;
use serde::Serialize;

use crate::decision::{Content, Ranker, Standing};
use crate::event::{DecisionEvent, WeighedAppliance};

/// What two rankings of the same decisions came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Comparison {
    /// Decisions made again.
    pub decisions: u64,
    /// Those in which another appliance comes first.
    pub moved: u64,
    /// As they were made.
    pub made: Outcome,
    /// As the other ranker makes them.
    pub remade: Outcome,
}

/// The appliances that came first.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Outcome {
    /// How often one of each tier did.
    pub tiers: BTreeMap<Tier, u64>,
    /// How often it held every file.
    pub held: u64,
    /// How often it was full or suspected.
    pub poor: u64,
    /// Their loads added up, the play included.
    pub load_sum: f64,
}

impl Comparison {
    /// Takes a decision in. One that weighed nobody is left out.
    pub fn add(&mut self, event: &DecisionEvent, ranker: &Ranker) {
        let remade = event.ranked_by(ranker);
        let (Some(before), Some(after)) = (event.weighed.first(), remade.first()) else {
            return;
        };
        self.decisions += 1;
        self.moved += u64::from(before.appliance != after.appliance);
        self.made.add(before);
        self.remade.add(after);
    }
}

impl Outcome {
    fn add(&mut self, first: &WeighedAppliance) {
        let weight = &first.weight;
        *self.tiers.entry(weight.tier).or_default() += 1;
        self.held += u64::from(weight.content == Content::All);
        self.poor += u64::from(weight.standing != Standing::Well);
        self.load_sum += f64::from(weight.load);
    }

    /// The mean load of those that came first.
    pub fn mean_load(&self) -> f64 {
        let decisions: u64 = self.tiers.values().sum();
        self.load_sum / decisions.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use contracts_delivery::{ApplianceId, ReleaseId};
    use data_objects::ContentHash;
    use platform_clock::Timestamp;

    use super::*;
    use crate::decision::{Nearness, Throughput, Weight};

    fn weighed(name: &str, tier: Tier, load: f32) -> WeighedAppliance {
        WeighedAppliance {
            appliance: ApplianceId(name.to_owned()),
            weight: Weight {
                stays: false,
                standing: Standing::Well,
                content: Content::Nothing,
                route: None,
                tier,
                load,
                capacity_kbps: 1_000_000,
                nearness: Nearness::UNKNOWN,
                rtt_ms: None,
                throughput: Throughput::Unknown,
            },
        }
    }

    #[test]
    fn another_order_moves_what_it_should_and_the_same_moves_nothing() {
        let event = DecisionEvent {
            at: Timestamp::from_millis(1),
            session: None,
            release: ReleaseId(ContentHash::of(b"release")),
            network: None,
            nominal_kbps: 0,
            ranker: Ranker::default().to_string(),
            weighed: vec![
                weighed("isp", Tier::Isp, 0.6),
                weighed("exchange", Tier::Exchange, 0.1),
            ],
        };
        let line = serde_json::to_string(&event).unwrap();
        let event: DecisionEvent = serde_json::from_str(&line).unwrap();
        let mut same = Comparison::default();
        same.add(&event, &event.ranker.parse().unwrap());
        assert_eq!((same.decisions, same.moved), (1, 0));
        let mut other = Comparison::default();
        other.add(&event, &"order=load".parse().unwrap());
        assert_eq!(other.moved, 1);
        assert_eq!(other.remade.tiers, BTreeMap::from([(Tier::Exchange, 1)]));
        assert!(other.remade.mean_load() < other.made.mean_load());
        let mut full = Comparison::default();
        full.add(&event, &"full_load=0.5".parse().unwrap());
        assert_eq!(full.moved, 1, "what was well is full for a stricter ranker");
    }
}
