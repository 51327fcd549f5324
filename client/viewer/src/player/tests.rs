//! Plays in simulated time: a model network, a real state machine.

#![expect(
    clippy::float_cmp,
    reason = "what is shown ends exactly where the title does"
)]

use url::Url;

use super::*;
use crate::presentation::{Listing, Part, Rendition, Segment, SegmentList};

/// A small ladder, so that a simulated play copies little memory.
const KBPS: [u64; 4] = [40, 80, 160, 320];
const SEGMENTS: usize = 60;

fn rendition(name: &str, bps: u64, places: &[&str]) -> Rendition {
    let segment = |number| Segment {
        part: Part {
            uri: format!("{name}-{number}.m4s"),
            range: None,
        },
        duration: Duration::from_secs(4),
    };
    let base = |place: &&str| Url::parse(&format!("http://{place}/")).unwrap();
    Rendition {
        bps,
        bases: places.iter().map(base).collect(),
        listing: Listing::Known(SegmentList {
            init: Some(Part {
                uri: format!("{name}-init.mp4"),
                range: None,
            }),
            segments: (0..SEGMENTS).map(segment).collect(),
        }),
    }
}

fn presentation(places: &[&str]) -> Presentation {
    let rung = |kbps: &u64| rendition("v", kbps * 1_000, places);
    Presentation {
        places: places.iter().map(ToString::to_string).collect(),
        video: KBPS.iter().map(rung).collect(),
        audio: Some(rendition("a", 0, places)),
    }
}

fn boxes(kinds: &[&[u8; 4]], payload: usize) -> Vec<u8> {
    let size = (8 + payload) as u32;
    let one = |kind: &&[u8; 4]| [&size.to_be_bytes()[..], *kind, &vec![0; payload]].concat();
    kinds.iter().flat_map(one).collect()
}

/// What a model server answers to a job: its bytes and time, or a failure after a time.
type Answer = (Duration, Result<Vec<u8>, Failure>);

/// A server of `network_kbps` that always has the file.
fn serve(job: &Job, network_kbps: u64) -> Answer {
    let body = match job.task {
        Task::Init => boxes(&[b"ftyp", b"moov"], 300),
        Task::Segment(_) => {
            let kbps = if job.audio { 6 } else { KBPS[job.rung] };
            boxes(&[b"moof", b"mdat"], (kbps * 125 * 4 / 2) as usize)
        }
        Task::Listing => panic!("the model's segments are known"),
    };
    let nanos = body.len() as u64 * 8_000_000 / network_kbps;
    (
        Duration::from_nanos(nanos) + Duration::from_millis(20),
        Ok(body),
    )
}

/// Runs a play to its end or failure; `answer` sees the time and the job.
fn run(
    player: &mut Player,
    mut answer: impl FnMut(Duration, &Job) -> Answer,
    mut renew: impl FnMut() -> Presentation,
) -> Result<Duration, PlayError> {
    let mut now = Duration::ZERO;
    for _ in 0..10_000 {
        match player.next(now)? {
            Step::Finished => return Ok(now),
            Step::Wait(time) => now += time.max(Duration::from_nanos(1)),
            Step::Renew => player.renewed(now, renew()),
            Step::Fetch(job) => {
                let (took, result) = answer(now, &job);
                now += took;
                player.finish(now, &job, took, result.as_deref().map_err(Clone::clone))?;
            }
        }
    }
    panic!("the play does not end")
}

fn player(places: &[&str]) -> Player {
    Player::new(presentation(places), Duration::MAX, 1.0)
}

fn no_renewal() -> Presentation {
    panic!("no renewal was expected")
}

#[test]
fn a_fast_network_plays_through_at_the_top() {
    let mut player = player(&["a"]);
    let took = run(&mut player, |_, job| serve(job, 5_000), no_renewal).unwrap();
    let play = player.into_play();
    let report = &play.report;
    assert_eq!(
        (report.played_s, report.stalls, report.appliances.len()),
        (240.0, 0, 1)
    );
    assert!(report.startup_s < 0.5, "{report:?}");
    assert!(
        report.switches >= 1 && report.mean_kbps > 250.0,
        "{report:?}"
    );
    assert!(
        (took.as_secs_f64() - 240.0 - report.startup_s).abs() < 0.01,
        "{took:?} {report:?}"
    );
    let mut reasons = play.log.iter().filter_map(|entry| match &entry.event {
        Event::Chose { reason, .. } => Some(*reason),
        _ => None,
    });
    assert_eq!(reasons.next(), Some("start"));
    assert!(play.log.iter().all(|entry| entry.buffer_s <= 64.0));
}

#[test]
fn a_network_too_slow_for_the_lowest_rung_stalls_and_says_so() {
    let mut player = player(&["a"]);
    let took = run(&mut player, |_, job| serve(job, 30), no_renewal).unwrap();
    let report = player.into_play().report;
    assert_eq!(report.played_s, 240.0);
    assert!(report.stalls > 3, "{report:?}");
    let accounted = report.startup_s + report.stalled_s + report.played_s;
    assert!(
        (took.as_secs_f64() - accounted).abs() < 0.01,
        "{took:?} {report:?}"
    );
}

#[test]
fn when_the_first_appliance_dies_the_second_takes_over_without_a_stall() {
    let mut player = player(&["a", "b"]);
    let dies = Duration::from_mins(1);
    let answer = |now: Duration, job: &Job| {
        if job.place == 0 && now > dies {
            return (
                Duration::from_secs(2),
                Err(Failure::Unreachable("refused".into())),
            );
        }
        serve(job, 2_000)
    };
    run(&mut player, answer, no_renewal).unwrap();
    let play = player.into_play();
    assert_eq!((play.report.stalls, play.report.played_s), (0, 240.0));
    assert_eq!(play.report.appliances, ["a", "b"]);
    let failed = |entry: &&LogEntry| matches!(entry.event, Event::Failed { .. });
    let failures = play.log.iter().filter(failed).count();
    assert!((1..=8).contains(&failures), "rests should grow: {failures}");
}

#[test]
fn malformed_segments_are_a_failure_of_their_appliance() {
    let mut player = player(&["a", "b"]);
    let answer = |_: Duration, job: &Job| match (job.place, job.task) {
        (0, Task::Segment(_)) => (Duration::from_millis(5), Ok(boxes(&[b"moof"], 99))),
        _ => serve(job, 2_000),
    };
    run(&mut player, answer, no_renewal).unwrap();
    assert_eq!(player.into_play().report.appliances, ["b"]);
}

#[test]
fn a_refused_session_is_renewed_and_played_on() {
    let mut player = player(&["a"]);
    let mut hosts = Vec::new();
    let answer = |now: Duration, job: &Job| {
        let host = job.url.host_str().unwrap_or("").to_owned();
        if host == "a" && now > Duration::from_secs(30) {
            return (Duration::from_millis(5), Err(Failure::Refused));
        }
        if !hosts.contains(&host) {
            hosts.push(host);
        }
        serve(job, 2_000)
    };
    run(&mut player, answer, || presentation(&["c"])).unwrap();
    let play = player.into_play();
    assert_eq!(hosts, ["a", "c"]);
    assert_eq!(
        play.log
            .iter()
            .filter(|entry| entry.event == Event::Renewed)
            .count(),
        1
    );
    assert_eq!((play.report.stalls, play.report.played_s), (0, 240.0));
}

#[test]
fn a_session_refused_again_and_again_is_given_up() {
    let mut player = player(&["a"]);
    let refuse = |_: Duration, _: &Job| (Duration::from_millis(5), Err(Failure::Refused));
    let ended = run(&mut player, refuse, || presentation(&["a"]));
    assert!(matches!(ended, Err(PlayError::Refused(_))), "{ended:?}");
}

#[test]
fn when_nothing_serves_the_play_is_given_up() {
    let mut player = player(&["a", "b", "c"]);
    let fail = |_: Duration, _: &Job| (Duration::from_millis(5), Err(Failure::Status(503)));
    let ended = run(&mut player, fail, no_renewal);
    assert_eq!(ended, Err(PlayError::NothingServes(Failure::Status(503))));
}

#[test]
fn only_as_much_as_asked_for_is_played_and_speed_shortens_it() {
    let mut player = Player::new(presentation(&["a"]), Duration::from_secs(30), 10.0);
    let took = run(&mut player, |_, job| serve(job, 20_000), no_renewal).unwrap();
    let report = player.into_play().report;
    assert_eq!(report.played_s, 30.0);
    assert!((3.0..3.5).contains(&took.as_secs_f64()), "{took:?}");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    /// Whatever the network does, a play ends, and its times add up.
    #[test]
    fn every_play_ends_and_its_times_add_up(kbps in proptest::collection::vec(10_u64..2_000, 1..40), fails in proptest::collection::vec(0_u8..12, 1..60)) {
        let mut player = player(&["a", "b"]);
        let mut turn = 0;
        let answer = |_: Duration, job: &Job| {
            turn += 1;
            match fails[turn % fails.len()] {
                0 => (Duration::from_secs(3), Err(Failure::TimedOut)),
                _ => serve(job, kbps[turn % kbps.len()]),
            }
        };
        match run(&mut player, answer, no_renewal) {
            Err(error) => proptest::prop_assert_eq!(error, PlayError::NothingServes(Failure::TimedOut)),
            Ok(took) => {
                let report = player.into_play().report;
                let accounted = report.startup_s + report.stalled_s + report.played_s;
                proptest::prop_assert_eq!(report.played_s, 240.0);
                proptest::prop_assert!((took.as_secs_f64() - accounted).abs() < 0.01);
            }
        }
    }
}
