//! Rankings of small fleets, and what holds for every fleet.

use std::collections::HashSet;

use contracts_delivery::{ApplianceId, Location, Tier};
use data_objects::ContentHash;
use delivery_routes::{Rib, Route};
use proptest::prelude::*;

use super::*;

mod worlds;

const NOW: Duration = Duration::from_secs(100);
const CLIENT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 9));

/// A fleet in which a name stands for an appliance.
#[derive(Debug, Default)]
struct Bed {
    knowledge: Knowledge,
    rib: Rib,
    routed: HashSet<Announcer>,
    ranker: Ranker,
}

impl Bed {
    /// An appliance of 1 Gbit/s that reports.
    fn add(&mut self, name: &str, tier: Tier, load: f32) -> Announcer {
        let fleet = &mut self.knowledge.fleet;
        let by = fleet.number(&ApplianceId(name.to_owned())).unwrap();
        fleet.set_tier(by, tier);
        let member = fleet.get_mut(by).unwrap();
        member.silent_from = (NOW * 2).into();
        member.load = Load {
            sending_kbps: (load * 1e6) as u32,
            reserved_kbps: 0,
            capacity_kbps: 1_000_000,
        };
        by
    }

    fn announce(&mut self, by: Announcer, prefix: &str, path_len: u16, med: u32) {
        let route = Route {
            path_len,
            med,
            ..Route::default()
        };
        self.rib.announce(by, prefix.parse().unwrap(), route);
        self.routed.insert(by);
        let routed = &self.routed;
        self.knowledge.fleet.set_routed(|by| routed.contains(&by));
    }

    fn ranked(&self, question: &Question) -> Vec<Weighed> {
        let (knowledge, table) = (&self.knowledge, self.rib.table());
        let mut scratch = Scratch::default();
        let decision = decide(knowledge, &table, &self.ranker, question, &mut scratch);
        decision.ranked.to_vec()
    }

    /// Why each has its place.
    fn words(&self, question: &Question) -> Vec<String> {
        let ranked = self.ranked(question);
        ranked.iter().map(|one| one.weight.to_string()).collect()
    }

    fn names(&self, question: &Question) -> Vec<String> {
        let name = |weighed: &Weighed| self.knowledge.fleet.name(weighed.by).0.clone();
        self.ranked(question).iter().map(name).collect()
    }
}

fn release(number: u32) -> ReleaseId {
    ReleaseId(ContentHash::of(&number.to_be_bytes()))
}

fn question(number: u32) -> Question {
    Question {
        client: CLIENT,
        place: None,
        release: release(number),
        wanted: u64::MAX,
        nominal_kbps: 0,
        using: None,
        now: NOW,
    }
}

#[test]
fn standing_comes_before_tier_and_tier_before_load() {
    let mut bed = Bed::default();
    bed.add("origin", Tier::Origin, 0.0);
    let suspected = bed.add("suspected", Tier::Isp, 0.0);
    bed.add("full", Tier::Isp, 0.97);
    bed.add("exchange", Tier::Exchange, 0.1);
    bed.add("isp-busy", Tier::Isp, 0.85);
    bed.add("isp", Tier::Isp, 0.2);
    let silent = bed.add("silent", Tier::Isp, 0.0);
    let fleet = &mut bed.knowledge.fleet;
    fleet.get_mut(suspected).unwrap().suspected_until = (NOW * 2).into();
    fleet.get_mut(silent).unwrap().silent_from = NOW.into();
    let expected = ["isp", "isp-busy", "exchange", "origin", "full", "suspected"];
    assert_eq!(bed.names(&question(1)), expected);
}

#[test]
fn routes_decide_before_tiers_and_content_before_routes() {
    let mut bed = Bed::default();
    let near = bed.add("exchange-specific", Tier::Exchange, 0.0);
    let wide = bed.add("isp-wide", Tier::Isp, 0.0);
    let elsewhere = bed.add("isp-elsewhere", Tier::Isp, 0.0);
    bed.add("origin", Tier::Origin, 0.0);
    bed.announce(near, "10.0.0.0/24", 2, 0);
    bed.announce(wide, "10.0.0.0/8", 1, 0);
    bed.announce(elsewhere, "11.0.0.0/8", 1, 0);
    let expected = ["exchange-specific", "isp-wide", "origin"];
    assert_eq!(bed.names(&question(1)), expected);
    let holdings = &mut bed.knowledge.holdings;
    holdings.describe(release(1), 12);
    holdings.set(release(1), wide, (1 << 12) - 1).unwrap();
    holdings.set(release(1), near, 1 << 3).unwrap();
    assert_eq!(bed.names(&question(1))[0], "isp-wide");
    let one_file = Question {
        wanted: 1 << 3,
        ..question(1)
    };
    assert_eq!(bed.names(&one_file)[0], "exchange-specific");
    assert_eq!(bed.names(&question(2))[0], "exchange-specific");
}

#[test]
fn a_play_that_does_not_fit_goes_elsewhere_and_one_in_use_stays() {
    let mut bed = Bed::default();
    let near = bed.add("near", Tier::Isp, 0.0);
    let far = bed.add("far", Tier::Exchange, 0.0);
    bed.knowledge
        .fleet
        .get_mut(near)
        .unwrap()
        .load
        .reserved_kbps = 945_000;
    let asks = |nominal_kbps, using| Question {
        nominal_kbps,
        using,
        ..question(1)
    };
    assert_eq!(bed.names(&asks(4_000, None)), ["near", "far"]);
    assert_eq!(bed.names(&asks(8_000, None)), ["far", "near"]);
    assert_eq!(bed.names(&asks(8_000, Some(near))), ["near", "far"]);
    assert_eq!(bed.names(&asks(4_000, Some(far))), ["far", "near"]);
    bed.knowledge.fleet.get_mut(far).unwrap().suspected_until = (NOW * 2).into();
    assert_eq!(bed.names(&asks(4_000, Some(far))), ["near", "far"]);
}

#[test]
fn distance_counts_until_round_trips_are_measured() {
    let mut bed = Bed::default();
    let place = |north, east| Some(Place::from(Location::new(north, east).unwrap()));
    let (berlin, madrid) = (
        bed.add("berlin", Tier::Isp, 0.0),
        bed.add("madrid", Tier::Isp, 0.0),
    );
    bed.announce(berlin, "10.0.0.0/8", 1, 0);
    bed.announce(madrid, "10.0.0.0/8", 1, 0);
    bed.knowledge.fleet.get_mut(berlin).unwrap().place = place(52.5, 13.4);
    bed.knowledge.fleet.get_mut(madrid).unwrap().place = place(40.4, -3.7);
    let lisbon = Question {
        place: place(38.7, -9.1),
        nominal_kbps: 5_000,
        ..question(1)
    };
    assert_eq!(bed.names(&lisbon), ["madrid", "berlin"]);
    let network = "10.0.0.0/8".parse().unwrap();
    let sample = |rtt_ms, kbps| Sample { kbps, rtt_ms };
    let learned = &mut bed.knowledge.learned;
    learned.learn(network, madrid, sample(Some(90.0), None), NOW);
    learned.learn(network, berlin, sample(Some(30.0), None), NOW);
    assert_eq!(bed.names(&lisbon), ["berlin", "madrid"]);
    // Two thousand kilometres are not gone in a millisecond.
    let learned = &mut bed.knowledge.learned;
    *learned = Learned::default();
    learned.learn(network, berlin, sample(Some(1.0), None), NOW);
    assert_eq!(bed.names(&lisbon), ["madrid", "berlin"]);
    let words = bed.words(&lisbon);
    assert!(
        words[1].contains("less than the distance allows: taken for 10 to 20 ms"),
        "{words:?}"
    );
    assert!(words[0].contains(" ms by distance"), "{words:?}");
    learned_alike(&mut bed.knowledge.learned, network, [madrid, berlin]);
    bed.ranker = "order=standing,throughput".parse().unwrap();
    assert_eq!(bed.names(&lisbon), ["madrid", "berlin"]);
}

/// The first is fast, the second too slow.
fn learned_alike(learned: &mut Learned, network: IpNet, appliances: [Announcer; 2]) {
    for (by, kbps) in appliances.into_iter().zip([20_000.0, 1_000.0]) {
        let sample = Sample {
            rtt_ms: None,
            kbps: Some(kbps),
        };
        learned.learn(network, by, sample, NOW);
    }
}

#[test]
fn the_score_prefers_the_idle_and_the_large() {
    let mut bed = Bed {
        ranker: Ranker::score(),
        ..Bed::default()
    };
    bed.add("busy", Tier::Isp, 0.4);
    let large = bed.add("large", Tier::Isp, 0.1);
    bed.add("idle", Tier::Isp, 0.1);
    bed.add("exchange", Tier::Exchange, 0.0);
    bed.knowledge
        .fleet
        .get_mut(large)
        .unwrap()
        .load
        .capacity_kbps = 100_000_000;
    assert_eq!(
        bed.names(&question(1)),
        ["large", "idle", "busy", "exchange"]
    );
}

#[test]
fn releases_spread_over_equal_appliances_and_each_keeps_to_few() {
    let mut bed = Bed::default();
    for n in 0..4 {
        bed.add(&format!("{n}"), Tier::Isp, 0.1);
    }
    let mut firsts = [0_u32; 4];
    for number in 0..400 {
        let first: usize = bed.names(&question(number))[0].parse().unwrap();
        firsts[first] += 1;
    }
    assert!(
        firsts.iter().all(|count| (60..140).contains(count)),
        "{firsts:?}"
    );
    assert_eq!(bed.names(&question(7)), bed.names(&question(7)));
}

#[test]
fn an_answer_is_short_and_names_an_origin() {
    let mut bed = Bed::default();
    for n in 0..40 {
        bed.add(&format!("isp-{n}"), Tier::Isp, 0.1);
    }
    bed.add("origin", Tier::Origin, 0.99);
    let names = bed.names(&question(1));
    assert_eq!(names.len(), crate::limits::MAX_RANKED);
    assert_eq!(names.last().unwrap(), "origin");
}

/// Appliances by tier, load, suspicion, and where they are announced.
fn any_bed() -> impl Strategy<Value = Bed> {
    let tiers = prop_oneof![Just(Tier::Isp), Just(Tier::Exchange), Just(Tier::Origin)];
    let one = (tiers, 0.0_f32..1.5, any::<bool>(), 0_u16..3, 0_u32..3);
    proptest::collection::vec(one, 0..=crate::limits::MAX_RANKED).prop_map(|parts| {
        let mut bed = Bed::default();
        for (n, (tier, load, suspected, path, med)) in parts.into_iter().enumerate() {
            let by = bed.add(&format!("a{n}"), tier, load);
            if suspected {
                bed.knowledge.fleet.get_mut(by).unwrap().suspected_until = (NOW * 2).into();
            }
            if path > 0 {
                bed.announce(by, "10.0.0.0/8", path, med);
            }
        }
        bed
    })
}

proptest! {
    #[test]
    fn everyone_up_is_ranked_once(bed in any_bed(), number in any::<u32>()) {
        let mut names = bed.names(&question(number));
        names.sort_unstable();
        names.dedup();
        prop_assert_eq!(names.len(), bed.knowledge.fleet.len());
    }

    #[test]
    fn losing_one_appliance_keeps_the_order_of_the_others(
        mut bed in any_bed(),
        number in any::<u32>(),
        lost in any::<prop::sample::Index>(),
    ) {
        if bed.knowledge.fleet.is_empty() {
            return Ok(());
        }
        let lost = Announcer(lost.index(bed.knowledge.fleet.len()) as u32);
        let mut expected = bed.names(&question(number));
        expected.retain(|name| *name != bed.knowledge.fleet.name(lost).0);
        bed.knowledge.fleet.get_mut(lost).unwrap().silent_from = NOW.into();
        prop_assert_eq!(bed.names(&question(number)), expected);
    }

    #[test]
    fn a_suspected_appliance_never_precedes_another(bed in any_bed(), number in any::<u32>()) {
        let mut scratch = Scratch::default();
        let table = bed.rib.table();
        let question = question(number);
        let decision = decide(&bed.knowledge, &table, &bed.ranker, &question, &mut scratch);
        let standings: Vec<Standing> = decision.ranked.iter().map(|one| one.weight.standing).collect();
        prop_assert!(standings.is_sorted(), "{:?}", standings);
    }
}
