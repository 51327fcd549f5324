//! What every engine must do, as a suite that a test calls with the engine to try.
//!
//! It asserts, and panics where the engine falls short. Content and names are drawn anew in every run, so
//! that it can run on a server that keeps what earlier runs left, beside others; it removes its objects.

mod pointers;

use std::path::Path;

use bytes::Bytes;
use platform_entropy::{Entropy as _, SystemEntropy};

use crate::limits::PART_BYTES;
use crate::tree::{BLOCK_BYTES, Outboard};
use crate::{ContentHash, ObjectError, ObjectInfo, Objects};

/// Runs the suite; `scratch` is a folder for the files that it stores.
///
/// # Panics
/// When the engine falls short.
pub async fn suite(objects: &Objects, scratch: &Path) {
    sizes(objects, scratch).await;
    ranges(objects).await;
    the_same_bytes_keep_one(objects, scratch).await;
    pages_and_removal(objects).await;
    at_once(objects).await;
    what_is_not_a_file(objects, scratch).await;
    pointers::suite(&objects.pointers()).await;
}

/// Bytes that no other run has, and that differ from block to block.
fn content(len: u64) -> Bytes {
    let mut seed = [0; 32];
    SystemEntropy.fill(&mut seed);
    let mut bytes = vec![0; len as usize];
    let mut hasher = blake3::Hasher::new_keyed(&seed);
    hasher.update(b"conformance");
    hasher.finalize_xof().fill(&mut bytes);
    bytes.into()
}

fn file(scratch: &Path, bytes: &[u8]) -> tempfile::TempPath {
    use std::io::Write as _;
    let mut file =
        tempfile::NamedTempFile::new_in(scratch).expect("the scratch folder is writable");
    file.write_all(bytes).expect("the scratch disk has room");
    file.into_temp_path()
}

async fn sizes(objects: &Objects, scratch: &Path) {
    let parts = 2 * PART_BYTES + BLOCK_BYTES + 7;
    for len in [
        0,
        1,
        BLOCK_BYTES,
        BLOCK_BYTES + 1,
        PART_BYTES,
        PART_BYTES + 1,
        parts,
    ] {
        let content = content(len);
        let source = file(scratch, &content);
        let info = objects.put_file(&source).await.expect("a file is stored");
        assert_eq!((info.hash, info.bytes), (ContentHash::of(&content), len));
        assert!(!source.exists(), "the file was taken over");
        assert_eq!(objects.len(info.hash).await.expect("it is there"), len);
        let whole = objects.read(info.hash, 0..len).await.expect("it reads");
        assert!(
            whole == content,
            "an object of {len} bytes reads as it was put"
        );
        let outboard = objects
            .read_outboard(info.hash)
            .await
            .expect("it has a tree");
        assert!(Outboard::from_bytes(&outboard, info.hash, len).is_ok());
        let verified = objects.verified(info.hash).await.expect("it has a tree");
        assert_eq!((verified.hash(), verified.object_len()), (info.hash, len));
        assert!(verified.read(0..len).await.expect("it verifies") == content);
        assert!(objects.remove(info.hash).await.expect("it is removed"));
    }
}

async fn ranges(objects: &Objects) {
    let content = content(3 * BLOCK_BYTES);
    let hash = objects
        .put_bytes(content.clone())
        .await
        .expect("it is stored")
        .hash;
    let verified = objects.verified(hash).await.expect("it has a tree");
    let len = content.len() as u64;
    let inside = [
        0..1,
        5..5,
        len..len,
        BLOCK_BYTES - 1..BLOCK_BYTES + 1,
        10..len - 10,
        len - 1..len,
    ];
    for range in inside {
        let expected = content.slice(range.start as usize..range.end as usize);
        assert!(objects.read(hash, range.clone()).await.expect("it reads") == expected);
        assert!(verified.read(range).await.expect("it verifies") == expected);
    }
    #[expect(
        clippy::reversed_empty_ranges,
        reason = "an inverted range is what is refused"
    )]
    let outside = [
        0..len + 1,
        len + 1..len + 1,
        len..len + 1,
        len + 5..len + 9,
        20..10,
        0..u64::MAX,
    ];
    for range in outside {
        let plain = objects.read(hash, range.clone()).await;
        let checked = verified.read(range.clone()).await;
        for read in [plain, checked] {
            assert!(
                matches!(read, Err(ObjectError::OutOfRange { .. })),
                "{range:?}: {read:?}"
            );
        }
    }
    objects.remove(hash).await.expect("it is removed");
    let absent = [
        objects.read(hash, 0..1).await.err(),
        objects.read(hash, 0..0).await.err(),
        objects.len(hash).await.err(),
        objects.read_outboard(hash).await.err(),
        objects.verified(hash).await.err(),
        verified.read(0..1).await.err(),
    ];
    for error in absent {
        assert!(matches!(error, Some(ObjectError::NotFound(_))), "{error:?}");
    }
}

async fn the_same_bytes_keep_one(objects: &Objects, scratch: &Path) {
    let content = content(BLOCK_BYTES * 2);
    let first = objects
        .put_bytes(content.clone())
        .await
        .expect("it is stored");
    let source = file(scratch, &content);
    let again = objects.put_file(&source).await.expect("it is stored again");
    assert_eq!(again, first);
    assert!(!source.exists(), "the file was taken over");
    let before = list(objects).await;
    assert_eq!(before.iter().filter(|info| **info == first).count(), 1);
    assert!(objects.remove(first.hash).await.expect("it is removed"));
}

async fn pages_and_removal(objects: &Objects) {
    let mut put = Vec::new();
    for len in 0..12 {
        put.push(
            objects
                .put_bytes(content(40 + len))
                .await
                .expect("it is stored"),
        );
    }
    put.sort_by_key(|info| info.hash);
    let mut paged: Vec<ObjectInfo> = Vec::new();
    loop {
        let after = paged.last().map(|info| info.hash);
        let page = objects.list(after, 5).await.expect("a page is listed");
        assert!(page.len() <= 5);
        paged.extend_from_slice(&page);
        if page.len() < 5 {
            break;
        }
    }
    assert!(
        paged.is_sorted_by(|a, b| a.hash < b.hash),
        "in name order, none twice"
    );
    paged.retain(|info| put.contains(info));
    assert_eq!(paged, put);
    for info in &put {
        assert!(objects.remove(info.hash).await.expect("it is removed"));
        assert!(!objects.remove(info.hash).await.expect("it was not there"));
    }
    let left = list(objects).await;
    assert!(!left.iter().any(|info| put.contains(info)));
}

async fn at_once(objects: &Objects) {
    let content = content(PART_BYTES + 3);
    let puts = (0..4).map(|_| objects.put_bytes(content.clone()));
    let puts = futures::future::join_all(puts).await;
    for put in puts {
        let info = put.expect("every put of the same bytes succeeds");
        assert!(
            objects
                .read(info.hash, 0..info.bytes)
                .await
                .expect("it reads")
                == content
        );
    }
    assert!(
        objects
            .remove(ContentHash::of(&content))
            .await
            .expect("it is removed")
    );
}

async fn what_is_not_a_file(objects: &Objects, scratch: &Path) {
    let refused = objects.put_file(scratch).await;
    assert!(
        matches!(refused, Err(ObjectError::NotAFile(_))),
        "{refused:?}"
    );
}

async fn list(objects: &Objects) -> Vec<ObjectInfo> {
    objects
        .list(None, usize::MAX)
        .await
        .expect("objects are listed")
}
