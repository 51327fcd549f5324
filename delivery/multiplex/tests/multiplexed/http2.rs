//! What a player hears by HTTP/2, held against what it hears by HTTP/1.1.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, Method, StatusCode, Version};
use bytes::Bytes;
use contracts_delivery::Extension;
use delivery_edge::EdgeConfig;
use delivery_multiplex::Protocols;
use http_body_util::BodyExt as _;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::authority::Authority;
use crate::bed::{Bed, MIB, film};
use crate::upstream::Synthetic;

pub(crate) fn config(authority: &Authority) -> EdgeConfig {
    EdgeConfig {
        http2: true,
        ..authority.config()
    }
}

pub(crate) async fn bed(authority: &Authority) -> Bed {
    bed_with(authority, config(authority), Synthetic::new()).await
}

pub(crate) async fn bed_with(
    authority: &Authority,
    config: EdgeConfig,
    upstream: Arc<Synthetic>,
) -> Bed {
    let speak = |config: &EdgeConfig, _| Ok(Protocols::of(config).map(|own| Box::new(own) as _));
    authority.bed_speaking(config, upstream, speak).await
}

/// What a player trusts that offers these protocols.
pub(crate) fn offering(authority: &Authority, protocols: &[&str]) -> Arc<ClientConfig> {
    let mut config = Arc::unwrap_or_clone(authority.trusted());
    config.alpn_protocols = protocols
        .iter()
        .map(|one| one.as_bytes().to_vec())
        .collect();
    Arc::new(config)
}

/// A connection whose handshake is over.
pub(crate) async fn connect(
    bed: &Bed,
    authority: &Authority,
    protocols: &[&str],
) -> TlsStream<TcpStream> {
    let socket = TcpStream::connect(bed.at).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let connector = TlsConnector::from(offering(authority, protocols));
    connector.connect(name, socket).await.unwrap()
}

/// Fields by name, without the time.
fn fields(headers: &HeaderMap) -> BTreeMap<String, String> {
    let text =
        |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers
        .iter()
        .filter(|(name, _)| *name != "date")
        .map(|(name, value)| (name.to_string(), text(value)))
        .collect()
}

/// Method, path and fields.
type Question<'a> = (Method, &'a str, &'a [(&'a str, &'a str)]);

/// Status, fields and body of each answer.
async fn hear(
    bed: &Bed,
    asked: &[Question<'_>],
    version: Version,
) -> Vec<(StatusCode, BTreeMap<String, String>, Bytes)> {
    let mut answers = Vec::new();
    for (method, path, headers) in asked {
        let answer = bed.begin(method.clone(), path, headers).await;
        assert_eq!(answer.version(), version);
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        answers.push((parts.status, fields(&parts.headers), body));
    }
    answers
}

#[tokio::test]
async fn every_answer_is_that_of_http_1() {
    let authority = Authority::new();
    let mut bed = bed(&authority).await;
    let bytes = film(2, 777);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let foreign = bed.upstream.add("foreign", Extension::Mp4);
    let release = bed.release_of(file);
    let (path, etag) = (bed.path(release, file), format!("\"{}\"", file.name.hash));
    let forged = path.replacen("/p/A", "/p/B", 1);
    let other = bed.path(release, foreign);
    let (across, last) = (
        format!("bytes={}-{}", MIB - 9, MIB + 9),
        format!("bytes=-{}", 5),
    );
    let asked: &[Question<'_>] = &[
        (Method::GET, &path, &[]),
        (Method::GET, &path, &[("range", "bytes=0-0")]),
        (Method::GET, &path, &[("range", &across)]),
        (Method::GET, &path, &[("range", &last)]),
        (Method::GET, &path, &[("range", "bytes=99999999-")]),
        (Method::GET, &path, &[("range", "bytes=0-1,5-6")]),
        (
            Method::GET,
            &path,
            &[("range", "bytes=0-1"), ("if-range", &etag)],
        ),
        (
            Method::GET,
            &path,
            &[("range", "bytes=0-1"), ("if-range", "\"x\"")],
        ),
        (Method::GET, &path, &[("if-none-match", &etag)]),
        (Method::HEAD, &path, &[]),
        (Method::HEAD, &forged, &[]),
        (
            Method::OPTIONS,
            &path,
            &[("origin", "https://cinema.example")],
        ),
        (Method::GET, &forged, &[]),
        (Method::GET, &other, &[]),
        (Method::GET, "/p/token/..%2fpasswd", &[]),
        (Method::GET, "/p/token", &[]),
        (Method::GET, "/healthz", &[]),
        (Method::GET, "/nowhere", &[]),
        (Method::DELETE, &path, &[]),
    ];
    let by_2 = hear(&bed, asked, Version::HTTP_2).await;
    bed.speak_tls(authority.client().http1_only().build().unwrap());
    let by_1 = hear(&bed, asked, Version::HTTP_11).await;
    for (question, (by_2, by_1)) in asked.iter().zip(by_2.iter().zip(&by_1)) {
        assert_eq!(by_2, by_1, "{question:?}");
    }
    assert_eq!(by_2[0].2, bytes);
    let statuses: Vec<u16> = by_2.iter().map(|answer| answer.0.as_u16()).collect();
    let expected = [
        200, 206, 206, 206, 416, 416, 206, 200, 304, 200, 403, 200, 403, 404, 404, 404, 200, 404,
        405,
    ];
    assert_eq!(statuses, expected);
}

#[tokio::test]
async fn a_miss_is_filled_once_for_all_streams_and_told() {
    let authority = Authority::new();
    let bed = bed(&authority).await;
    let bytes = film(3, 5);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    // Who does not know yet that streams may share a connection opens one for each.
    bed.get("/healthz", &[]).await;
    let players = futures::future::join_all((0..9).map(|_| bed.get(&path, &[])));
    assert!(players.await.iter().all(|answer| answer.bytes == bytes));
    assert_eq!(bed.upstream.reads_of(file), 4, "one for each block");
    let connections = "marquee_edge_multiplexed_connections_total{protocol=\"h2\"}";
    assert_eq!(bed.metric(connections), 1, "streams share a connection");

    let mut told = bed.control.access.subscribe();
    let told = told.wait_for(|events| events.len() >= 9).await.unwrap();
    assert!(told.iter().all(|event| event.file == file.name));
    assert!(told.iter().all(|event| event.sent == bytes.len() as u64));
    assert!(told.iter().any(|event| event.filled));
    drop(told);
    let all = bytes.len() as u64 * 9;
    assert_eq!(bed.metric("marquee_edge_bytes_served_total"), all);
}

#[tokio::test]
async fn whoever_does_not_offer_it_is_served_by_http_1() {
    let authority = Authority::new();
    let bed = bed(&authority).await;
    for (protocols, chosen) in [(&["http/1.1"][..], Some(&b"http/1.1"[..])), (&[], None)] {
        let mut player = connect(&bed, &authority, protocols).await;
        assert_eq!(player.get_ref().1.alpn_protocol(), chosen);
        player
            .write_all(b"GET /healthz HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        player.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("ok\n"));
    }
    for protocols in [&["h2"][..], &["http/1.1", "h2"]] {
        let player = connect(&bed, &authority, protocols).await;
        assert_eq!(player.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    }
}

#[tokio::test]
async fn a_hello_that_comes_in_parts_is_waited_for() {
    let authority = Authority::new();
    let bed = bed(&authority).await;
    let name = ServerName::try_from("localhost").unwrap();
    let trusted = offering(&authority, &["h2"]);
    let mut tls = rustls::ClientConnection::new(trusted, name).unwrap();
    let mut hello = Vec::new();
    tls.write_tls(&mut hello).unwrap();
    let mut socket = TcpStream::connect(bed.at).await.unwrap();
    socket.set_nodelay(true).unwrap();
    for part in hello.chunks(hello.len() / 3) {
        socket.write_all(part).await.unwrap();
        // A whole answer by another connection: the part has been looked at by then.
        assert_eq!(bed.get("/healthz", &[]).await.bytes, "ok\n");
    }
    while tls.is_handshaking() {
        let mut come = [0; 4_096];
        let read = socket.read(&mut come).await.unwrap();
        assert!(read > 0);
        let mut rest = &come[..read];
        while !rest.is_empty() {
            tls.read_tls(&mut rest).unwrap();
        }
        tls.process_new_packets().unwrap();
    }
    assert_eq!(tls.alpn_protocol(), Some(&b"h2"[..]));
}

#[tokio::test]
async fn a_play_is_paced() {
    let authority = Authority::new();
    let config = EdgeConfig {
        client_mbps: 8,
        ..config(&authority)
    };
    let bed = bed_with(&authority, config, Synthetic::new()).await;
    let bytes = film(5, 0);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    let served = || bed.metric("marquee_edge_bytes_served_total");
    let clock = async {
        let mut seconds = 0;
        while served() < 5 * MIB {
            // The burst, and a piece that began within it.
            assert!(served() <= 3 * MIB + seconds * 1_000_000, "{}", served());
            if served() >= 2 * MIB {
                bed.clock.advance(Duration::from_secs(1));
                seconds += 1;
            }
            let before = served();
            let moves = async {
                while served() == before {
                    tokio::task::yield_now().await;
                }
            };
            let _ = tokio::time::timeout(Duration::from_millis(600), moves).await;
        }
    };
    let (answer, ()) = tokio::join!(bed.get(&path, &[]), clock);
    assert_eq!(answer.bytes, bytes);
}

#[tokio::test]
async fn answers_under_way_go_out_when_it_stops() {
    let authority = Authority::new();
    let bed = bed_with(&authority, config(&authority), Synthetic::gated(1)).await;
    let bytes = film(2, 0);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    let stop = async {
        while bed.metric("marquee_edge_streams") == 0 {
            tokio::task::yield_now().await;
        }
        bed.stop();
        bed.upstream.open_gate();
    };
    let (answer, ()) = tokio::join!(bed.get(&path, &[]), stop);
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.whole && answer.bytes == bytes);
    while TcpStream::connect(bed.at).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
