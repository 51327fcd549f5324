//! The join: what a miss is called, and that every byte is counted once.

use std::time::Duration;

use contracts_delivery::Tier;
use data_objects::ContentHash;
use delivery_steering::WeighedAppliance;
use delivery_steering::decision::{Content, Nearness, RouteWeight, Standing, Throughput, Weight};
use proptest::prelude::*;

use super::*;
use crate::Row;

fn release() -> ReleaseId {
    ReleaseId(ContentHash::of(b"release"))
}

fn session(number: u8) -> SessionId {
    SessionId::from_bytes([number; 16])
}

const fn at(second: u64) -> Timestamp {
    Timestamp::from_millis(1_000_000_000_000 + second * 1_000)
}

/// A box announced with that rank; none serves every network.
fn weighed(name: &str, rank: Option<u8>, standing: Standing, content: Content) -> WeighedAppliance {
    let route = rank.map(|rank| RouteWeight {
        prefix_len: 24,
        path_len: u16::from(rank),
        med: 0,
        rank,
        draining: false,
    });
    WeighedAppliance {
        appliance: ApplianceId(name.to_owned()),
        weight: Weight {
            stays: false,
            standing,
            content,
            route,
            tier: if rank.is_some() {
                Tier::Isp
            } else {
                Tier::Origin
            },
            load: 0.1,
            capacity_kbps: 1_000_000,
            nearness: Nearness::UNKNOWN,
            rtt_ms: None,
            throughput: Throughput::Unknown,
        },
    }
}

fn decision(number: u8, weighed: Vec<WeighedAppliance>) -> DecisionEvent {
    DecisionEvent {
        at: at(0),
        session: Some(session(number)),
        release: release(),
        network: None,
        nominal_kbps: 1,
        ranker: String::new(),
        weighed,
    }
}

fn sent(number: u8, from: &str, bytes: u64) -> Sent {
    Sent {
        at: at(1),
        appliance: ApplianceId(from.to_owned()),
        session: session(number),
        release: release(),
        bytes,
    }
}

/// Two boxes announced alike, one farther, and the origin.
fn near(standing: Standing, content: Content) -> Vec<WeighedAppliance> {
    vec![
        weighed("far", Some(1), Standing::Well, Content::All),
        weighed("near-b", Some(0), standing, content),
        weighed("near-a", Some(0), standing, Content::Nothing),
        weighed("origin", None, Standing::Well, Content::Nothing),
    ]
}

fn sums(weighed: Vec<WeighedAppliance>, from: &str) -> Row {
    let mut join = Join::default();
    join.decided(&decision(1, weighed), at(0));
    join.sent(sent(1, from, 10), at(1));
    let rows: Vec<_> = join.sums().rows().collect();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].1, rows[0].2), ("near-a", release()));
    rows[0].3
}

#[test]
fn a_miss_is_told_by_what_kept_the_bytes_from_where_they_belong() {
    let row = |kind: &str| {
        let mut row = Row::default();
        match kind {
            "hit" => row.hit = 10,
            "content" => row.content = 10,
            "health" => row.health = 10,
            _ => row.other = 10,
        }
        row
    };
    assert_eq!(
        sums(near(Standing::Well, Content::All), "near-a"),
        row("hit")
    );
    assert_eq!(
        sums(near(Standing::Well, Content::Some), "far"),
        row("content")
    );
    assert_eq!(
        sums(near(Standing::Full, Content::All), "far"),
        row("health")
    );
    assert_eq!(
        sums(near(Standing::Suspected, Content::All), "origin"),
        row("health")
    );
    assert_eq!(
        sums(near(Standing::Well, Content::All), "far"),
        row("other")
    );
}

#[test]
fn either_may_come_first_and_nothing_waits_for_ever() {
    let mut join = Join::default();
    join.sent(sent(1, "near-a", 10), at(1));
    join.sent(sent(2, "near-a", 5), at(1));
    join.decided(&decision(1, near(Standing::Well, Content::All)), at(100));
    join.advance(at(200));
    let told = |joined, alone, waiting| Completeness {
        joined,
        alone,
        waiting,
    };
    assert_eq!(join.completeness(), told(10, 0, 5));
    join.advance(at(2 + LATENESS.as_secs()));
    assert_eq!(join.completeness(), told(10, 5, 0));
    join.advance(at(200 + DECISION_KEPT.as_secs()));
    join.sent(sent(1, "near-a", 3), at(200 + DECISION_KEPT.as_secs()));
    assert_eq!(
        join.completeness(),
        told(10, 5, 3),
        "its decision is let go"
    );
}

proptest! {
    #[test]
    fn every_byte_is_counted_once(
        steps in proptest::collection::vec((0_u8..3, 0_u8..4, 0_u64..100, 0_u64..400), 0..100),
    ) {
        let (mut join, mut now, mut all) = (Join::default(), 0, 0);
        for (step, play, bytes, seconds) in steps {
            now += seconds;
            match step {
                0 => join.decided(&decision(play, near(Standing::Well, Content::All)), at(now)),
                1 => {
                    all += bytes;
                    join.sent(sent(play, "far", bytes), at(now));
                }
                _ => join.advance(at(now)),
            }
            let found = join.completeness();
            prop_assert_eq!(found.joined + found.alone + found.waiting, all);
            prop_assert_eq!(join.sums().all().all(), found.joined);
        }
        join.advance(at(now).plus(LATENESS + Duration::from_secs(1)));
        prop_assert_eq!(join.completeness().waiting, 0);
        prop_assert_eq!(join.waits, 0);
    }
}
