//! The protocol: what is accepted, what is refused, and with which status.

use axum::body::Body;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_objects::ContentHash;
use http_body_util::BodyExt as _;
use studio_ingest::UploadError;

use crate::server::{Server, broken, id, metadata, pieces, send};

#[tokio::test]
async fn a_file_comes_in_two_requests_and_is_checked() {
    let server = Server::start().await;
    let hash = ContentHash::of(b"hello world").to_string();
    let said = metadata("../../🎬 a:b.mp4", Some(&hash));
    let path = server.create(11, &said).await;
    assert_eq!(
        server.patch(&path, 0, "hello ").await,
        StatusCode::NO_CONTENT
    );
    let told = server.send("HEAD", &path, &[], "").await;
    assert_eq!(told.headers()["upload-offset"], "6");
    assert_eq!(told.headers()["upload-length"], "11");
    assert_eq!(told.headers()["upload-metadata"], said.as_str());
    assert_eq!(told.headers()["cache-control"], "no-store");
    let early = server.uploads.finished(id(&path)).await.unwrap_err();
    assert!(
        matches!(
            early,
            UploadError::Unfinished {
                offset: 6,
                length: 11
            }
        ),
        "{early}"
    );
    let last = server.patch_with(&path, 6, &[], "world").await;
    assert_eq!(last.headers()["upload-offset"], "11");
    assert_eq!(
        last.headers()["upload-expires"],
        "Thu, 01 Jan 1970 01:16:40 GMT"
    );
    let finished = server.uploads.finished(id(&path)).await.unwrap();
    assert_eq!(std::fs::read(&finished.path).unwrap(), b"hello world");
    assert_eq!(finished.filename, "../../🎬 a:b.mp4");
    assert_eq!(
        finished.fingerprint.map(|hash| hash.to_string()),
        Some(hash)
    );
    let files = [format!("{}.json", id(&path)), format!("{}.part", id(&path))];
    assert_eq!(server.files(), files);
}

#[tokio::test]
async fn what_is_offered_is_told() {
    let server = Server::start().await;
    let told = server.send("OPTIONS", "", &[], "").await;
    assert_eq!(told.status(), StatusCode::NO_CONTENT);
    assert_eq!(told.headers()["tus-version"], "1.0.0");
    assert_eq!(told.headers()["tus-resumable"], "1.0.0");
    assert_eq!(
        told.headers()["tus-extension"],
        "creation,checksum,expiration,termination"
    );
    assert_eq!(told.headers()["tus-checksum-algorithm"], "sha256,blake3");
}

#[tokio::test]
async fn each_mistake_has_its_status_and_changes_nothing() {
    let server = Server::start().await;
    let path = server.create(10, "").await;
    assert_eq!(server.patch(&path, 0, "abc").await, StatusCode::NO_CONTENT);
    let wrong_offset = server.patch_with(&path, 0, &[], "abc").await;
    assert_eq!(wrong_offset.status(), StatusCode::CONFLICT);
    assert_eq!(wrong_offset.headers()["upload-offset"], "3");
    assert_eq!(
        wrong_offset.headers()["content-type"],
        "application/problem+json"
    );
    let long = [("content-length", "8")];
    let too_long = server.patch_with(&path, 3, &long, "12345678").await;
    assert_eq!(too_long.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let unannounced = pieces(vec![Ok("1234"), Ok("5678")]);
    assert_eq!(
        server.patch(&path, 3, unannounced).await,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let no_type = server
        .send("PATCH", &path, &[("upload-offset", "3")], "x")
        .await;
    assert_eq!(no_type.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(
        server.patch("/nosuchupload", 0, "x").await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        server.patch("/..%2F..%2Fetc%2Fpasswd", 0, "x").await,
        StatusCode::NOT_FOUND
    );
    for (length, status) in [("x", 400), ("-1", 400), ("", 400), ("99999999999999", 413)] {
        let refused = server
            .send("POST", "", &[("upload-length", length)], "")
            .await;
        assert_eq!(refused.status(), status, "{length}");
    }
    assert_eq!(server.offset(&path).await, 3);
}

#[tokio::test]
async fn another_version_of_the_protocol_is_refused() {
    let server = Server::start().await;
    let app = studio_ingest::router(std::sync::Arc::clone(&server.uploads));
    let request = axum::http::Request::builder()
        .method("POST")
        .uri("/")
        .body(Body::empty())
        .unwrap();
    let refused = tower::ServiceExt::oneshot(app, request).await.unwrap();
    assert_eq!(refused.status(), StatusCode::PRECONDITION_FAILED);
    assert_eq!(refused.headers()["tus-version"], "1.0.0");
}

#[tokio::test]
async fn bytes_with_a_wrong_checksum_are_dropped() {
    let server = Server::start().await;
    let path = server.create(8, "").await;
    let sum = format!(
        "blake3 {}",
        STANDARD.encode(blake3::hash(b"good").as_bytes())
    );
    let checked = [("upload-checksum", sum.as_str())];
    let wrong = server.patch_with(&path, 0, &checked, "evil").await;
    assert_eq!(
        (wrong.status().as_u16(), server.offset(&path).await),
        (460, 0)
    );
    let broken_off = pieces(vec![Ok("go"), Err(broken())]);
    let interrupted = server.patch_with(&path, 0, &checked, broken_off).await;
    assert_eq!(
        (interrupted.status().as_u16(), server.offset(&path).await),
        (400, 0)
    );
    let right = server.patch_with(&path, 0, &checked, "good").await;
    assert_eq!(
        (right.status().as_u16(), server.offset(&path).await),
        (204, 4)
    );
    let unknown = server
        .patch_with(&path, 4, &[("upload-checksum", "crc32 AAAA")], "more")
        .await;
    assert_eq!(
        (unknown.status().as_u16(), server.offset(&path).await),
        (400, 4)
    );
    assert!(
        !server
            .files()
            .iter()
            .any(|name| name.ends_with(".checking"))
    );
}

#[tokio::test]
async fn what_arrived_before_a_break_is_kept() {
    let server = Server::start().await;
    let path = server.create(10, "").await;
    let half = pieces(vec![Ok("abc"), Ok("de"), Err(broken())]);
    let cut = server.patch_with(&path, 0, &[], half).await;
    assert_eq!(
        (cut.status(), &cut.headers()["upload-offset"]),
        (StatusCode::BAD_REQUEST, &5.into())
    );
    assert_eq!(server.offset(&path).await, 5);
    assert_eq!(
        server.patch(&path, 5, "fghij").await,
        StatusCode::NO_CONTENT
    );
    let finished = server.uploads.finished(id(&path)).await.unwrap();
    assert_eq!(std::fs::read(finished.path).unwrap(), b"abcdefghij");
}

#[tokio::test]
async fn two_requests_at_once_do_not_mix_and_a_dropped_one_lets_go() {
    let server = Server::start().await;
    let path = server.create(10, "").await;
    let (sender, receiver) = futures::channel::mpsc::unbounded::<Result<&str, std::io::Error>>();
    let (begun, under_way) = tokio::sync::oneshot::channel();
    let mut begun = Some(begun);
    // The body is asked for its first piece once the request holds the upload.
    let body = futures::StreamExt::inspect(receiver, move |_| {
        begun.take().map(|begun| begun.send(()));
    });
    sender.unbounded_send(Ok("abc")).unwrap();
    let (uploads, slow) = (std::sync::Arc::clone(&server.uploads), path.clone());
    let request = tokio::spawn(async move {
        let headers = [
            ("upload-offset", "0"),
            ("content-type", "application/offset+octet-stream"),
        ];
        send(&uploads, "PATCH", &slow, &headers, Body::from_stream(body)).await
    });
    under_way.await.unwrap();
    assert_eq!(server.patch(&path, 0, "xyz").await, StatusCode::LOCKED);
    let deleted = server.send("DELETE", &path, &[], "").await;
    assert_eq!(deleted.status(), StatusCode::LOCKED);
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled());
    // The writer's thread lets go once it has settled what arrived.
    while server.patch(&path, 3, "defghij").await == StatusCode::LOCKED {
        tokio::task::yield_now().await;
    }
    let finished = server.uploads.finished(id(&path)).await.unwrap();
    assert_eq!(std::fs::read(finished.path).unwrap(), b"abcdefghij");
}

#[tokio::test]
async fn an_upload_can_be_given_up_by_either_method() {
    let server = Server::start().await;
    let path = server.create(1, "").await;
    assert_eq!(
        server.send("DELETE", &path, &[], "").await.status(),
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        server.send("HEAD", &path, &[], "").await.status(),
        StatusCode::NOT_FOUND
    );
    let path = server.create(1, "").await;
    let instead = [("x-http-method-override", "DELETE")];
    assert_eq!(
        server.send("POST", &path, &instead, "").await.status(),
        StatusCode::NO_CONTENT
    );
    assert!(server.files().is_empty());
}

#[tokio::test]
async fn an_upload_is_found_by_its_fingerprint() {
    let server = Server::start().await;
    let hash = ContentHash::of(b"film").to_string();
    let asked = format!("?fingerprint={hash}");
    let answer = async |query: &str| {
        let response = server.send("GET", query, &[], "").await;
        let body = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    };
    assert_eq!(answer(&asked).await, "{}");
    server.create(4, &metadata("a", Some(&hash))).await;
    let further = server.create(4, &metadata("b", Some(&hash))).await;
    server.patch(&further, 0, "fi").await;
    let found = answer(&asked).await;
    assert!(
        found.contains(&further) && found.contains("\"offset\":2"),
        "{found}"
    );
    assert!(answer("?fingerprint=abc").await.contains("BLAKE3"));
    assert!(answer("").await.contains("BLAKE3"));
}
