//! What a player hears by HTTP/2, held against what it hears by HTTP/1.1.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{Method, StatusCode, Version};
use contracts_delivery::Extension;
use delivery_edge::EdgeConfig;
use delivery_multiplex::Protocols;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::authority::Authority;
use crate::bed::{Bed, MIB, film};
use crate::questions::{compare, hear, questions};
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
    let speak = |config: &EdgeConfig, address| {
        let bound = Protocols::bind(config, address).map_err(|taken| taken.source)?;
        Ok(bound.map(|own| Box::new(own) as _))
    };
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

#[tokio::test]
async fn every_answer_is_that_of_http_1() {
    let authority = Authority::new();
    let mut bed = bed(&authority).await;
    let asked = questions(&bed);
    assert_eq!(
        bed.begin(Method::GET, "/healthz", &[]).await.version(),
        Version::HTTP_2
    );
    let mut heard = Vec::new();
    for question in &asked {
        heard.push(hear(&bed, question).await);
    }
    compare(&mut bed, &authority, &asked, &heard).await;
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
async fn a_renewed_certificate_is_shown_to_who_comes_next() {
    let authority = Authority::new();
    let bed = bed(&authority).await;
    let early = connect(&bed, &authority, &["h2"]).await;
    let renewed = authority.issue();
    bed.appliance.renew_certificate().await.unwrap();
    let late = connect(&bed, &authority, &["h2"]).await;
    let shown =
        |player: &TlsStream<TcpStream>| player.get_ref().1.peer_certificates().unwrap()[0].to_vec();
    assert_ne!(shown(&early), renewed);
    assert_eq!(shown(&late), renewed);
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
