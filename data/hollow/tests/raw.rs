//! Raw datasets: edits read after they were written, in every consumer.

#![expect(clippy::unwrap_used, reason = "a test fails where an unwrap does")]

use std::sync::Arc;
use std::time::Duration;

use data_hollow::testing::{Film, FilmIndexes, MemoryStore, film, films};
use data_hollow::{Dataset, Editor, HollowError, RawConsumer, Token};

/// Long enough for any machine; a test that waits so long has failed.
const WITHIN: Duration = Duration::from_secs(20);

fn declared() -> (Arc<Dataset<Film>>, FilmIndexes) {
    let (dataset, indexes) = films("films");
    (Arc::new(dataset), indexes)
}

async fn open(store: &Arc<MemoryStore>) -> Arc<RawConsumer<Film>> {
    Arc::new(
        RawConsumer::open(declared().0, store.store())
            .await
            .unwrap(),
    )
}

#[tokio::test]
async fn every_consumer_reads_an_edit_after_it() {
    let store = MemoryStore::new();
    let (here, there) = (open(&store).await, open(&store).await);
    let editor = Editor::new(Arc::clone(&here));
    for edition in 1..=20 {
        let edited = film(edition % 3, edition);
        let token = editor.put(&edited).await.unwrap();
        assert_eq!(token, Token(edition));
        for consumer in [&here, &there] {
            let state = consumer.read_after(token, WITHIN).await.unwrap();
            assert_eq!(state.get(&edited.id).unwrap().decode().unwrap(), edited);
            let (_, indexes) = declared();
            let found = state.one(&indexes.release, &edited.release).unwrap();
            assert_eq!(found.decode().unwrap(), edited);
        }
    }
    assert_eq!(here.state().len(), 3);
    let token = editor.remove(&film(0, 0).id).await.unwrap();
    let state = there.read_after(token, WITHIN).await.unwrap();
    assert!(state.get(&film(0, 0).id).is_none());
    assert_eq!(state.len(), 2);
}

#[tokio::test]
async fn a_reader_may_wait_for_an_edit_before_it_is_made() {
    let store = MemoryStore::new();
    let consumer = open(&store).await;
    let waiting = tokio::spawn({
        let consumer = Arc::clone(&consumer);
        async move { consumer.read_after(Token(2), WITHIN).await }
    });
    let editor = Editor::new(open(&store).await);
    for edition in 1..=2 {
        editor.put(&film(1, edition)).await.unwrap();
    }
    let state = waiting.await.unwrap().unwrap();
    assert_eq!(
        state.get(&film(1, 0).id).unwrap().decode().unwrap(),
        film(1, 2)
    );
    let never = consumer
        .read_after(Token(3), Duration::from_millis(1))
        .await;
    assert!(matches!(never, Err(HollowError::Late { token: 3, .. })));
}

#[tokio::test]
async fn edits_are_there_after_a_restart_and_after_compaction() {
    let store = MemoryStore::new();
    let consumer = open(&store).await;
    let editor = Editor::new(Arc::clone(&consumer));
    for number in 0..1_200 {
        editor.put(&film(number % 600, number)).await.unwrap();
    }
    let digest = consumer.refresh().await.unwrap().digest();
    assert_eq!(open(&store).await.state().digest(), digest);
    assert_eq!(editor.compact(2_000).await.unwrap(), None, "not yet");
    assert_eq!(editor.compact(1_000).await.unwrap(), Some(1_200));
    assert_eq!(editor.compact(1).await.unwrap(), None, "nothing new");
    editor.remove(&film(7, 0).id).await.unwrap();
    // What the snapshot holds is no longer needed of the topic.
    store.retire("hollow.films.raw", 1_200);
    let fresh = open(&store).await;
    let state = consumer.refresh().await.unwrap();
    assert_eq!((state.len(), state.version()), (599, 1_201));
    assert_eq!(fresh.state().digest(), state.digest());
}

#[tokio::test]
async fn a_damaged_snapshot_is_gone_around() {
    let store = MemoryStore::new();
    let consumer = open(&store).await;
    let editor = Editor::new(Arc::clone(&consumer));
    let mut newest = Vec::new();
    for edition in 1..=6 {
        editor.put(&film(1, edition)).await.unwrap();
        let before = store.blobs();
        editor.compact(1).await.unwrap();
        newest = store.blobs();
        newest.retain(|blob| !before.contains(blob));
    }
    assert_eq!(store.blobs().len(), 3, "the last three are kept");
    assert_eq!(newest.len(), 1);
    store.damage(newest[0]);
    store.retire("hollow.films.raw", 5);
    let fresh = open(&store).await;
    assert_eq!(
        fresh.state().version(),
        6,
        "the snapshot before, and the edit after it"
    );
    store.retire("hollow.films.raw", 6);
    editor.put(&film(2, 1)).await.unwrap();
    let missing = RawConsumer::open(declared().0, store.store()).await;
    assert!(matches!(
        missing,
        Err(HollowError::Gap {
            from: 5,
            until: 6,
            ..
        })
    ));
}

#[tokio::test]
async fn a_consumer_behind_what_the_topic_keeps_takes_a_snapshot() {
    let store = MemoryStore::new();
    let (behind, consumer) = (open(&store).await, open(&store).await);
    let editor = Editor::new(consumer);
    for edition in 1..=10 {
        editor.put(&film(edition, edition)).await.unwrap();
    }
    editor.compact(1).await.unwrap();
    editor.put(&film(11, 11)).await.unwrap();
    store.retire("hollow.films.raw", 10);
    let state = behind.refresh().await.unwrap();
    assert_eq!((state.version(), state.len()), (11, 11));
}

#[tokio::test]
async fn an_edit_that_breaks_a_unique_index_is_refused() {
    let store = MemoryStore::new();
    let consumer = open(&store).await;
    let editor = Editor::new(Arc::clone(&consumer));
    let token = editor.put(&film(1, 1)).await.unwrap();
    editor.read_after(token, WITHIN).await.unwrap();
    let thief = Film {
        release: film(1, 1).release,
        ..film(2, 1)
    };
    let refused = editor.put(&thief).await.unwrap_err();
    assert!(
        matches!(
            refused,
            HollowError::NotUnique {
                index: "release",
                ..
            }
        ),
        "{refused}"
    );
    editor.put(&film(1, 1)).await.unwrap();
    assert_eq!(consumer.refresh().await.unwrap().len(), 1);
}
