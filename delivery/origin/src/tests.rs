//! The origin as its callers meet it, over a real folder and the model engine.

use std::sync::Arc;

use bytes::Bytes;
use contracts_delivery::testing::release;
use contracts_delivery::{
    Extension, Origin, OriginError, ReleaseId, StoredFile, Upstream as _, UpstreamError,
    WithdrawalLog as _,
};
use data_engine::{MemoryEngine, SharedEngine};
use data_objects::Objects;
use platform_clock::{ManualClock, Timestamp};

use crate::OriginStore;
use crate::limits::REMOVAL_GRACE;

struct Bed {
    folder: tempfile::TempDir,
    engine: SharedEngine,
    clock: Arc<ManualClock>,
}

impl Bed {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            engine: Arc::new(MemoryEngine::default()),
            clock: ManualClock::at(Timestamp::from_millis(1_000)),
        }
    }

    /// Opening again is a restart.
    async fn start(&self) -> OriginStore {
        let objects = Objects::open(self.folder.path()).await.unwrap();
        OriginStore::open(&self.engine, objects, self.clock.clone())
            .await
            .unwrap()
    }
}

async fn put(origin: &OriginStore, text: &'static str, extension: Extension) -> StoredFile {
    origin
        .store_bytes(Bytes::from_static(text.as_bytes()), extension)
        .await
        .unwrap()
}

/// Two releases that share their track file.
async fn publish_two(origin: &OriginStore) -> (StoredFile, ReleaseId, ReleaseId) {
    let shared = put(origin, "track", Extension::Mp4).await;
    let one = release([(shared, put(origin, "list one", Extension::M3u8).await)]);
    let two = release([(shared, put(origin, "list two", Extension::M3u8).await)]);
    (
        shared,
        origin.publish(&one).await.unwrap(),
        origin.publish(&two).await.unwrap(),
    )
}

#[tokio::test]
async fn a_release_is_published_whole_or_not_at_all() {
    let bed = Bed::new();
    let origin = bed.start().await;
    let file = put(&origin, "track", Extension::Mp4).await;
    let mut playlist = put(&origin, "list", Extension::M3u8).await;
    playlist.bytes += 1;
    let refused = origin.publish(&release([(file, playlist)])).await;
    assert!(matches!(refused, Err(OriginError::Incomplete(name)) if name == playlist.name));
    playlist.bytes -= 1;
    let whole = release([(file, playlist)]);
    let id = origin.publish(&whole).await.unwrap();
    assert_eq!(origin.publish(&whole).await.unwrap(), id);
    assert_eq!(bed.start().await.release(id).await.unwrap(), whole);
}

#[tokio::test]
async fn only_files_that_no_other_release_holds_are_withdrawn() {
    let bed = Bed::new();
    let origin = bed.start().await;
    let (shared, one, two) = publish_two(&origin).await;
    origin.withdraw(one).await.unwrap();
    origin.withdraw(one).await.unwrap();
    let gone = origin.withdrawals_since(0, 100).await.unwrap();
    assert_eq!(
        gone.iter().map(|entry| entry.seq).collect::<Vec<_>>(),
        [1, 2]
    );
    assert!(gone.iter().any(|entry| entry.file == one.0));
    assert!(gone.iter().all(|entry| entry.file != shared.name.hash));
    assert!(matches!(
        origin.release(one).await,
        Err(OriginError::NoSuchRelease(_))
    ));

    let origin = bed.start().await;
    origin.withdraw(two).await.unwrap();
    let gone = origin.withdrawals_since(2, 100).await.unwrap();
    assert_eq!(
        gone.iter().map(|entry| entry.seq).collect::<Vec<_>>(),
        [3, 4, 5]
    );
    assert!(gone.iter().any(|entry| entry.file == shared.name.hash));
}

#[tokio::test]
async fn a_withdrawn_file_is_closed_at_once_and_removed_after_the_grace() {
    let bed = Bed::new();
    let origin = bed.start().await;
    let (shared, one, two) = publish_two(&origin).await;
    origin.withdraw(one).await.unwrap();
    origin.withdraw(two).await.unwrap();
    assert_eq!(
        origin.facts(shared.name.hash).await,
        Err(UpstreamError::NotFound)
    );
    assert_eq!(origin.sweep().await.unwrap(), 0, "the grace runs");
    let origin = bed.start().await;
    assert_eq!(
        origin.facts(shared.name.hash).await,
        Err(UpstreamError::NotFound)
    );
    bed.clock.advance(REMOVAL_GRACE);
    assert_eq!(origin.sweep().await.unwrap(), 5);
    assert_eq!(origin.sweep().await.unwrap(), 0);
    let objects = Objects::open(bed.folder.path()).await.unwrap();
    assert_eq!(objects.list(None, 10).await.unwrap(), vec![]);
}

#[tokio::test]
async fn publishing_again_within_the_grace_opens_the_files_again() {
    let bed = Bed::new();
    let origin = bed.start().await;
    let (shared, one, two) = publish_two(&origin).await;
    let text = origin.release(one).await.unwrap();
    origin.withdraw(two).await.unwrap();
    origin.withdraw(one).await.unwrap();
    assert_eq!(origin.publish(&text).await.unwrap(), one);
    bed.clock.advance(REMOVAL_GRACE);
    assert_eq!(
        origin.sweep().await.unwrap(),
        2,
        "what only the other release held"
    );
    assert_eq!(origin.facts(shared.name.hash).await.unwrap().bytes, 5);
    assert_eq!(origin.release(one).await.unwrap(), text);
}

#[tokio::test]
async fn collect_takes_what_an_earlier_run_stored_and_never_published() {
    let bed = Bed::new();
    let origin = bed.start().await;
    let (shared, ..) = publish_two(&origin).await;
    let left = put(&origin, "left behind", Extension::Mp4).await;
    // Stored again though a release holds it: it stays.
    put(&origin, "track", Extension::Mp4).await;
    assert_eq!(
        origin.collect().await.unwrap(),
        0,
        "this run may still publish it"
    );
    let origin = bed.start().await;
    let fresh = put(&origin, "of this run", Extension::Mp4).await;
    assert_eq!(origin.collect().await.unwrap(), 1);
    assert_eq!(
        origin.facts(left.name.hash).await,
        Err(UpstreamError::NotFound)
    );
    for kept in [shared, fresh] {
        assert_eq!(
            origin.facts(kept.name.hash).await.unwrap().bytes,
            kept.bytes
        );
    }
}
