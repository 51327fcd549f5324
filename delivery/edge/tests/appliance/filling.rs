//! What is asked of the upstream, and what of its answers reaches a player.

use axum::http::{Method, StatusCode};
use contracts_delivery::{Extension, FileFacts, UpstreamError};
use delivery_edge::limits::FAILURE_COOLDOWN;
use futures::future::join_all;
use http_body_util::BodyExt as _;

use crate::bed::{Bed, MIB, film};
use crate::upstream::{Mode, Synthetic};

#[tokio::test]
async fn two_hundred_players_of_a_cold_block_cause_one_fetch() {
    // The release file's read passes; the film's waits until everybody waits for it.
    let bed = Bed::new(Synthetic::gated(1)).await;
    let bytes = film(1, 0);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    let players = join_all((0..200).map(|_| bed.get(&path, &[("range", "bytes=5-9")])));
    let open_gate = async {
        while bed.metric("marquee_edge_streams") < 200 {
            tokio::task::yield_now().await;
        }
        bed.upstream.open_gate();
    };
    let (answers, ()) = tokio::join!(players, open_gate);
    for answer in answers {
        assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT);
        assert_eq!(answer.bytes, bytes[5..10]);
    }
    assert_eq!(bed.upstream.reads_of(file), 1);
    assert_eq!(
        bed.upstream.most_reads(),
        1,
        "the release file, too, was read once"
    );
}

#[tokio::test]
async fn a_seek_into_a_cold_film_of_four_gigabytes_fetches_at_most_two_blocks_before_its_first_byte()
 {
    // The release file's read passes and two more; the others wait until a byte has come.
    let bed = Bed::new(Synthetic::gated(3)).await;
    let bytes = 4 * 1024 * MIB;
    let file = bed.upstream.add_zeros(bytes, Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    let seek = bytes / 10 * 9 + 12_345;
    let range = format!("bytes={seek}-{}", seek + 8 * MIB);
    let response = bed.begin(Method::GET, &path, &[("range", &range)]).await;
    assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
    let mut body = response.into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(!first.is_empty());
    bed.upstream.open_gate();
    let rest = body.collect().await.unwrap().to_bytes();
    assert_eq!((first.len() + rest.len()) as u64, 8 * MIB + 1);
    assert_eq!(
        bed.upstream.reads_of(file),
        9,
        "the blocks of the range and no others"
    );
    assert_eq!(bed.upstream.most_reads(), 1);
}

#[tokio::test]
async fn reading_ahead_stays_within_the_response() {
    let bed = Bed::new(Synthetic::new()).await;
    let file = bed.upstream.add(film(8, 0), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    let one = bed.get(&path, &[("range", "bytes=0-99")]).await;
    assert_eq!(one.bytes.len(), 100);
    assert_eq!(
        bed.upstream.reads_of(file),
        1,
        "a range in one block fetches one"
    );
    let three = bed
        .get(&path, &[("range", &format!("bytes=0-{}", 3 * MIB - 1))])
        .await;
    assert_eq!(three.bytes.len() as u64, 3 * MIB);
    assert_eq!(bed.upstream.reads_of(file), 3);
}

#[tokio::test]
async fn what_a_lying_upstream_sends_reaches_nobody_and_is_not_kept() {
    let bed = Bed::new(Synthetic::new()).await;
    let bytes = film(1, 0);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    // The release is known, so that only the film is lied about.
    assert_eq!(
        bed.begin(Method::HEAD, &path, &[]).await.status(),
        StatusCode::OK
    );
    for mode in [Mode::Lying, Mode::Short] {
        bed.upstream.set(mode);
        let refused = bed.get(&path, &[]).await;
        assert_eq!(refused.status, StatusCode::BAD_GATEWAY);
        assert!(
            refused.bytes.len() < 1_000,
            "a problem document and nothing else"
        );
        bed.clock.advance(FAILURE_COOLDOWN);
    }
    assert_eq!(bed.metric("marquee_edge_bytes_served_total"), 0);
    bed.upstream.set(Mode::Honest);
    assert_eq!(bed.get(&path, &[]).await.bytes, bytes);
}

#[tokio::test]
async fn a_lie_in_the_middle_breaks_the_response_off_before_it() {
    let bed = Bed::new(Synthetic::new()).await;
    let bytes = film(4, 0);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    bed.upstream.spoil(2);
    let broken = bed.get(&path, &[]).await;
    assert_eq!((broken.status, broken.whole), (StatusCode::OK, false));
    assert_eq!(broken.bytes, bytes[..2 * MIB as usize]);
}

#[tokio::test]
async fn lies_about_size_and_tree_are_found_out() {
    let bed = Bed::new(Synthetic::new()).await;
    let file = bed.upstream.add(film(2, 7), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    let tree = |bytes| FileFacts {
        bytes,
        outboard: vec![0; 96].into(),
    };
    let empty = FileFacts {
        bytes: 0,
        outboard: bytes::Bytes::new(),
    };
    for facts in [tree(2 * MIB + 7), tree(7), empty] {
        bed.upstream.forge(file.name.hash, facts);
        assert_eq!(bed.get(&path, &[]).await.status, StatusCode::BAD_GATEWAY);
    }
}

#[tokio::test]
async fn an_upstream_that_is_slow_or_down_is_told_apart_and_left_alone_for_a_moment() {
    let bed = Bed::new(Synthetic::new()).await;
    let file = bed.upstream.add(film(1, 0), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    assert_eq!(
        bed.begin(Method::HEAD, &path, &[]).await.status(),
        StatusCode::OK
    );
    bed.upstream.set(Mode::Failing(UpstreamError::Timeout));
    assert_eq!(
        bed.get(&path, &[]).await.status,
        StatusCode::GATEWAY_TIMEOUT
    );
    let asked = bed.upstream.reads_of(file);
    assert_eq!(
        bed.get(&path, &[]).await.status,
        StatusCode::GATEWAY_TIMEOUT
    );
    assert_eq!(
        bed.upstream.reads_of(file),
        asked,
        "players retrying do not reach it"
    );
    bed.clock.advance(FAILURE_COOLDOWN);
    bed.upstream.set(Mode::Failing(UpstreamError::Down));
    assert_eq!(bed.get(&path, &[]).await.status, StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn players_who_wait_for_an_upstream_that_is_down_hear_so_together() {
    let bed = Bed::new(Synthetic::new()).await;
    let file = bed.upstream.add(film(1, 0), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    // The keys are known, so that what is counted is the film's release alone.
    bed.appliance.report().await.unwrap();
    bed.upstream.set(Mode::Failing(UpstreamError::Down));
    let answers = join_all((0..50).map(|_| bed.get(&path, &[]))).await;
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == StatusCode::BAD_GATEWAY)
    );
    assert_eq!(bed.upstream.facts_asked(), 1);
}
