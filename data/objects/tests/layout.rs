//! The folder's layout, kept: later versions must open what this one wrote.
//!
//! `tests/fixture/v1` was written by the version that made layout 1 its own: the marker, an object of one
//! block, the hash tree of an object of two, and a pointer. The long object itself is made here.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use data_objects::tree::BLOCK_BYTES;
use data_objects::{ContentHash, ObjectError, Objects, conformance};
use platform_http::Trust;

const SHORT: &[u8] = b"kept under test";

fn long() -> Bytes {
    (0..BLOCK_BYTES + 5).map(|at| (at % 251) as u8).collect()
}

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture/v1")
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn layout_1_opens() {
    let folder = tempfile::tempdir().unwrap();
    copy(&fixture(), folder.path()).unwrap();
    let long = long();
    let (short_hash, long_hash) = (ContentHash::of(SHORT), ContentHash::of(&long));
    let name = long_hash.to_string();
    fs::write(folder.path().join(&name[..2]).join(&name), &long).unwrap();

    let objects = Objects::open(folder.path()).await.unwrap();
    assert_eq!(objects.list(None, 9).await.unwrap().len(), 2);
    let short = objects.verified(short_hash).await.unwrap();
    assert_eq!(short.read(0..short.object_len()).await.unwrap(), SHORT);
    let found = objects.verified(long_hash).await.unwrap();
    assert!(found.read(0..found.object_len()).await.unwrap() == long);
    let pointers = objects.pointers();
    assert_eq!(pointers.names().await.unwrap(), ["kept.pointer"]);
    let pointer = pointers.get("kept.pointer").await.unwrap().unwrap();
    assert_eq!(pointer.value, SHORT);
}

#[tokio::test]
async fn a_newer_layout_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("FORMAT"), "marquee objects 2\n").unwrap();
    let refused = Objects::open(folder.path()).await;
    assert!(
        matches!(refused, Err(ObjectError::Newer { found: 2, .. })),
        "{refused:?}"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn the_suite_holds_on_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let address = url::Url::from_file_path(folder.path().join("store")).unwrap();
    let objects = Objects::from_url(&address, &Trust::default())
        .await
        .unwrap();
    conformance::suite(&objects, folder.path()).await;
}

#[tokio::test]
async fn a_damaged_pointer_is_told_and_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let pointers = Objects::open(folder.path()).await.unwrap().pointers();
    pointers
        .set_if("version", None, Bytes::from_static(b"1"))
        .await
        .unwrap();
    let path = folder.path().join("pointers/version");
    let mut record = fs::read(&path).unwrap();
    *record.last_mut().unwrap() ^= 1;
    fs::write(&path, &record).unwrap();
    let read = pointers.get("version").await;
    assert!(
        matches!(read, Err(ObjectError::DamagedPointer(_))),
        "{read:?}"
    );
    let set = pointers
        .set_if("version", None, Bytes::from_static(b"2"))
        .await;
    assert!(
        matches!(set, Err(ObjectError::DamagedPointer(_))),
        "{set:?}"
    );
    assert_eq!(fs::read(&path).unwrap(), record);
}

#[tokio::test]
async fn a_damaged_block_of_a_file_is_told_and_a_put_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::open(folder.path()).await.unwrap();
    let hash = objects.put_bytes(long()).await.unwrap().hash;
    let name = hash.to_string();
    let path = folder.path().join(&name[..2]).join(&name);
    let mut damaged = long().to_vec();
    damaged[BLOCK_BYTES as usize] ^= 1;
    fs::write(&path, damaged).unwrap();
    let verified = objects.verified(hash).await.unwrap();
    assert!(verified.read(0..BLOCK_BYTES).await.is_ok());
    let read = verified.read(0..verified.object_len()).await;
    assert!(
        matches!(read, Err(ObjectError::DamagedBlock { block: 1, .. })),
        "{read:?}"
    );
    objects.put_bytes(long()).await.unwrap();
    assert!(verified.read(0..verified.object_len()).await.unwrap() == long());
}

#[tokio::test]
#[ignore = "writes the fixture anew; run by hand when a new layout is made"]
async fn write_the_fixture() {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::open(folder.path()).await.unwrap();
    objects.put_bytes(Bytes::from_static(SHORT)).await.unwrap();
    let long = objects.put_bytes(long()).await.unwrap().hash.to_string();
    let pointers = objects.pointers();
    let set = pointers
        .set_if("kept.pointer", None, Bytes::from_static(SHORT))
        .await;
    set.unwrap();
    fs::remove_file(folder.path().join(&long[..2]).join(&long)).unwrap();
    copy(folder.path(), &fixture()).unwrap();
    assert!(fixture().join("FORMAT").exists());
}
