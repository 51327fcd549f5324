//! Versions published and followed: restarts, damage, rollback, refusals.

#![expect(clippy::unwrap_used, reason = "a test fails where an unwrap does")]

use std::collections::BTreeSet;
use std::sync::Arc;

use data_hollow::testing::{Film, MemoryStore, film, films};
use data_hollow::{Consumer, Dataset, HollowError, Producer, ProducerOptions, State};
use data_objects::ContentHash;

fn dataset() -> Arc<Dataset<Film>> {
    Arc::new(films("films").0)
}

async fn producer(store: &Arc<MemoryStore>, options: ProducerOptions) -> Producer<Film> {
    Producer::open(dataset(), store.store(), options)
        .await
        .unwrap()
}

async fn consumer(store: &Arc<MemoryStore>) -> Consumer<Film> {
    Consumer::open(dataset(), store.store()).await.unwrap()
}

fn edition(edition: u64) -> Vec<Film> {
    (0..50)
        .map(|number| {
            film(
                number,
                if number % 7 == edition % 7 {
                    edition
                } else {
                    0
                },
            )
        })
        .collect()
}

fn records(state: &State<Film>) -> Vec<Film> {
    let mut films: Vec<_> = state.iter().map(|film| film.decode().unwrap()).collect();
    films.sort_by(|a, b| a.id.cmp(&b.id));
    films
}

fn expected(mut films: Vec<Film>) -> Vec<Film> {
    films.sort_by(|a, b| a.id.cmp(&b.id));
    films
}

/// The blobs that a publication adds.
async fn publish(
    store: &Arc<MemoryStore>,
    producer: &mut Producer<Film>,
    films: Vec<Film>,
) -> Vec<ContentHash> {
    let before: BTreeSet<_> = store.blobs().into_iter().collect();
    producer.publish(films).await.unwrap();
    let blobs = store.blobs().into_iter();
    blobs.filter(|name| !before.contains(name)).collect()
}

const EVERY_FOURTH: ProducerOptions = ProducerOptions {
    snapshot_every: 4,
    kept_versions: 16,
    max_count_change: 0.5,
};

#[tokio::test]
async fn consumers_follow_and_restart_anywhere_in_the_chain() {
    let store = MemoryStore::new();
    let early = consumer(&store).await;
    assert_eq!(early.state().version(), 0);
    for version in 1..=10 {
        // A producer that restarts goes on from what stands.
        let mut producer = producer(&store, EVERY_FOURTH).await;
        let published = producer.publish(edition(version)).await.unwrap();
        assert_eq!(published.version, version);
        assert_eq!(early.refresh().await.unwrap().version(), version);
        let late = consumer(&store).await;
        assert_eq!(late.state().version(), version);
        for state in [early.state(), late.state(), producer.state()] {
            assert_eq!(records(&state), expected(edition(version)));
        }
    }
}

#[tokio::test]
async fn what_stands_is_not_announced_again() {
    let store = MemoryStore::new();
    let mut producer = producer(&store, ProducerOptions::default()).await;
    let first = producer.publish(edition(1)).await.unwrap();
    assert_eq!((first.puts, first.removals), (50, 0));
    let again = producer.publish(edition(1)).await.unwrap();
    assert_eq!((again.version, again.puts, again.removals), (1, 0, 0));
    assert_eq!(store.messages("hollow.films"), 1);
    let second = producer.publish(edition(1)[1..].to_vec()).await.unwrap();
    assert_eq!((second.version, second.puts, second.removals), (2, 0, 1));
}

#[tokio::test]
async fn a_consumer_far_behind_arrives() {
    let store = MemoryStore::new();
    let behind = consumer(&store).await;
    let mut producer = producer(&store, EVERY_FOURTH).await;
    producer.publish(edition(0)).await.unwrap();
    behind.refresh().await.unwrap();
    for version in 1..60 {
        producer.publish(edition(version)).await.unwrap();
    }
    let state = behind.refresh().await.unwrap();
    assert_eq!(records(&state), expected(edition(59)));
    assert!(store.blobs().len() < 60, "old versions' blobs are removed");
}

#[tokio::test]
async fn a_damaged_delta_is_gone_around_by_a_snapshot() {
    let store = MemoryStore::new();
    let mut producer = producer(&store, ProducerOptions::default()).await;
    publish(&store, &mut producer, edition(1)).await;
    let following = consumer(&store).await;
    let blobs = publish(&store, &mut producer, edition(2)).await;
    assert_eq!(blobs.len(), 3, "a snapshot, a delta and its reverse");
    for blob in &blobs {
        store.damage(*blob);
        let fresh = consumer(&store).await;
        let state = following.refresh().await.unwrap();
        assert_eq!(records(&state), expected(edition(2)));
        assert_eq!(records(&fresh.state()), expected(edition(2)));
        store.damage(*blob);
    }
}

#[tokio::test]
async fn what_cannot_be_reached_leaves_the_consumer_where_it_is() {
    let store = MemoryStore::new();
    let mut producer = producer(&store, EVERY_FOURTH).await;
    publish(&store, &mut producer, edition(1)).await;
    let following = consumer(&store).await;
    for blob in publish(&store, &mut producer, edition(2)).await {
        store.damage(blob);
    }
    let error = following.refresh().await.unwrap_err();
    assert!(
        matches!(
            error,
            HollowError::NoWay {
                wanted: 2,
                at: 1,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(following.state().version(), 1);
    assert_eq!(
        consumer(&store).await.state().version(),
        1,
        "the nearest there is"
    );
    // The producer cannot go on from a version it cannot reach; the next snapshot is from another.
    let blobs = store.blobs();
    for blob in &blobs {
        store.damage(*blob);
    }
    let nothing = Consumer::open(dataset(), store.store()).await;
    assert!(matches!(nothing, Err(HollowError::NoWay { at: 0, .. })));
}

#[tokio::test]
async fn a_rollback_is_followed_and_built_upon() {
    let store = MemoryStore::new();
    let mut producer = producer(&store, EVERY_FOURTH).await;
    for version in 1..=6 {
        producer.publish(edition(version)).await.unwrap();
    }
    let following = consumer(&store).await;
    producer.roll_back(3).await.unwrap();
    assert_eq!(following.refresh().await.unwrap().version(), 3);
    assert_eq!(records(&following.state()), expected(edition(3)));
    assert_eq!(consumer(&store).await.state().version(), 3);
    let published = producer.publish(edition(8)).await.unwrap();
    assert_eq!(published.version, 7, "no version is used twice");
    for consumer in [following, consumer(&store).await] {
        consumer.refresh().await.unwrap();
        assert_eq!(records(&consumer.state()), expected(edition(8)));
    }
    producer.roll_back(6).await.unwrap();
    assert_eq!(consumer(&store).await.state().version(), 6, "forward again");
    let never = producer.roll_back(77).await.unwrap_err();
    assert!(matches!(
        never,
        HollowError::NoSuchVersion { version: 77, .. }
    ));
    assert_eq!(producer.state().version(), 6);
}

#[tokio::test]
async fn what_a_validator_refuses_is_neither_stored_nor_announced() {
    let store = MemoryStore::new();
    let mut producer = producer(&store, ProducerOptions::default()).await;
    producer.validate("names", |_, after| {
        let named = |film: Film| !film.name.is_empty();
        if after.iter().all(|film| film.decode().is_ok_and(named)) {
            Ok(())
        } else {
            Err("a film without a name".into())
        }
    });
    let many: Vec<_> = (0..1_000).map(|number| film(number, 0)).collect();
    producer.publish(many.clone()).await.unwrap();
    let before = (store.blobs(), store.messages("hollow.films"));
    let mut unnamed = many.clone();
    unnamed[3].name.clear();
    let mut twice = many.clone();
    twice.push(film(3, 9));
    let mut clash = many.clone();
    clash[3].release = clash[4].release;
    let refusals = [
        (unnamed, "a film without a name"),
        (many[..400].to_vec(), "400 records instead of 1000"),
        (twice, "two records have the key"),
        (clash, "unique index release"),
    ];
    for (films, why) in refusals {
        let error = producer.publish(films).await.unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
        assert_eq!(before, (store.blobs(), store.messages("hollow.films")));
        assert_eq!(producer.state().version(), 1);
    }
}

#[tokio::test]
async fn a_follower_moves_as_soon_as_it_is_told() {
    let store = MemoryStore::new();
    let mut producer = producer(&store, ProducerOptions::default()).await;
    let following = Arc::new(consumer(&store).await);
    let task = tokio::spawn({
        let following = Arc::clone(&following);
        async move { following.follow().await }
    });
    for version in 1..=3 {
        producer.publish(edition(version)).await.unwrap();
        while following.state().version() < version {
            tokio::task::yield_now().await;
        }
        assert_eq!(records(&following.state()), expected(edition(version)));
    }
    task.abort();
}
