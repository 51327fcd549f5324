//! An appliance as a player meets it that speaks HTTP/3.

use std::future::poll_fn;
use std::net::UdpSocket;
use std::sync::Arc;

use axum::http::{HeaderMap, Method, Request, StatusCode};
use bytes::{Buf as _, Bytes};
use contracts_delivery::Extension;
use delivery_edge::EdgeConfig;
use delivery_edge::limits::{
    IDLE_TIMEOUT, MAX_HEAD_BYTES, MAX_HEADERS, STALL_WINDOW, STREAM_PIECE,
};
use delivery_multiplex::limits::{QUIC_SEND_WINDOW, REQUEST_BYTES, RESET_BURST};
use h3::client::{RequestStream, SendRequest};
use h3::error::{Code, StreamError};
use quinn::crypto::rustls::QuicClientConfig;
use quinn::{ConnectionError, Endpoint, TransportConfig, VarInt};
use rustls::pki_types::CertificateDer;

use crate::authority::Authority;
use crate::bed::{Bed, MIB, film};
use crate::http2::{bed_with, offering};
use crate::questions::{Heard, compare, fields_of, questions};
use crate::upstream::Synthetic;

fn config(authority: &Authority) -> EdgeConfig {
    EdgeConfig {
        http3: true,
        ..authority.config()
    }
}

async fn bed(authority: &Authority) -> Bed {
    bed_with(authority, config(authority), Synthetic::new()).await
}

/// A player's connection.
struct Player {
    asking: SendRequest<h3_quinn::OpenStreams, Bytes>,
    quic: quinn::Connection,
    _endpoint: Endpoint,
}

type Asked = RequestStream<h3_quinn::BidiStream<Bytes>, Bytes>;

impl Player {
    async fn new(bed: &Bed, authority: &Authority) -> Self {
        Self::with(bed, authority, TransportConfig::default()).await
    }

    async fn with(bed: &Bed, authority: &Authority, settings: TransportConfig) -> Self {
        let tls = Arc::unwrap_or_clone(offering(authority, &["h3"]));
        let crypto = QuicClientConfig::try_from(tls).unwrap();
        let mut config = quinn::ClientConfig::new(Arc::new(crypto));
        config.transport_config(Arc::new(settings));
        let mut endpoint = Endpoint::client(([127, 0, 0, 1], 0).into()).unwrap();
        endpoint.set_default_client_config(config);
        let quic = endpoint
            .connect(bed.at, "localhost")
            .unwrap()
            .await
            .unwrap();
        let own = h3_quinn::Connection::new(quic.clone());
        let (mut driver, asking) = h3::client::new(own).await.unwrap();
        tokio::spawn(async move { poll_fn(|context| driver.poll_close(context)).await });
        Self {
            asking,
            quic,
            _endpoint: endpoint,
        }
    }

    async fn begin(&self, request: Request<()>) -> Result<Asked, StreamError> {
        let mut asked = self.asking.clone().send_request(request).await?;
        asked.finish().await?;
        Ok(asked)
    }

    async fn hear(
        &self,
        request: Request<()>,
    ) -> Result<(StatusCode, HeaderMap, Bytes), StreamError> {
        let mut asked = self.begin(request).await?;
        let (parts, ()) = asked.recv_response().await?.into_parts();
        Ok((parts.status, parts.headers, read(&mut asked).await?))
    }
}

async fn read(asked: &mut Asked) -> Result<Bytes, StreamError> {
    let mut all = Vec::new();
    while let Some(mut piece) = asked.recv_data().await? {
        all.extend_from_slice(&piece.copy_to_bytes(piece.remaining()));
    }
    Ok(all.into())
}

fn request(path: &str) -> Request<()> {
    let uri = format!("https://localhost{path}");
    Request::builder().uri(uri).body(()).unwrap()
}

#[tokio::test]
async fn every_answer_is_that_of_http_1_and_says_where_http_3_is() {
    let authority = Authority::new();
    let mut bed = bed(&authority).await;
    let player = Player::new(&bed, &authority).await;
    let asked = questions(&bed);
    let mut heard: Vec<Heard> = Vec::new();
    for question in &asked {
        let mut own = request(&question.path);
        *own.method_mut() = question.method.clone();
        for (name, value) in &question.fields {
            own.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (status, fields, body) = player.hear(own).await.unwrap();
        assert_eq!(fields["alt-svc"], "h3=\":443\"; ma=86400");
        heard.push((status, fields_of(&fields), body));
    }
    compare(&mut bed, &authority, &asked, &heard).await;
    let connections = "marquee_edge_multiplexed_connections_total{protocol=\"h3\"}";
    assert_eq!(bed.metric(connections), 1);
}

#[tokio::test]
async fn a_miss_is_filled_once_for_all_streams_and_told() {
    let authority = Authority::new();
    let bed = bed(&authority).await;
    let bytes = film(3, 5);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    let player = Player::new(&bed, &authority).await;
    let players = futures::future::join_all((0..9).map(|_| player.hear(request(&path))));
    for heard in players.await {
        assert_eq!(heard.unwrap().2, bytes);
    }
    assert_eq!(bed.upstream.reads_of(file), 4, "one for each block");
    let mut told = bed.control.access.subscribe();
    let told = told.wait_for(|events| events.len() >= 9).await.unwrap();
    assert!(told.iter().all(|event| event.sent == bytes.len() as u64));
    assert!(told.iter().any(|event| event.filled));
}

#[tokio::test]
async fn a_reader_who_takes_nothing_holds_little_and_is_given_up() {
    let authority = Authority::new();
    let bed = bed(&authority).await;
    let file = bed.upstream.add_zeros(64 * MIB, Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    let mut settings = TransportConfig::default();
    settings.stream_receive_window(VarInt::from_u32(64 << 10));
    let player = Player::with(&bed, &authority, settings).await;
    let mut asked = player.begin(request(&path)).await.unwrap();
    assert_eq!(
        asked.recv_response().await.unwrap().status(),
        StatusCode::OK
    );
    while bed.metric("marquee_edge_streams") > 0 {
        bed.clock.advance(STALL_WINDOW / 10);
        tokio::task::yield_now().await;
    }
    let most = (64 << 10) + STREAM_PIECE as u64 + QUIC_SEND_WINDOW;
    let served = bed.metric("marquee_edge_bytes_served_total");
    assert!(served <= most, "{served}");
    assert!(read(&mut asked).await.is_err(), "it is broken off");
    let (_, _, body) = player.hear(request("/healthz")).await.unwrap();
    assert_eq!(body, "ok\n", "and the connection serves on");
}

#[tokio::test]
async fn answers_under_way_go_out_when_it_stops() {
    let authority = Authority::new();
    let bed = bed_with(&authority, config(&authority), Synthetic::gated(1)).await;
    let bytes = film(2, 0);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    let player = Player::new(&bed, &authority).await;
    let stop = async {
        while bed.metric("marquee_edge_streams") == 0 {
            tokio::task::yield_now().await;
        }
        bed.stop();
        bed.upstream.open_gate();
    };
    let (heard, ()) = tokio::join!(player.hear(request(&path)), stop);
    assert_eq!(heard.unwrap().2, bytes);
    assert!(
        player.hear(request("/healthz")).await.is_err(),
        "nothing more is begun"
    );
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_to_who_comes_next() {
    let authority = Authority::new();
    let bed = bed(&authority).await;
    let early = Player::new(&bed, &authority).await;
    let renewed = authority.issue();
    bed.appliance.renew_certificate().await.unwrap();
    let late = Player::new(&bed, &authority).await;
    let shown = |player: &Player| {
        let shown = player.quic.peer_identity().unwrap();
        let shown = shown.downcast::<Vec<CertificateDer<'static>>>().unwrap();
        shown[0].to_vec()
    };
    assert_ne!(shown(&early), renewed);
    assert_eq!(shown(&late), renewed);
    let (status, ..) = early.hear(request("/healthz")).await.unwrap();
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_flood_of_fields_is_refused() {
    let authority = Authority::new();
    let bed = bed(&authority).await;
    let player = Player::new(&bed, &authority).await;
    let mut many = request("/healthz");
    for number in 0..=MAX_HEADERS {
        many.headers_mut()
            .append("x", number.to_string().parse().unwrap());
    }
    let (status, ..) = player.hear(many).await.unwrap();
    assert_eq!(status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    let mut post = request("/healthz");
    *post.method_mut() = Method::POST;
    post.headers_mut().insert("content-length", 9.into());
    let (status, ..) = player.hear(post).await.unwrap();
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);

    // A head that says it is a gigabyte, and begins to be.
    let (mut endless, _answer) = player.quic.open_bi().await.unwrap();
    endless
        .write_all(&[1, 0x80 | 0x3f, 0xff, 0xff, 0xff])
        .await
        .unwrap();
    let piece = vec![0; MAX_HEAD_BYTES];
    let mut sent = 0;
    while endless.write_all(&piece).await.is_ok() {
        sent += piece.len();
        assert!(sent <= 8 * REQUEST_BYTES, "{sent} bytes were taken");
    }
    let (_, _, body) = player.hear(request("/healthz")).await.unwrap();
    assert_eq!(body, "ok\n");
}

#[tokio::test]
async fn whoever_opens_and_resets_without_end_is_sent_away() {
    let authority = Authority::new();
    let bed = bed(&authority).await;
    let player = Player::new(&bed, &authority).await;
    let mut opened = 0;
    while let Ok((mut stream, _)) = player.quic.open_bi().await {
        // The beginning of a head, so that the other side knows of it.
        if stream.write_all(&[1, 9, 0]).await.is_err() {
            break;
        }
        opened += 1;
        let _ = stream.reset(VarInt::from_u32(0x10c));
        tokio::task::yield_now().await;
    }
    assert!(
        (RESET_BURST..20 * RESET_BURST).contains(&opened),
        "{opened}"
    );
    let player = Player::new(&bed, &authority).await;
    let (_, _, body) = player.hear(request("/healthz")).await.unwrap();
    assert_eq!(body, "ok\n");
}

#[tokio::test]
async fn a_connection_that_asks_nothing_is_let_go() {
    let authority = Authority::new();
    let bed = bed(&authority).await;
    let player = Player::new(&bed, &authority).await;
    let (_, _, body) = player.hear(request("/healthz")).await.unwrap();
    assert_eq!(body, "ok\n");
    let quic = player.quic.clone();
    let ends = async {
        loop {
            bed.clock.advance(IDLE_TIMEOUT);
            let end = tokio::time::timeout(delivery_multiplex::limits::LOOK_EVERY, quic.closed());
            if let Ok(end) = end.await {
                return end;
            }
        }
    };
    match ends.await {
        ConnectionError::ApplicationClosed(end) => {
            assert_eq!(end.error_code.into_inner(), Code::H3_NO_ERROR.value());
        }
        // The player's own side may hang up once it was told.
        other => assert_eq!(other, ConnectionError::LocallyClosed),
    }
}

#[tokio::test]
async fn switched_off_there_is_no_port_and_no_word_of_it() {
    let authority = Authority::new();
    let bed = bed_with(
        &authority,
        crate::http2::config(&authority),
        Synthetic::new(),
    )
    .await;
    assert!(UdpSocket::bind(bed.at).is_ok());
    let heard = bed.get("/healthz", &[]).await;
    assert!(!heard.headers.contains_key("alt-svc"));
}
