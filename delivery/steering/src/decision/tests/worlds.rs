//! In random worlds a decision is what weighing everyone and sorting comes to.

use contracts_delivery::Location;
use proptest::prelude::*;

use super::super::weigh::{Scales, UNROUTED};
use super::*;

/// More than a line of candidates, and more appliances than a word has bits.
const MOST: usize = 90;
const FILES: usize = 5;

/// One appliance and what is known of it.
#[derive(Debug, Clone)]
struct Drawn {
    tier: Tier,
    load: f32,
    /// Of four one is silent and one suspected.
    state: u8,
    /// Where it is announced, and how: prefix, path, discriminator, whether it drains.
    routes: Vec<(u8, u16, u32, bool)>,
    files: u64,
    place: Option<(f64, f64)>,
    measured: Option<(f32, f32)>,
}

fn any_box() -> impl Strategy<Value = Drawn> {
    let tier = prop_oneof![
        4 => Just(Tier::Isp), 3 => Just(Tier::Exchange), 1 => Just(Tier::Origin)
    ];
    let load = prop_oneof![0.0_f32..0.4, Just(0.5), Just(0.8), 0.9_f32..1.1];
    let route = (0_u8..4, 0_u16..2, 0_u32..2, any::<bool>());
    let routes = proptest::collection::vec(route, 0..3);
    let files = prop_oneof![2 => Just((1 << FILES) - 1), 1 => Just(0), 2 => 0_u64..1 << FILES];
    let place = proptest::option::of((-60.0_f64..60.0, -180.0_f64..180.0));
    let measured = proptest::option::of((1.0_f32..20_000.0, 1.0_f32..400.0));
    (tier, load, 0_u8..6, routes, files, place, measured).prop_map(
        |(tier, load, state, routes, files, place, measured)| Drawn {
            tier,
            load,
            state,
            routes,
            files,
            place,
            measured,
        },
    )
}

/// Around the client, the shortest first; the last is elsewhere.
const PREFIXES: [&str; 4] = ["10.0.0.0/8", "10.0.0.0/16", "10.0.0.0/24", "11.0.0.0/8"];

fn place((north, east): (f64, f64)) -> Option<Place> {
    Location::new(north, east).ok().map(Place::from)
}

fn bed(boxes: &[Drawn]) -> Bed {
    let mut bed = Bed::default();
    bed.knowledge.holdings.describe(release(1), FILES);
    for (number, one) in boxes.iter().enumerate() {
        let by = bed.add(&format!("box-{number}"), one.tier, one.load);
        let member = bed.knowledge.fleet.get_mut(by).unwrap();
        match one.state {
            0 => member.silent_from = NOW.into(),
            1 => member.suspected_until = (NOW * 2).into(),
            _ => {}
        }
        member.place = one.place.and_then(place);
        let holdings = &mut bed.knowledge.holdings;
        holdings.set(release(1), by, one.files).unwrap();
        for (prefix, path_len, med, drains) in &one.routes {
            let route = Route {
                path_len: *path_len,
                med: *med,
                communities: drains
                    .then_some(delivery_routes::Community::GRACEFUL_SHUTDOWN)
                    .into_iter()
                    .collect(),
            };
            let prefix = PREFIXES[*prefix as usize].parse().unwrap();
            bed.rib.announce(by, prefix, route);
            bed.routed.insert(by);
        }
    }
    let routed = bed.routed.clone();
    bed.knowledge.fleet.set_routed(|by| routed.contains(&by));
    let network = bed.rib.table().find(CLIENT).map(|found| found.network);
    for (by, one) in (0..).map(Announcer).zip(boxes) {
        if let Some((network, (kbps, rtt_ms))) = network.zip(one.measured) {
            let sample = Sample {
                kbps: Some(kbps),
                rtt_ms: Some(rtt_ms),
            };
            bed.knowledge.learned.learn(network, by, sample, NOW);
        }
    }
    bed
}

fn any_ranker() -> impl Strategy<Value = Ranker> {
    let order = Just(Criterion::ALL.to_vec()).prop_shuffle();
    let order = (order, 1..=Criterion::ALL.len());
    let some = (order, 1_usize..=8).prop_map(|((order, count), longest)| {
        let names: Vec<String> = order[..count].iter().map(ToString::to_string).collect();
        let text = format!("order={} longest={longest}", names.join(","));
        text.parse().unwrap()
    });
    prop_oneof![
        2 => Just(Ranker::default()),
        1 => Just(Ranker::score()),
        1 => Just(Ranker::default().whole()),
        3 => some,
    ]
}

/// Everyone is weighed, and then sorted.
fn simple(bed: &Bed, question: &Question) -> Vec<Weighed> {
    let (knowledge, ranker) = (&bed.knowledge, &bed.ranker);
    let table = bed.rib.table();
    let found = table.find(question.client);
    let scales = Scales::new(
        knowledge,
        ranker,
        question,
        None,
        found.map(|found| found.network),
    );
    let announced = found.into_iter().flat_map(|found| found.candidates.iter());
    let announced = announced.map(|route| (route.by, Some(route)));
    let everywhere = knowledge.fleet.everywhere().iter();
    let everyone = announced.chain(everywhere.map(|by| (*by, None)));
    let mut all: Vec<(u64, Weighed)> = everyone
        .filter_map(|(by, route)| {
            let member = scales.up(by)?;
            let counts =
                member.tier() != Tier::Origin && ranker.order().contains(&Criterion::Content);
            let content = knowledge
                .holdings
                .content(question.release, by, question.wanted);
            let content = if counts { content } else { Content::Nothing };
            let rank = route.map_or(UNROUTED, |route| route.rank.into());
            let mut merits = scales.at_best(by, member, content, rank);
            scales.complete(&mut merits, by, member);
            let weight = scales.weight(by, &merits, route);
            let key = weight.key(ranker, affinity(seed(question.release), member.seed));
            Some((key, Weighed { by, weight }))
        })
        .collect();
    all.sort_by_key(|(key, one)| (*key, one.by));
    let mut all: Vec<Weighed> = all.into_iter().map(|(_, one)| one).collect();
    let is_origin = |one: &Weighed| one.weight.tier == Tier::Origin;
    let origin = all.iter().copied().find(is_origin);
    all.truncate(ranker.longest());
    if let Some(origin) = origin
        && !all.iter().any(is_origin)
    {
        all.pop();
        all.push(origin);
    }
    all
}

proptest! {
    #[test]
    fn the_answer_is_that_of_weighing_everyone(
        boxes in proptest::collection::vec(any_box(), 0..MOST),
        ranker in any_ranker(),
        (number, wanted) in (1_u32..3, prop_oneof![Just(u64::MAX), any::<u64>()]),
        using in proptest::option::of(0_u32..MOST as u32),
        at in proptest::option::of((-60.0_f64..60.0, -180.0_f64..180.0)),
        nominal_kbps in prop_oneof![Just(0), 1_u32..60_000],
    ) {
        let bed = Bed { ranker, ..bed(&boxes) };
        let question = Question {
            place: at.and_then(place),
            wanted,
            nominal_kbps,
            using: using.map(Announcer),
            ..question(number)
        };
        let (table, mut scratch) = (bed.rib.table(), Scratch::default());
        let decision = decide(&bed.knowledge, &table, &bed.ranker, &question, &mut scratch);
        let expected = simple(&bed, &question);
        prop_assert_eq!(decision.ranked, expected.as_slice());
        prop_assert!(decision.weighed <= decision.candidates);
    }
}

/// Where two appliances are alike in all that comes before nearness by default.
fn alike(ranker: &Ranker, one: &Weight, other: &Weight) -> bool {
    let rank = |weight: &Weight| weight.route.map(|route| route.rank);
    let told = |weight: &Weight| {
        let band = ranker.band(weight.load);
        (
            weight.stays,
            weight.standing,
            weight.content,
            rank(weight),
            weight.tier,
            band,
        )
    };
    told(one) == told(other)
}

proptest! {
    #[test]
    fn whoever_lies_about_times_passes_only_those_who_are_alike_otherwise(
        boxes in proptest::collection::vec(any_box(), 1..50),
        liar in any::<prop::sample::Index>(),
        lie in prop_oneof![Just(f32::MIN_POSITIVE), 0.01_f32..1e6],
        at in proptest::option::of((-60.0_f64..60.0, -180.0_f64..180.0)),
    ) {
        let liar = Announcer(liar.index(boxes.len()) as u32);
        let mut bed = Bed { ranker: Ranker::default().whole(), ..bed(&boxes) };
        let question = Question { place: at.and_then(place), ..question(1) };
        let before = simple(&bed, &question);
        let Some(found) = bed.rib.table().find(CLIENT).map(|found| found.network) else {
            return Ok(());
        };
        for _ in 0..100 {
            let sample = Sample { kbps: None, rtt_ms: Some(lie) };
            bed.knowledge.learned.learn(found, liar, sample, NOW);
        }
        let after = simple(&bed, &question);
        let others = |all: &[Weighed]| -> Vec<Announcer> {
            all.iter().map(|one| one.by).filter(|by| *by != liar).collect()
        };
        prop_assert_eq!(others(&before), others(&after));
        let place_of = |all: &[Weighed]| all.iter().position(|one| one.by == liar);
        let (Some(was), Some(is)) = (place_of(&before), place_of(&after)) else {
            return Ok(());
        };
        for passed in &after[is.min(was)..=is.max(was)] {
            prop_assert!(alike(&bed.ranker, &passed.weight, &after[is].weight));
        }
        let member = bed.knowledge.fleet.get(liar).unwrap();
        if let Some((client, appliance)) = question.place.zip(member.place) {
            let promised = Nearness::between(client, appliance);
            prop_assert!(after[is].weight.nearness >= promised.at_best());
        }
    }
}

#[test]
fn few_of_many_are_weighed() {
    let alike = Drawn {
        tier: Tier::Isp,
        load: 0.1,
        state: 5,
        routes: vec![(2, 1, 0, false)],
        files: (1 << FILES) - 1,
        place: None,
        measured: None,
    };
    let farther = Drawn {
        routes: vec![(2, 2, 0, false)],
        ..alike.clone()
    };
    let boxes: Vec<Drawn> = (0..10)
        .map(|_| alike.clone())
        .chain((0..40).map(|_| farther.clone()))
        .collect();
    let (bed, mut scratch) = (bed(&boxes), Scratch::default());
    let table = bed.rib.table();
    let decision = decide(
        &bed.knowledge,
        &table,
        &bed.ranker,
        &question(1),
        &mut scratch,
    );
    assert_eq!((decision.candidates, decision.weighed), (50, 10));
}
