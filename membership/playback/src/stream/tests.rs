//! Direct streams through the route that serves them.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use contracts_membership::PlayEvent;
use futures::StreamExt as _;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::*;
use crate::http::fixture::{Film, TokenIsName, World, release};
use crate::{PlaybackApi, router};

async fn routes() -> (World, Router) {
    let world = World::new().await;
    let playback = Arc::clone(&world.playback);
    let state = PlaybackApi {
        accounts: Arc::new(TokenIsName),
        playback,
        public_url: None,
    };
    let router = router(state).split_for_parts().0;
    (world, router)
}

async fn fetch(router: &Router, query: &str) -> Response {
    let uri = format!("/video-contents/v1/videos/sintel{query}");
    let request = Request::get(uri).header("authorization", "Bearer ada");
    router
        .clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

fn fragments(stream: &[u8]) -> usize {
    stream.windows(4).filter(|kind| kind == b"moof").count()
}

/// Lets the task that ends the session run; it is ready as soon as the body is dropped.
async fn until_ended(world: &World) {
    for _ in 0..1_000 {
        if world
            .events()
            .await
            .iter()
            .any(|event| matches!(event, PlayEvent::Ended { .. }))
        {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the session did not end with its stream");
}

#[tokio::test]
async fn a_stream_begins_at_the_sync_sample_and_frees_its_slot_at_the_end() {
    let (world, router) = routes().await;
    let response = fetch(&router, "?offset=2.7").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "video/mp4");
    let stream = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(&stream[4..8], b"ftyp");
    assert_eq!(fragments(&stream), 2, "the last two seconds of four");
    until_ended(&world).await;
    let reads = world.origin.reads.lock();
    assert!(reads.iter().all(|(_, range)| range.len() <= READ_BYTES));
    let expected = Film::at(720).rendition.file.name;
    assert!(
        reads.iter().all(|(file, _)| *file == expected),
        "the plan's tallest"
    );
}

#[tokio::test]
async fn a_slow_reader_is_waited_for() {
    let (world, router) = routes().await;
    let mut body = fetch(&router, "").await.into_body().into_data_stream();
    body.next().await.unwrap().unwrap();
    let before = world.origin.reads.lock().len();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        world.origin.reads.lock().len(),
        before,
        "nothing is read ahead"
    );
    body.next().await.unwrap().unwrap();
    assert!(world.origin.reads.lock().len() > before);
    drop(body);
    until_ended(&world).await;
}

#[tokio::test]
async fn offsets_that_lead_nowhere_are_refused_and_leave_no_session() {
    let (world, router) = routes().await;
    assert_eq!(
        fetch(&router, "?offset=4").await.status(),
        StatusCode::RANGE_NOT_SATISFIABLE
    );
    until_ended(&world).await;
    for query in ["?offset=-1", "?offset=NaN", "?offset=x", "?height=-5"] {
        assert_eq!(
            fetch(&router, query).await.status(),
            StatusCode::BAD_REQUEST,
            "{query}"
        );
    }
    *world.origin.broken.lock() = true;
    assert_eq!(
        fetch(&router, "").await.status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
}

#[test]
fn the_tallest_that_fits_is_chosen() {
    let release = release();
    let chosen = |height| choose_video(&release, height).map(|it| it.height);
    assert_eq!(chosen(1080), Some(1080));
    assert_eq!(chosen(1000), Some(720));
    assert_eq!(chosen(10), Some(360));
}
