//! Readers beside a version that changes: they see one version, whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use data_hollow::testing::{Film, MemoryStore, film, films};
use data_hollow::{Consumer, Producer, ProducerOptions};

const FILMS: u64 = 300;
const VERSIONS: u64 = 40;

/// Every film of a version is of the version's edition, and there are as many more as versions.
fn version(version: u64) -> Vec<Film> {
    (0..FILMS + version)
        .map(|number| Film {
            minutes: version as u32,
            ..film(number, 0)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_never_sees_half_of_a_version() {
    let store = MemoryStore::new();
    let (dataset, indexes) = films("films");
    let dataset = Arc::new(dataset);
    let options = ProducerOptions {
        snapshot_every: 5,
        ..ProducerOptions::default()
    };
    let mut producer = Producer::open(Arc::clone(&dataset), store.store(), options)
        .await
        .unwrap();
    producer.publish(version(1)).await.unwrap();
    let consumer = Arc::new(Consumer::open(dataset, store.store()).await.unwrap());
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (consumer, done) = (Arc::clone(&consumer), Arc::clone(&done));
            tokio::task::spawn_blocking(move || {
                let (mut seen, mut last) = (0, 0);
                loop {
                    let ending = done.load(Ordering::SeqCst);
                    let state = consumer.state();
                    let at = state.version();
                    assert!(at >= last, "versions only go forward");
                    assert_eq!(state.len(), FILMS + at);
                    let of_version = |film: &Film| u64::from(film.minutes) == at;
                    assert!(state.iter().all(|film| of_version(&film.decode().unwrap())));
                    for number in [0, FILMS / 2, FILMS + at - 1] {
                        let film = film(number, 0);
                        let one = state.get(&film.id).unwrap().decode().unwrap();
                        assert!(of_version(&one));
                        let one = state.one(&indexes.release, &film.release).unwrap();
                        assert!(of_version(&one.decode().unwrap()));
                    }
                    seen += u64::from(at != last);
                    last = at;
                    if ending {
                        break (seen, last);
                    }
                }
            })
        })
        .collect();
    for number in 2..=VERSIONS {
        producer.publish(version(number)).await.unwrap();
        consumer.refresh().await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    for reader in readers {
        let (seen, last) = reader.await.unwrap();
        assert_eq!(last, VERSIONS);
        assert!(seen > 1, "the reader ran beside the changes");
    }
}

#[tokio::test]
async fn who_holds_a_state_reads_that_version() {
    let store = MemoryStore::new();
    let (dataset, _) = films("films");
    let dataset = Arc::new(dataset);
    let options = ProducerOptions::default();
    let mut producer = Producer::open(Arc::clone(&dataset), store.store(), options)
        .await
        .unwrap();
    producer.publish(version(1)).await.unwrap();
    let consumer = Consumer::open(dataset, store.store()).await.unwrap();
    let held = consumer.state();
    for number in 2..10 {
        producer.publish(version(number)).await.unwrap();
        consumer.refresh().await.unwrap();
    }
    assert_eq!((held.version(), held.len()), (1, FILMS + 1));
    assert!(held.iter().all(|film| film.decode().unwrap().minutes == 1));
    assert_eq!(consumer.state().version(), 9);
}
