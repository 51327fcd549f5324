//! What a player may do by HTTP/2, and what ends its streams or its connection.

use std::time::Duration;

use axum::http::{Request, StatusCode};
use bytes::Bytes;
use contracts_delivery::Extension;
use delivery_edge::limits::{IDLE_TIMEOUT, MAX_HEAD_BYTES, MAX_HEADERS, STALL_WINDOW};
use delivery_multiplex::limits::{RESET_BURST, UNSEEN_RESETS};
use h2::client::{Builder, SendRequest};
use h2::{Reason, RecvStream};
use tokio::task::JoinHandle;

use crate::authority::Authority;
use crate::bed::{Bed, MIB};
use crate::http2::{bed, bed_with, config, connect};
use crate::upstream::Synthetic;

type Driving = JoinHandle<Result<(), h2::Error>>;

async fn player(bed: &Bed, authority: &Authority) -> (SendRequest<Bytes>, Driving) {
    player_of(Builder::new(), bed, authority).await
}

async fn player_of(
    settings: Builder,
    bed: &Bed,
    authority: &Authority,
) -> (SendRequest<Bytes>, Driving) {
    let tls = connect(bed, authority, &["h2"]).await;
    let (asking, connection) = settings.handshake(tls).await.unwrap();
    (asking, tokio::spawn(connection))
}

fn request(path: &str) -> Request<()> {
    let uri = format!("https://localhost{path}");
    Request::builder().uri(uri).body(()).unwrap()
}

async fn ask(asking: &SendRequest<Bytes>, request: Request<()>) -> (StatusCode, RecvStream) {
    let mut asking = asking.clone().ready().await.unwrap();
    let (answer, _) = asking.send_request(request, true).unwrap();
    let (parts, body) = answer.await.unwrap().into_parts();
    (parts.status, body)
}

async fn read(mut body: RecvStream) -> Result<Vec<u8>, h2::Error> {
    let mut all = Vec::new();
    while let Some(bytes) = body.data().await {
        let bytes = bytes?;
        body.flow_control().release_capacity(bytes.len())?;
        all.extend_from_slice(&bytes);
    }
    Ok(all)
}

#[tokio::test]
async fn a_reader_who_takes_nothing_holds_nothing_and_is_given_up() {
    let authority = Authority::new();
    let bed = bed(&authority).await;
    let file = bed.upstream.add_zeros(64 * MIB, Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    let (asking, _driving) = player(&bed, &authority).await;
    let (status, body) = ask(&asking, request(&path)).await;
    assert_eq!(
        (status, bed.metric("marquee_edge_streams")),
        (StatusCode::OK, 1)
    );
    while bed.metric("marquee_edge_streams") > 0 {
        bed.clock.advance(STALL_WINDOW / 10);
        tokio::task::yield_now().await;
    }
    // No more was read than its window lets through.
    let served = bed.metric("marquee_edge_bytes_served_total");
    assert!(served <= 65_535, "{served}");
    // The stream is broken off, and the connection serves on.
    assert_eq!(
        read(body).await.unwrap_err().reason(),
        Some(Reason::INTERNAL_ERROR)
    );
    let (_, body) = ask(&asking, request("/healthz")).await;
    assert_eq!(read(body).await.unwrap(), b"ok\n");
}

#[tokio::test]
async fn a_reader_with_a_wide_window_and_a_full_socket_is_given_up() {
    let authority = Authority::new();
    let bed = bed(&authority).await;
    let file = bed.upstream.add_zeros(64 * MIB, Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    let mut settings = Builder::new();
    settings
        .initial_window_size(1 << 30)
        .initial_connection_window_size(1 << 30);
    let tls = connect(&bed, &authority, &["h2"]).await;
    let (mut asking, connection) = settings.handshake::<_, Bytes>(tls).await.unwrap();
    let _answer = asking.send_request(request(&path), true).unwrap();
    // What it has to say goes out; after that nobody reads.
    let mut connection = Box::pin(connection);
    while bed.metric("marquee_edge_streams") == 0 {
        let turn = tokio::time::timeout(Duration::from_millis(1), &mut connection);
        assert!(turn.await.is_err());
    }
    while bed.metric("marquee_edge_streams") > 0 {
        bed.clock.advance(STALL_WINDOW / 10);
        tokio::task::yield_now().await;
    }
    assert!(bed.metric("marquee_edge_bytes_served_total") < 64 * MIB);
}

#[tokio::test]
async fn whoever_opens_and_resets_without_end_is_sent_away() {
    let authority = Authority::new();
    // Nothing is ever filled, so that no answer comes before its reset.
    let bed = bed_with(&authority, config(&authority), Synthetic::gated(0)).await;
    let file = bed.upstream.add_zeros(MIB, Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    let (asking, driving) = player(&bed, &authority).await;
    let mut opened = 0;
    while let Ok(mut asking) = asking.clone().ready().await {
        let Ok((_, mut stream)) = asking.send_request(request(&path), true) else {
            break;
        };
        opened += 1;
        stream.send_reset(Reason::CANCEL);
        tokio::task::yield_now().await;
    }
    assert!(
        (RESET_BURST..10 * RESET_BURST).contains(&opened),
        "{opened}"
    );
    let ended = driving.await.unwrap().unwrap_err();
    // Hung up, and what was still being sent may have kept the word that says why.
    let is_told = ended.reason() == Some(Reason::ENHANCE_YOUR_CALM);
    assert!(is_told || ended.is_io(), "{ended:?}");
    // Who seeks now and then is not meant, nor anybody else.
    let (asking, _driving) = player(&bed, &authority).await;
    for _ in 0..UNSEEN_RESETS / 2 {
        let mut asking = asking.clone().ready().await.unwrap();
        let (_, mut stream) = asking.send_request(request(&path), true).unwrap();
        stream.send_reset(Reason::CANCEL);
        tokio::task::yield_now().await;
    }
    let (_, body) = ask(&asking, request("/healthz")).await;
    assert_eq!(read(body).await.unwrap(), b"ok\n");
}

#[tokio::test]
async fn a_flood_of_fields_is_refused_and_so_is_a_body() {
    let authority = Authority::new();
    let bed = bed(&authority).await;
    let (asking, _driving) = player(&bed, &authority).await;
    let mut many = request("/healthz");
    for number in 0..=MAX_HEADERS {
        many.headers_mut()
            .append("x", number.to_string().parse().unwrap());
    }
    let mut long = request("/healthz");
    let value = "y".repeat(MAX_HEAD_BYTES);
    long.headers_mut().insert("x", value.parse().unwrap());
    for flood in [many, long] {
        let (status, _) = ask(&asking, flood).await;
        assert_eq!(status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    let mut twice = request("/healthz");
    for range in ["bytes=0-1", "bytes=5-6"] {
        twice.headers_mut().append("range", range.parse().unwrap());
    }
    assert_eq!(ask(&asking, twice).await.0, StatusCode::BAD_REQUEST);
    let mut body = request("/healthz");
    body.headers_mut().insert("content-length", 9.into());
    let mut ready = asking.clone().ready().await.unwrap();
    let (answer, _body) = ready.send_request(body, false).unwrap();
    assert_eq!(
        answer.await.unwrap().status(),
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let (_, body) = ask(&asking, request("/healthz")).await;
    assert_eq!(read(body).await.unwrap(), b"ok\n");
}

#[tokio::test]
async fn a_connection_that_asks_nothing_is_let_go() {
    let authority = Authority::new();
    let bed = bed(&authority).await;
    let (asking, driving) = player(&bed, &authority).await;
    let (_, body) = ask(&asking, request("/healthz")).await;
    assert_eq!(read(body).await.unwrap(), b"ok\n");
    bed.clock.advance(IDLE_TIMEOUT);
    driving.await.unwrap().unwrap();
}

#[tokio::test]
async fn connections_broken_off_in_the_middle_leave_nothing() {
    let authority = Authority::new();
    let bed = bed(&authority).await;
    let file = bed.upstream.add_zeros(16 * MIB, Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    for _ in 0..10 {
        let (asking, driving) = player(&bed, &authority).await;
        let (_, mut body) = ask(&asking, request(&path)).await;
        assert!(body.data().await.unwrap().is_ok());
        driving.abort();
        drop((asking, body));
    }
    while bed.metric("marquee_edge_streams") > 0 {
        tokio::task::yield_now().await;
    }
}
