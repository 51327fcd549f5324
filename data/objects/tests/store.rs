//! The store on a real folder: what is put is found, whole and once, and what a crash left is not.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use data_objects::tree::{BLOCK_BYTES, Outboard};
use data_objects::{ContentHash, ObjectError, Objects};

type Outcome = Result<(), ObjectError>;

fn bytes(len: u64, seed: u8) -> Bytes {
    (0..len).map(|at| (at % 251) as u8 ^ seed).collect()
}

fn file(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("a test file can be written");
    path
}

fn incoming(folder: &Path) -> usize {
    std::fs::read_dir(folder.join("incoming"))
        .expect("the folder is there")
        .count()
}

#[tokio::test]
async fn a_file_becomes_an_object_with_its_tree() -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::open(folder.path().join("store")).await?;
    for len in [0, 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES - 1] {
        let content = bytes(len, 7);
        let source = file(folder.path(), "upload", &content);
        let info = objects.put_file(&source).await?;
        assert_eq!((info.hash, info.bytes), (ContentHash::of(&content), len));
        assert!(!source.exists(), "the source was moved");
        assert_eq!(objects.len(info.hash).await?, len);
        assert_eq!(objects.read(info.hash, 0..len).await?, content);
        let outboard = objects.read_outboard(info.hash).await?;
        let outboard = Outboard::from_bytes(&outboard, info.hash, len).unwrap();
        let blocks = (0..).zip(content.chunks(BLOCK_BYTES as usize));
        assert!(
            blocks
                .into_iter()
                .all(|(index, block)| outboard.verify_block(index, block))
        );
    }
    assert_eq!(incoming(&folder.path().join("store")), 0);
    Ok(())
}

#[tokio::test]
#[expect(
    clippy::print_stderr,
    reason = "a check that cannot be made here says so"
)]
async fn a_file_on_another_disk_is_copied_and_gone() -> Outcome {
    let memory = Path::new("/dev/shm");
    let folder = tempfile::tempdir().unwrap();
    let Ok(elsewhere) = tempfile::tempdir_in(memory) else {
        eprintln!(
            "this machine has no second file system at {}",
            memory.display()
        );
        return Ok(());
    };
    let objects = Objects::open(folder.path()).await?;
    let content = bytes(BLOCK_BYTES + 9, 3);
    let source = file(elsewhere.path(), "upload", &content);
    let info = objects.put_file(&source).await?;
    assert!(!source.exists());
    assert_eq!(objects.read(info.hash, 0..info.bytes).await?, content);
    assert_eq!(incoming(folder.path()), 0);
    Ok(())
}

#[tokio::test]
async fn the_same_bytes_twice_keep_one() -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::open(folder.path().join("store")).await?;
    let content = bytes(BLOCK_BYTES * 2, 1);
    let first = objects.put_bytes(content.clone()).await?;
    let source = file(folder.path(), "again", &content);
    assert_eq!(objects.put_file(&source).await?, first);
    assert!(!source.exists());
    assert_eq!(objects.list(None, 10).await?, [first]);
    Ok(())
}

#[tokio::test]
async fn a_range_outside_the_object_is_refused() -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::open(folder.path()).await?;
    let hash = objects.put_bytes(bytes(100, 0)).await?.hash;
    assert_eq!(
        objects.read(hash, 10..20).await?,
        bytes(100, 0).slice(10..20)
    );
    assert!(objects.read(hash, 100..100).await?.is_empty());
    #[expect(
        clippy::reversed_empty_ranges,
        reason = "an inverted range is what is refused"
    )]
    let refused = [0..101, 101..101, 20..10, 0..u64::MAX];
    for range in refused {
        let read = objects.read(hash, range).await;
        assert!(
            matches!(read, Err(ObjectError::OutOfRange { len: 100, .. })),
            "{read:?}"
        );
    }
    let absent = objects.read(ContentHash::of(b"absent"), 0..1).await;
    assert!(matches!(absent, Err(ObjectError::NotFound(_))));
    Ok(())
}

#[tokio::test]
async fn objects_are_listed_in_pages_and_removed() -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::open(folder.path()).await?;
    let mut put = Vec::new();
    for seed in 0..40 {
        put.push(objects.put_bytes(bytes(seed, 0)).await?);
    }
    put.sort_by_key(|info| info.hash);
    let mut listed = Vec::new();
    loop {
        let page = objects
            .list(
                listed
                    .last()
                    .map(|info: &data_objects::ObjectInfo| info.hash),
                7,
            )
            .await?;
        listed.extend_from_slice(&page);
        if page.len() < 7 {
            break;
        }
    }
    assert_eq!(listed, put);
    assert!(objects.remove(put[0].hash).await?);
    assert!(!objects.remove(put[0].hash).await?);
    assert_eq!(objects.list(None, 100).await?, put[1..]);
    assert!(matches!(
        objects.len(put[0].hash).await,
        Err(ObjectError::NotFound(_))
    ));
    Ok(())
}

#[tokio::test]
async fn half_copied_files_are_swept_and_a_damaged_tree_is_told() -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let content = bytes(BLOCK_BYTES * 3, 5);
    let hash = Objects::open(folder.path())
        .await?
        .put_bytes(content.clone())
        .await?
        .hash;
    file(&folder.path().join("incoming"), ".tmpLeft", b"half");
    let objects = Objects::open(folder.path()).await?;
    assert_eq!(incoming(folder.path()), 0);
    let name = hash.to_string();
    let tree = folder
        .path()
        .join(&name[..2])
        .join(&name)
        .with_extension("tree");
    file(tree.parent().unwrap(), &format!("{name}.tree"), &[0; 96]);
    assert!(matches!(
        objects.read_outboard(hash).await,
        Err(ObjectError::Damaged { .. })
    ));
    objects.put_bytes(content).await?;
    assert_eq!(
        objects.read_outboard(hash).await?.len(),
        96,
        "a put mends it"
    );
    Ok(())
}

#[tokio::test]
async fn what_is_not_a_file_is_refused() -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::open(folder.path().join("store")).await?;
    let refused = objects.put_file(folder.path()).await;
    assert!(matches!(refused, Err(ObjectError::NotAFile(_))));
    Ok(())
}
