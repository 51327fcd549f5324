//! Whatever the upstream does, a player gets the right bytes or none.

use axum::http::StatusCode;
use contracts_delivery::{Extension, UpstreamError};
use delivery_edge::limits::FAILURE_COOLDOWN;
use proptest::prelude::*;

use crate::bed::{Bed, MIB, film};
use crate::upstream::{Mode, Synthetic};

#[derive(Debug, Clone)]
enum Step {
    Set(Mode),
    Read { start: u64, bytes: u64 },
    Restart,
}

const FILM: u64 = 5 * MIB + 1_234;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let mode = prop_oneof![
        3 => Just(Mode::Honest),
        1 => Just(Mode::Lying),
        1 => Just(Mode::Short),
        1 => Just(Mode::Failing(UpstreamError::Down)),
    ];
    let step = prop_oneof![
        2 => mode.prop_map(Step::Set),
        6 => (0..FILM, 1..3 * MIB).prop_map(|(start, bytes)| Step::Read { start, bytes }),
        1 => Just(Step::Restart),
    ];
    proptest::collection::vec(step, 1..14)
}

async fn run(steps: Vec<Step>, capacity: u64) {
    let mut bed = Bed::sized(Synthetic::new(), capacity).await;
    let bytes = film(5, 1_234);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    for step in steps {
        match step {
            Step::Set(mode) => bed.upstream.set(mode),
            Step::Restart => bed = bed.restart().await,
            Step::Read {
                start,
                bytes: wanted,
            } => {
                let end = FILM.min(start + wanted);
                let range = format!("bytes={start}-{}", end - 1);
                let answer = bed.get(&path, &[("range", &range)]).await;
                let right = &bytes[start as usize..end as usize];
                match answer.status {
                    StatusCode::PARTIAL_CONTENT if answer.whole => assert_eq!(answer.bytes, right),
                    StatusCode::PARTIAL_CONTENT => assert!(right.starts_with(&answer.bytes)),
                    status => assert_eq!(status, StatusCode::BAD_GATEWAY),
                }
            }
        }
        bed.clock.advance(FAILURE_COOLDOWN);
    }
    assert!(recovers(&bed, &path, &bytes).await);
}

/// Whether the whole film comes once the upstream is honest. A block read ahead before that may still fail
/// after it, each block once.
async fn recovers(bed: &Bed, path: &str, bytes: &[u8]) -> bool {
    bed.upstream.set(Mode::Honest);
    for _ in 0..=FILM.div_ceil(MIB) {
        if bed.get(path, &[]).await.bytes == bytes {
            return true;
        }
        bed.clock.advance(FAILURE_COOLDOWN);
    }
    false
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_player_gets_the_right_bytes_or_none(
        steps in steps(),
        capacity in prop_oneof![Just(0), Just(3 * MIB), Just(64 * MIB)],
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2)
            .enable_all().build().unwrap();
        runtime.block_on(run(steps, capacity));
    }
}
