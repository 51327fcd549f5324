//! Whose turn it is.

use std::time::Duration;

use super::*;

const START: Timestamp = Timestamp::from_millis(1_000_000);

fn later(seconds: u64) -> Timestamp {
    START.plus(Duration::from_secs(seconds))
}

#[test]
fn the_most_urgent_and_then_the_oldest_goes_first() {
    let mut board = Board::default();
    let backlog = board.add(Priority::Backlog, "a".into());
    let first = board.add(Priority::Premiere, "b".into());
    let second = board.add(Priority::Premiere, "c".into());
    let live = board.add(Priority::Live, "d".into());
    let mut order = Vec::new();
    while let Some(lease) = board.claim("one", false, START) {
        order.push(lease.offer);
    }
    assert_eq!(order, [live, first, second, backlog]);
}

#[test]
fn a_silent_worker_loses_its_chunk_to_another() {
    let mut board = Board::default();
    let offer = board.add(Priority::Backlog, "a".into());
    let lost = board.claim("one", false, START).unwrap();
    assert!(board.beat(lost, later(8)));
    assert_eq!(board.expire(later(17)), []);
    let gone = board.expire(later(19));
    assert_eq!(gone.len(), 1);
    assert_eq!((gone[0].offer, gone[0].given_up), (offer, false));
    assert!(!board.beat(lost, later(19)) && !board.finish(lost, false));
    let next = board.claim("two", false, later(19)).unwrap();
    assert!(next.offer == offer && next != lost);
    assert!(!board.finish(lost, false), "a worker that comes back late");
    assert!(board.finish(next, false));
    assert_eq!(board.claim("two", false, later(19)), None);
}

#[test]
fn work_that_failed_goes_to_another_worker_while_there_is_one() {
    let mut board = Board::default();
    board.add(Priority::Backlog, "a".into());
    let lease = board.claim("one", false, START).unwrap();
    assert_eq!(board.claim("two", false, START), None);
    assert!(board.finish(lease, true));
    board.add(Priority::Backlog, "a".into());
    assert_eq!(board.claim("one", false, later(1)), None);
    let other = board.claim("two", false, later(1)).unwrap();
    assert!(board.finish(other, true));
    board.add(Priority::Backlog, "a".into());
    assert!(
        board.claim("one", false, later(30)).is_some(),
        "two is gone"
    );
}

#[test]
fn a_chunk_that_ends_every_worker_is_given_up() {
    let mut board = Board::default();
    board.add(Priority::Backlog, "a".into());
    for loss in 1..=LOSSES {
        let at = later(u64::from(loss) * 60);
        assert!(board.claim(&format!("worker {loss}"), false, at).is_some());
        let lost = board.expire(at.plus(LEASE * 2));
        assert_eq!(lost[0].given_up, loss == LOSSES);
    }
    assert_eq!(board.claim("another", false, later(9_000)), None);
}

#[test]
fn an_encoder_of_this_process_is_never_lost() {
    let mut board = Board::default();
    board.add(Priority::Backlog, "a".into());
    let lease = board.claim("here", true, START).unwrap();
    assert_eq!(board.expire(later(100_000)), []);
    assert!(board.finish(lease, false));
}
