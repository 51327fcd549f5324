//! Whole files in one request.

use futures::stream::iter;
use studio_ingest::UploadError;

use crate::server::{Server, broken};

type Piece = Result<bytes::Bytes, std::io::Error>;

fn film() -> Vec<Piece> {
    vec![Ok("fi".into()), Ok("lm".into())]
}

#[tokio::test]
async fn a_stream_of_known_or_unknown_length_is_stored() {
    let server = Server::start().await;
    for declared in [Some(4), None] {
        let stored = server
            .uploads
            .store_stream(iter(film()), declared, "a\u{7}.mp4")
            .await
            .unwrap();
        assert_eq!(std::fs::read(&stored.path).unwrap(), b"film");
        assert_eq!((stored.bytes, stored.filename.as_str()), (4, "a.mp4"));
        assert_eq!(server.uploads.finished(&stored.id).await.unwrap(), stored);
    }
}

#[tokio::test]
async fn a_stream_that_is_short_long_or_broken_leaves_nothing() {
    let server = Server::start().await;
    let short = server
        .uploads
        .store_stream(iter(film()), Some(5), "a")
        .await
        .unwrap_err();
    assert!(
        matches!(short, UploadError::Interrupted { offset: 4 }),
        "{short}"
    );
    let long = server
        .uploads
        .store_stream(iter(film()), Some(3), "a")
        .await
        .unwrap_err();
    assert!(matches!(long, UploadError::TooLong { length: 3 }), "{long}");
    let failing: Vec<Piece> = vec![Ok("fi".into()), Err(broken())];
    let cut = server
        .uploads
        .store_stream(iter(failing), None, "a")
        .await
        .unwrap_err();
    assert!(matches!(cut, UploadError::Interrupted { .. }), "{cut}");
    assert_eq!(server.uploads.sweep().await.unwrap(), 3);
    assert!(server.files().is_empty());
}
