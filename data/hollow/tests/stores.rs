//! A dataset on the workspace's own stores.

#![expect(clippy::unwrap_used, reason = "a test fails where an unwrap does")]

use std::sync::Arc;
use std::time::Duration;

use data_events::{EventLog, SharedLog};
use data_hollow::testing::{film, films};
use data_hollow::{Consumer, Editor, HollowStore, Producer, ProducerOptions, RawConsumer};
use data_objects::Objects;
use platform_clock::SystemClock;

async fn store(folder: &std::path::Path) -> HollowStore {
    let objects = Objects::open(folder.join("objects")).await.unwrap();
    let log = EventLog::open(folder.join("events"), SystemClock::shared())
        .await
        .unwrap();
    HollowStore::new(objects, Arc::new(log) as SharedLog)
}

#[tokio::test]
async fn versions_and_edits_are_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let published = Arc::new(films("films").0);
    let edited = Arc::new(films("edited").0);
    let some = |edition| {
        (0..20)
            .map(|number| film(number, edition))
            .collect::<Vec<_>>()
    };
    {
        let store = store(folder.path()).await;
        let options = ProducerOptions::default();
        let opened = Producer::open(Arc::clone(&published), store.clone(), options).await;
        let mut producer = opened.unwrap();
        producer.publish(some(1)).await.unwrap();
        producer.publish(some(2)).await.unwrap();
        let consumer = RawConsumer::open(Arc::clone(&edited), store).await.unwrap();
        let editor = Editor::new(Arc::new(consumer));
        editor.put(&film(1, 1)).await.unwrap();
        assert_eq!(editor.compact(1).await.unwrap(), Some(1));
        editor.put(&film(1, 2)).await.unwrap();
    }
    let store = store(folder.path()).await;
    let consumer = Consumer::open(published, store.clone()).await.unwrap();
    assert_eq!(consumer.state().version(), 2);
    let film_5 = consumer
        .state()
        .get(&film(5, 0).id)
        .unwrap()
        .decode()
        .unwrap();
    assert_eq!(film_5, film(5, 2));
    let consumer = Arc::new(RawConsumer::open(edited, store).await.unwrap());
    let read = consumer
        .state()
        .get(&film(1, 0).id)
        .unwrap()
        .decode()
        .unwrap();
    assert_eq!(read, film(1, 2));
    let token = Editor::new(Arc::clone(&consumer))
        .put(&film(2, 2))
        .await
        .unwrap();
    let state = consumer
        .read_after(token, Duration::from_secs(20))
        .await
        .unwrap();
    assert_eq!(state.len(), 2);
}
