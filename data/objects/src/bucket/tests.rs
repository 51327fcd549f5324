//! A bucket in memory, and one whose server fails or lies.

mod faulty;

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt as _;
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt as _};

use super::{Bucket, S3Config, S3Credentials, Writers};
use crate::limits::PART_BYTES;
use crate::tree::BLOCK_BYTES;
use crate::{ContentHash, ObjectError, Objects, SetIf, conformance};

use faulty::{Fault, Faulty};

async fn open(store: Arc<dyn ObjectStore>, writers: Writers) -> Objects {
    let bucket = Bucket::open(store, "some/prefix", writers).await;
    Objects::on(bucket.unwrap())
}

/// Every key but the marker.
async fn keys(store: &dyn ObjectStore) -> Vec<String> {
    let all: Vec<_> = store.list(None).try_collect().await.unwrap();
    let keys = all.into_iter().map(|meta| meta.location.to_string());
    keys.filter(|key| !key.ends_with("FORMAT")).collect()
}

fn content(len: u64) -> Bytes {
    (0..len).map(|at| (at % 251) as u8).collect()
}

#[tokio::test]
async fn the_suite_holds() {
    let scratch = tempfile::tempdir().unwrap();
    for writers in [Writers::Many, Writers::One] {
        let objects = open(Arc::new(InMemory::new()), writers).await;
        conformance::suite(&objects, scratch.path()).await;
    }
}

#[tokio::test]
async fn a_failed_part_leaves_nothing() {
    for fault in [Fault::Part(1), Fault::Complete] {
        let faulty = Faulty::new(fault);
        let objects = open(faulty.clone(), Writers::Many).await;
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("film");
        std::fs::write(&source, content(3 * PART_BYTES)).unwrap();
        let failed = objects.put_file(&source).await.unwrap_err();
        assert!(failed.is_transient(), "{failed:?}");
        assert!(source.exists(), "the file stays where it was");
        assert_eq!(faulty.aborted(), 1, "the upload was aborted");
        assert_eq!(objects.list(None, 9).await.unwrap(), []);
        faulty.mend();
        let info = objects.put_file(&source).await.unwrap();
        assert_eq!(objects.list(None, 9).await.unwrap(), [info]);
    }
}

#[tokio::test]
async fn a_lying_server_is_found_out() {
    for len in [100, 3 * PART_BYTES] {
        for fault in [Fault::Flip, Fault::Truncate] {
            let faulty = Faulty::new(fault);
            let objects = open(faulty.clone(), Writers::Many).await;
            let failed = objects.put_bytes(content(len)).await.unwrap_err();
            assert!(
                matches!(failed, ObjectError::StoredWrong { .. }),
                "{failed:?}"
            );
            assert_eq!(keys(&*faulty).await, [""; 0], "nothing is left of it");
        }
    }
}

#[tokio::test]
async fn damage_is_told_by_block_and_a_put_mends_it() {
    let store = Arc::new(InMemory::new());
    let objects = open(store.clone(), Writers::Many).await;
    let content = content(4 * BLOCK_BYTES);
    let hash = objects.put_bytes(content.clone()).await.unwrap().hash;
    let mut damaged = content.to_vec();
    damaged[2 * BLOCK_BYTES as usize + 5] ^= 1;
    let key = object_store::path::Path::from(format!("some/prefix/objects/{hash}"));
    store.put(&key, damaged.into()).await.unwrap();
    let verified = objects.verified(hash).await.unwrap();
    assert!(verified.read(0..2 * BLOCK_BYTES).await.is_ok());
    let read = verified.read(2 * BLOCK_BYTES..2 * BLOCK_BYTES + 1).await;
    assert!(
        matches!(read, Err(ObjectError::DamagedBlock { block: 2, .. })),
        "{read:?}"
    );
    objects.put_bytes(content.clone()).await.unwrap();
    assert_eq!(verified.read(0..4 * BLOCK_BYTES).await.unwrap(), content);
}

#[tokio::test]
async fn a_server_that_ignores_conditions_is_refused_unless_one_process_writes() {
    let faulty = Faulty::new(Fault::NoConditions);
    let pointers = open(faulty.clone(), Writers::Many).await.pointers();
    let refused = pointers
        .set_if("version", None, Bytes::from_static(b"1"))
        .await;
    assert!(
        matches!(refused, Err(ObjectError::NoConditionalPut)),
        "{refused:?}"
    );
    assert_eq!(pointers.get("version").await.unwrap(), None);
    let alone = open(faulty, Writers::One).await.pointers();
    let set = alone
        .set_if("version", None, Bytes::from_static(b"1"))
        .await;
    assert!(matches!(set, Ok(SetIf::Set(_))), "{set:?}");
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_knows_itself() {
    let faulty = Faulty::new(Fault::LostAnswer);
    let pointers = open(faulty.clone(), Writers::Many).await.pointers();
    let set = pointers
        .set_if("version", None, Bytes::from_static(b"1"))
        .await;
    let Ok(SetIf::Set(version)) = set else {
        panic!("the write happened and must be told so: {set:?}");
    };
    let read = pointers.get("version").await.unwrap().unwrap();
    assert_eq!((&read.value[..], read.version), (&b"1"[..], version));
}

#[tokio::test]
async fn another_layout_and_a_server_that_is_away_are_told() {
    let store = Arc::new(InMemory::new());
    let key = object_store::path::Path::from("some/prefix/FORMAT");
    store.put(&key, "marquee objects 9\n".into()).await.unwrap();
    let newer = Bucket::open(store, "some/prefix", Writers::Many).await;
    assert!(
        matches!(newer, Err(ObjectError::Newer { found: 9, .. })),
        "{newer:?}"
    );

    let nobody = platform_testkit::free_address();
    let config = S3Config::new("films")
        .at(format!("http://{nobody}").parse().unwrap())
        .with_credentials(S3Credentials::new("GK1", "hunter2"));
    let away = Objects::open_s3(config).await.unwrap_err();
    assert!(away.is_transient(), "{away:?}");
    assert!(!format!("{away:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_missing_file_is_an_error_of_the_disk() {
    let objects = open(Arc::new(InMemory::new()), Writers::Many).await;
    let missing = objects.put_file(Path::new("/nowhere/film")).await;
    assert!(
        matches!(missing, Err(ObjectError::Io { .. })),
        "{missing:?}"
    );
    let absent = objects.len(ContentHash::of(b"absent")).await;
    assert!(matches!(absent, Err(ObjectError::NotFound(_))));
}
