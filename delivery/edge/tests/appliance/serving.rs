//! What a player hears.

use axum::http::{Method, StatusCode};
use contracts_delivery::{Extension, FileName, StoredFile};
use data_objects::ContentHash;
use http_body_util::BodyExt as _;

use crate::bed::{Bed, EXPIRES, MIB, START, film};
use crate::upstream::Synthetic;

#[tokio::test]
async fn whole_files_ranges_and_their_headers() {
    let bed = Bed::new(Synthetic::new()).await;
    let bytes = film(2, 100);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);

    let whole = bed
        .get(&path, &[("origin", "https://cinema.example")])
        .await;
    assert_eq!((whole.status, whole.whole), (StatusCode::OK, true));
    assert_eq!(whole.bytes, bytes);
    assert_eq!(whole.header("content-type"), "video/mp4");
    assert_eq!(whole.header("content-length"), bytes.len().to_string());
    assert_eq!(whole.header("etag"), format!("\"{}\"", file.name.hash));
    assert_eq!(
        whole.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(whole.header("access-control-allow-origin"), "*");
    assert!(
        whole
            .header("access-control-expose-headers")
            .contains("content-range")
    );

    let (total, mib) = (bytes.len(), MIB as usize);
    for (range, start, end) in [
        ("bytes=0-0".to_owned(), 0, 1),
        (format!("bytes={}-{}", mib - 5, mib + 5), mib - 5, mib + 6),
        (format!("bytes={}-", total - 7), total - 7, total),
        ("bytes=-100".to_owned(), total - 100, total),
        (format!("bytes=10-{}", u64::MAX), 10, total),
    ] {
        let part = bed.get(&path, &[("range", &range)]).await;
        assert_eq!(
            (part.status, part.whole),
            (StatusCode::PARTIAL_CONTENT, true),
            "{range}"
        );
        assert_eq!(part.bytes, bytes[start..end], "{range}");
        let expected = format!("bytes {start}-{}/{total}", end - 1);
        assert_eq!(part.header("content-range"), expected);
        assert_eq!(part.header("content-length"), (end - start).to_string());
    }
    for range in ["bytes=9999999-", "bytes=0-1,5-6", "bytes=-0"] {
        let refused = bed.get(&path, &[("range", range)]).await;
        assert_eq!(refused.status, StatusCode::RANGE_NOT_SATISFIABLE, "{range}");
        assert_eq!(refused.header("content-range"), format!("bytes */{total}"));
    }
}

#[tokio::test]
async fn head_and_conditions_send_no_more_than_asked() {
    let bed = Bed::new(Synthetic::new()).await;
    let file = bed.upstream.add(film(1, 0), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    let etag = format!("\"{}\"", file.name.hash);

    let head = bed
        .begin(Method::HEAD, &path, &[("range", "bytes=0-1")])
        .await;
    assert_eq!(head.status(), StatusCode::OK);
    assert_eq!(head.headers()["content-length"], MIB.to_string());
    assert_eq!(head.into_body().collect().await.unwrap().to_bytes(), "");
    let known = bed.get(&path, &[("if-none-match", &etag)]).await;
    assert_eq!(
        (known.status, known.bytes.len()),
        (StatusCode::NOT_MODIFIED, 0)
    );
    assert_eq!(
        bed.upstream.reads_of(file),
        0,
        "neither needs a byte of the file"
    );

    let range = ("range", "bytes=0-1");
    let same = bed.get(&path, &[range, ("if-range", &etag)]).await;
    assert_eq!(same.status, StatusCode::PARTIAL_CONTENT);
    let other = bed.get(&path, &[range, ("if-range", "\"other\"")]).await;
    assert_eq!(
        (other.status, other.bytes.len() as u64),
        (StatusCode::OK, MIB)
    );
}

#[tokio::test]
async fn a_browsers_preflight_for_a_range_is_granted() {
    let bed = Bed::new(Synthetic::new()).await;
    let headers = [
        ("origin", "https://cinema.example"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "range"),
    ];
    let granted = bed
        .begin(Method::OPTIONS, "/p/token/name.mp4", &headers)
        .await;
    assert_eq!(granted.status(), StatusCode::OK);
    assert_eq!(granted.headers()["access-control-allow-origin"], "*");
    let allowed = granted.headers()["access-control-allow-headers"]
        .to_str()
        .unwrap();
    assert!(allowed.contains("range"), "{allowed}");
}

#[tokio::test]
async fn tokens_open_their_own_releases_files_until_they_expire() {
    let bed = Bed::new(Synthetic::new()).await;
    let mine = bed.upstream.add("mine", Extension::Mp4);
    let foreign = bed.upstream.add("foreign", Extension::Mp4);
    let release = bed.release_of(mine);
    bed.release_of(foreign);
    let good = bed.path(release, mine);
    assert_eq!(bed.get(&good, &[]).await.status, StatusCode::OK);
    assert_eq!(
        bed.control.reports.lock().len(),
        1,
        "the unknown key was asked for once"
    );

    let not_held = bed.get(&bed.path(release, foreign), &[]).await;
    assert_eq!(not_held.status, StatusCode::NOT_FOUND);
    assert_eq!(bed.upstream.reads_of(foreign), 0);
    let name = FileName {
        extension: Extension::Json,
        ..mine.name
    };
    let renamed = bed
        .get(&bed.path(release, StoredFile { name, ..mine }), &[])
        .await;
    assert_eq!(
        renamed.status,
        StatusCode::NOT_FOUND,
        "the ending decides the content type"
    );

    let forged = good.replacen("/p/A", "/p/B", 1);
    let forged = bed.get(&forged, &[]).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert_eq!(forged.header("content-type"), "application/problem+json");
    assert_eq!(forged.header("cache-control"), "no-store");

    bed.clock.advance(EXPIRES.since(START));
    let expired = bed.get(&good, &[]).await;
    assert_eq!(expired.status, StatusCode::FORBIDDEN);
    let problem: serde_json::Value = serde_json::from_slice(&expired.bytes).unwrap();
    assert_eq!(problem["reason"], "expired");
}

#[tokio::test]
async fn paths_that_are_no_names_are_not_found() {
    let bed = Bed::new(Synthetic::new()).await;
    let hash = ContentHash::of(b"x");
    for path in [
        "/p/token/..%2f..%2fetc%2fpasswd".to_owned(),
        "/p/token/%2e%2e/secret.mp4".to_owned(),
        format!("/p/token/{hash}.exe"),
        format!("/p/token/{hash}"),
        "/p/token/".to_owned(),
        "/".to_owned(),
    ] {
        assert_eq!(
            bed.get(&path, &[]).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}
