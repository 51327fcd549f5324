//! An appliance that speaks TLS, as players, slow ones and broken ones meet it.

use std::sync::Arc;
use std::time::Duration;

use contracts_delivery::{ByteRange, Extension};
use delivery_edge::limits::{HANDSHAKE_TIMEOUT, STALL_WINDOW};
use delivery_edge::{BadTls, EdgeConfig};
use rcgen::KeyPair;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, HandshakeKind, StreamOwned};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::authority::Authority;
use crate::bed::{Bed, MIB, film};
use crate::protocol::{connect, ends_after, rest};
use crate::upstream::Synthetic;

/// A player's connection, whose calls wait.
type Player = StreamOwned<ClientConnection, std::net::TcpStream>;

fn player(bed: &Bed, trusted: &Arc<ClientConfig>) -> Player {
    let name = ServerName::try_from("localhost").unwrap();
    let tls = ClientConnection::new(Arc::clone(trusted), name).unwrap();
    let socket = std::net::TcpStream::connect(bed.at).unwrap();
    StreamOwned::new(tls, socket)
}

/// Runs what waits beside the appliance, which has threads of the runtime's.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// Asks for one path and reads to the end of the connection; `None` when it was broken off.
fn ask(player: &mut Player, path: &str) -> Option<String> {
    use std::io::{Read as _, Write as _};
    let asked = format!("GET {path} HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n");
    player.write_all(asked.as_bytes()).ok()?;
    let mut answer = Vec::new();
    player.read_to_end(&mut answer).ok()?;
    Some(String::from_utf8_lossy(&answer).into_owned())
}

/// Asks for one path, and for new keys on both sides with it; the body.
fn film_of(player: &mut Player, path: &str) -> Vec<u8> {
    use std::io::{Read as _, Write as _};
    write!(
        player,
        "GET {path} HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    if player.conn.protocol_version() == Some(rustls::ProtocolVersion::TLSv1_3) {
        player.conn.refresh_traffic_keys().unwrap();
    }
    let mut answer = Vec::new();
    player.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
    answer.split_off(end.unwrap() + 4)
}

#[tokio::test]
async fn whole_files_and_ranges_are_the_same_by_tls() {
    let authority = Authority::new();
    let bed = authority.bed().await;
    let bytes = film(3, 777);
    let path = bed.offer(&bytes);
    // Filled first, from the disk then.
    for _ in 0..2 {
        let whole = bed.get(&path, &[]).await;
        assert!(whole.whole && whole.bytes == bytes);
    }
    let all = bytes.len();
    for ByteRange { start, end } in [
        (0, 1),
        (16_383, 16_385),
        (MIB - 9, 2 * MIB + 9),
        (5, all as u64),
    ]
    .map(|(start, end)| ByteRange { start, end })
    {
        let range = format!("bytes={start}-{}", end - 1);
        let part = bed.get(&path, &[("range", &range)]).await;
        assert_eq!(part.status, 206);
        assert!(
            part.whole && part.bytes == bytes[start as usize..end as usize],
            "{range}"
        );
    }
    assert_eq!(bed.get("/healthz", &[]).await.bytes, "ok\n");
}

#[tokio::test]
async fn every_cipher_gives_the_same_and_keys_may_change() {
    let authority = Authority::new();
    let bed = authority.bed().await;
    // More than the system holds for a player who reads slowly.
    let bytes = film(12, 5);
    let path = bed.offer(&bytes);
    assert!(bed.get(&path, &[]).await.bytes == bytes);
    for suite in rustls::crypto::ring::ALL_CIPHER_SUITES {
        let name = format!("{:?}", suite.suite());
        // The certificate's key is not of that kind.
        if name.contains("_RSA_") {
            continue;
        }
        let mut offered = rustls::crypto::ring::default_provider();
        offered.cipher_suites = vec![*suite];
        let (mut player, path) = (player(&bed, &authority.trusted_by(offered)), path.clone());
        let (came, player) = beside(move || (film_of(&mut player, &path), player)).await;
        assert_eq!(player.conn.negotiated_cipher_suite(), Some(*suite));
        assert!(came == bytes, "{name}");
    }
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order_and_the_end_is_said() {
    let authority = Authority::new();
    let bed = authority.bed().await;
    let bytes = film(0, 70_000);
    let path = bed.offer(&bytes);
    let mut player = player(&bed, &authority.trusted());
    let one = |close: &str| format!("GET {path} HTTP/1.1\r\nhost: h\r\n{close}\r\n");
    let asked = one("").repeat(30) + &one("connection: close\r\n");
    let answers = beside(move || {
        use std::io::{Read as _, Write as _};
        player.write_all(asked.as_bytes()).unwrap();
        let mut all = Vec::new();
        // Without close_notify this would fail.
        player.read_to_end(&mut all).unwrap();
        all
    });
    let answers = answers.await;
    let mut left = &answers[..];
    for _ in 0..31 {
        let end = left
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .unwrap()
            + 4;
        assert!(left.starts_with(b"HTTP/1.1 200 "));
        assert!(left[end..].starts_with(&bytes));
        left = &left[end + bytes.len()..];
    }
    assert!(left.is_empty());
}

#[tokio::test]
async fn a_ticket_resumes_and_only_http_1_is_offered() {
    let authority = Authority::new();
    let bed = authority.bed().await;
    let trusted = authority.trusted();
    for kind in [HandshakeKind::Full, HandshakeKind::Resumed] {
        let mut player = player(&bed, &trusted);
        let (answer, player) = beside(move || (ask(&mut player, "/healthz"), player)).await;
        assert!(answer.unwrap().ends_with("ok\n"));
        assert_eq!(player.conn.handshake_kind(), Some(kind));
        assert_eq!(
            player.conn.protocol_version(),
            Some(rustls::ProtocolVersion::TLSv1_3)
        );
    }
    let outcome = |outcome: &str| {
        bed.metric(&format!(
            "marquee_edge_tls_handshakes_total{{outcome=\"{outcome}\"}}"
        ))
    };
    assert_eq!((outcome("full"), outcome("resumed")), (1, 1));

    let offering = |protocols: &[&str]| {
        let mut config = Arc::unwrap_or_clone(authority.trusted());
        config.alpn_protocols = protocols
            .iter()
            .map(|one| one.as_bytes().to_vec())
            .collect();
        player(&bed, &Arc::new(config))
    };
    let mut both = offering(&["h2", "http/1.1"]);
    let (answer, both) = beside(move || (ask(&mut both, "/healthz"), both)).await;
    assert!(answer.unwrap().ends_with("ok\n"));
    assert_eq!(both.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
    let mut other = offering(&["h2"]);
    assert_eq!(beside(move || ask(&mut other, "/healthz")).await, None);
}

#[tokio::test]
async fn what_is_no_handshake_ends_and_a_request_in_clear_is_told_so() {
    let authority = Authority::new();
    let bed = authority.bed().await;
    let mut clear = connect(&bed).await;
    clear
        .write_all(b"GET / HTTP/1.1\r\nhost: h\r\n\r\n")
        .await
        .unwrap();
    let told = rest(&mut clear).await;
    assert!(
        told.starts_with("HTTP/1.1 400 ") && told.contains("https://"),
        "{told}"
    );

    let hello = hello(&authority.trusted());
    let mut flipped = hello.clone();
    flipped[9] ^= 0xff;
    let mut long = vec![22, 3, 1, 0xff, 0xff];
    long.resize(80_000, 1);
    for garbage in [
        vec![0; 64],
        vec![22; 4_000],
        flipped,
        long,
        b"\x16\x03\x01\x00\x00".repeat(99),
    ] {
        let mut stream = connect(&bed).await;
        // It may have hung up before the last of it.
        let _ = stream.write_all(&garbage).await;
        let _ = stream.shutdown().await;
        rest(&mut stream).await;
    }
    let mut cut = connect(&bed).await;
    cut.write_all(&hello[..hello.len() / 2]).await.unwrap();
    drop(cut);
    assert_eq!(bed.get("/healthz", &[]).await.bytes, "ok\n");
}

/// A whole first flight.
fn hello(trusted: &Arc<ClientConfig>) -> Vec<u8> {
    let name = ServerName::try_from("localhost").unwrap();
    let mut tls = ClientConnection::new(Arc::clone(trusted), name).unwrap();
    let mut hello = Vec::new();
    tls.write_tls(&mut hello).unwrap();
    hello
}

#[tokio::test]
async fn a_flood_of_half_handshakes_keeps_nobody_out_and_is_let_go() {
    let authority = Authority::new();
    let bed = authority.bed().await;
    let hello = hello(&authority.trusted());
    let mut half = Vec::new();
    for number in 0..600 {
        let mut stream = connect(&bed).await;
        // Nothing, a part, and one whose answer nobody reads.
        let sent = [0, hello.len() / 2, hello.len()][number % 3];
        stream.write_all(&hello[..sent]).await.unwrap();
        half.push(stream);
    }
    assert_eq!(bed.get("/healthz", &[]).await.bytes, "ok\n");
    for stream in &mut half {
        assert!(ends_after(&bed, stream, 3 * HANDSHAKE_TIMEOUT).await);
    }
}

#[tokio::test]
async fn a_reader_who_stopped_reading_is_let_go() {
    let authority = Authority::new();
    let bed = authority.bed().await;
    let file = bed.upstream.add_zeros(64 * MIB, Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    let mut player = player(&bed, &authority.trusted());
    let player = beside(move || {
        use std::io::Write as _;
        write!(player, "GET {path} HTTP/1.1\r\nhost: h\r\n\r\n").unwrap();
        player
    });
    let _held = player.await;
    while bed.metric("marquee_edge_streams") == 0 {
        tokio::task::yield_now().await;
    }
    while bed.metric("marquee_edge_streams") > 0 {
        bed.clock.advance(STALL_WINDOW / 10);
        tokio::task::yield_now().await;
    }
    assert!(bed.metric("marquee_edge_bytes_served_total") < 64 * MIB);
}

#[tokio::test]
async fn connections_broken_off_in_the_middle_leave_nothing() {
    let authority = Authority::new();
    let bed = authority.bed().await;
    let bytes = film(4, 0);
    let path = bed.offer(&bytes);
    assert_eq!(bed.get(&path, &[]).await.bytes, bytes);
    let trusted = authority.trusted();
    for damaged in [false, true].repeat(20) {
        let (mut player, path) = (player(&bed, &trusted), path.clone());
        beside(move || {
            use std::io::{Read as _, Write as _};
            write!(player, "GET {path} HTTP/1.1\r\nhost: h\r\n\r\n").unwrap();
            player.read_exact(&mut [0; 1_000]).unwrap();
            if damaged {
                // A record that no key opens.
                let record = [&[23, 3, 3, 0, 40][..], &[7; 40]].concat();
                player.sock.write_all(&record).unwrap();
            }
        })
        .await;
    }
    while bed.metric("marquee_edge_streams") > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(bed.get(&path, &[]).await.bytes, bytes);
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_to_who_comes_next() {
    let authority = Authority::new();
    let bed = authority.bed().await;
    let trusted = || authority.trusted();
    let shown = |player: &Player| player.conn.peer_certificates().unwrap()[0].to_vec();
    let mut early = player(&bed, &trusted());
    let early = beside(move || {
        early.conn.complete_io(&mut early.sock).unwrap();
        early
    });
    let mut early = early.await;
    let renewed = authority.issue();
    bed.appliance.renew_certificate().await.unwrap();
    assert_ne!(shown(&early), renewed);
    let mut late = player(&bed, &trusted());
    let (answer, late) = beside(move || (ask(&mut late, "/healthz"), late)).await;
    assert!(answer.unwrap().ends_with("ok\n"));
    assert_eq!(shown(&late), renewed);
    assert!(
        beside(move || ask(&mut early, "/healthz"))
            .await
            .unwrap()
            .ends_with("ok\n")
    );

    // What cannot be used changes nothing, and is named.
    std::fs::write(
        &authority.files.key,
        KeyPair::generate().unwrap().serialize_pem(),
    )
    .unwrap();
    let refused = bed.appliance.renew_certificate().await.unwrap_err();
    assert!(matches!(refused, BadTls::Mismatch { .. }), "{refused}");
    std::fs::write(&authority.files.certificate, "what?").unwrap();
    let refused = bed
        .appliance
        .renew_certificate()
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("edge.crt holds no certificate"),
        "{refused}"
    );
    std::fs::remove_file(&authority.files.certificate).unwrap();
    let refused = bed
        .appliance
        .renew_certificate()
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.starts_with("cannot read "), "{refused}");
    let mut last = player(&bed, &trusted());
    assert!(beside(move || ask(&mut last, "/healthz")).await.is_some());
}

#[tokio::test]
async fn a_play_is_paced_by_tls_too() {
    let authority = Authority::new();
    let config = EdgeConfig {
        client_mbps: 8,
        ..authority.config()
    };
    let bed = authority.bed_with(config, Synthetic::new()).await;
    let bytes = film(5, 0);
    let path = bed.offer(&bytes);
    let served = || bed.metric("marquee_edge_bytes_served_total");
    let clock = async {
        let mut seconds = 0;
        while served() < 5 * MIB {
            // The burst, and a step that began within it.
            assert!(served() <= 3 * MIB + seconds * 1_000_000, "{}", served());
            if served() >= 2 * MIB {
                bed.clock.advance(Duration::from_secs(1));
                seconds += 1;
            }
            for _ in 0..2_000 {
                tokio::task::yield_now().await;
            }
        }
    };
    let (answer, ()) = tokio::join!(bed.get(&path, &[]), clock);
    assert_eq!(answer.bytes, bytes);
}

#[tokio::test]
async fn answers_under_way_go_out_when_it_stops() {
    let authority = Authority::new();
    let bed = authority
        .bed_with(authority.config(), Synthetic::gated(1))
        .await;
    let bytes = film(2, 0);
    let path = bed.offer(&bytes);
    let mut greeting = connect(&bed).await;
    greeting.write_all(&[22]).await.unwrap();
    let stop = async {
        while bed.metric("marquee_edge_streams") == 0 {
            tokio::task::yield_now().await;
        }
        bed.stop();
        assert_eq!(greeting.read(&mut [0; 9]).await.unwrap_or(0), 0);
        bed.upstream.open_gate();
    };
    let (answer, ()) = tokio::join!(bed.get(&path, &[]), stop);
    assert!(answer.whole && answer.bytes == bytes);
}

/// Kilobytes of memory this process holds.
fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap()
}

#[tokio::test]
async fn sessions_that_ended_hold_no_memory() {
    let authority = Authority::new();
    let bed = authority.bed().await;
    let bytes = film(1, 0);
    let path = bed.offer(&bytes);
    let trusted = authority.trusted();
    let round = async || {
        for _ in 0..150 {
            let (mut player, path) = (player(&bed, &trusted), path.clone());
            let answer = beside(move || ask(&mut player, &path)).await;
            assert!(answer.is_some());
        }
        resident_kb()
    };
    round().await;
    let before = round().await;
    let after = round().await;
    // Each held 256 KiB of records: kept, they would be 38 MB more.
    assert!(after < before + 16_000, "{before} kB, then {after} kB");
}
