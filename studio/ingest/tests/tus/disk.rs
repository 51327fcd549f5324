//! Crashes, full disks, time, and files that are not what they were announced to be.

use std::time::Duration;

use axum::http::StatusCode;
use data_objects::ContentHash;
use studio_ingest::{UploadError, UploadLimits};

use crate::server::{LIMITS, Server, id, metadata};

#[tokio::test]
async fn acknowledged_bytes_are_there_after_a_crash_and_unchecked_ones_are_not() {
    let server = Server::start().await;
    let path = server.create(10, &metadata("film.mp4", None)).await;
    server.patch(&path, 0, "abcd").await;
    // What a crash in the middle of a checked request leaves: a note, and bytes behind it.
    let part = server.folder.path().join(format!("{}.part", id(&path)));
    std::fs::write(part.with_extension("checking"), "4").unwrap();
    std::fs::write(&part, "abcdEVIL").unwrap();
    // And what one between two steps of a creation leaves.
    std::fs::write(server.folder.path().join("orphan.part"), "x").unwrap();
    std::fs::write(server.folder.path().join("notes.txt"), "an operator's own").unwrap();
    let server = server.restart(LIMITS).await;
    assert_eq!(server.offset(&path).await, 4);
    let ours = [format!("{}.json", id(&path)), format!("{}.part", id(&path))];
    assert!(
        server
            .files()
            .iter()
            .all(|name| ours.contains(name) || name == "notes.txt")
    );
    assert_eq!(
        server.patch(&path, 4, "efghij").await,
        StatusCode::NO_CONTENT
    );
    let finished = server.uploads.finished(id(&path)).await.unwrap();
    assert_eq!(std::fs::read(finished.path).unwrap(), b"abcdefghij");
    assert_eq!(finished.filename, "film.mp4");
}

#[tokio::test]
async fn a_full_disk_is_said_and_loses_nothing() {
    let server = Server::start().await;
    let path = server.create(10, "").await;
    server.patch(&path, 0, "abcd").await;
    let full = UploadLimits {
        reserve: u64::MAX / 2,
        ..LIMITS
    };
    let server = server.restart(full).await;
    let refused = server.send("POST", "", &[("upload-length", "1")], "").await;
    assert_eq!(refused.status(), StatusCode::INSUFFICIENT_STORAGE);
    assert_eq!(
        server.patch(&path, 4, "efghij").await,
        StatusCode::INSUFFICIENT_STORAGE
    );
    assert_eq!(server.offset(&path).await, 4);
    let server = server.restart(LIMITS).await;
    assert_eq!(
        server.patch(&path, 4, "efghij").await,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn an_upload_expires_unless_it_is_in_use() {
    let server = Server::start().await;
    let (late, used) = (server.create(4, "").await, server.create(4, "").await);
    server.patch(&used, 0, "film").await;
    let in_use = server.uploads.finished(id(&used)).await.unwrap();
    assert_eq!(server.uploads.sweep().await.unwrap(), 0);
    server.clock.advance(Duration::from_hours(1));
    assert_eq!(server.patch(&late, 0, "film").await, StatusCode::GONE);
    assert_eq!(
        server.send("HEAD", &late, &[], "").await.status(),
        StatusCode::GONE
    );
    assert_eq!(server.uploads.sweep().await.unwrap(), 1);
    assert_eq!(
        server.send("HEAD", &late, &[], "").await.status(),
        StatusCode::NOT_FOUND
    );
    // In use across a restart as well, safe from its sender, and gone when the user is done.
    let server = server.restart(LIMITS).await;
    assert_eq!(server.uploads.sweep().await.unwrap(), 0);
    assert_eq!(server.uploads.finished(id(&used)).await.unwrap(), in_use);
    let deleted = server.send("DELETE", &used, &[], "").await;
    assert_eq!(deleted.status(), StatusCode::CONFLICT);
    assert_eq!(server.patch(&used, 4, "").await, StatusCode::CONFLICT);
    server.uploads.remove(id(&used)).await.unwrap();
    assert!(server.files().is_empty());
}

#[tokio::test]
async fn a_file_that_is_not_the_announced_one_is_removed() {
    let server = Server::start().await;
    let hash = ContentHash::of(b"film").to_string();
    let path = server.create(4, &metadata("film.mp4", Some(&hash))).await;
    server.patch(&path, 0, "flim").await;
    let refused = server.uploads.finished(id(&path)).await.unwrap_err();
    assert!(
        matches!(refused, UploadError::WrongFingerprint),
        "{refused}"
    );
    assert!(server.files().is_empty());
}

#[tokio::test]
async fn only_so_many_are_known_at_once() {
    let server = Server::start().await;
    for _ in 0..LIMITS.max_uploads {
        server.create(1, "").await;
    }
    let refused = server.send("POST", "", &[("upload-length", "1")], "").await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.headers().contains_key("retry-after"));
}
