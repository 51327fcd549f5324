//! What a player's connection may do, and what ends it: raw bytes over a socket.

use std::sync::Arc;
use std::time::Duration;

use contracts_delivery::Extension;
use delivery_edge::EdgeConfig;
use delivery_edge::limits::{HEAD_TIMEOUT, IDLE_TIMEOUT, LET_GO, MAX_HEAD_BYTES, STALL_WINDOW};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::bed::{Bed, MIB, film};
use crate::upstream::Synthetic;

pub(crate) async fn connect(bed: &Bed) -> TcpStream {
    TcpStream::connect(bed.at).await.unwrap()
}

/// Asks for something small, which comes.
pub(crate) async fn asks(stream: &mut TcpStream) {
    let asked = b"GET /healthz HTTP/1.1\r\nhost: h\r\n\r\n";
    stream.write_all(asked).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\nok\n") {
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
    }
}

/// All that comes until the connection ends.
pub(crate) async fn rest(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    // A reset after the answer is an end, too.
    let _ = stream.read_to_end(&mut all).await;
    String::from_utf8_lossy(&all).into_owned()
}

/// Moves the clock on until the other side has hung up.
pub(crate) async fn ends_after(bed: &Bed, stream: &mut TcpStream, at_most: Duration) -> bool {
    let mut moved = Duration::ZERO;
    let mut scratch = vec![0; 64 << 10];
    loop {
        let turn = tokio::time::timeout(Duration::from_millis(300), stream.read(&mut scratch));
        match turn.await {
            Ok(Ok(0) | Err(_)) => return true,
            Ok(Ok(_)) => {}
            Err(_) if moved > at_most => return false,
            Err(_) => {
                bed.clock.advance(Duration::from_secs(15));
                moved += Duration::from_secs(15);
            }
        }
    }
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order_on_one_connection() {
    let bed = Bed::new(Synthetic::new()).await;
    let bytes = film(0, 3_000);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    let one =
        |method: &str, fields: &str| format!("{method} {path} HTTP/1.1\r\nhost: h\r\n{fields}\r\n");
    let part = |part: u32| format!("range: bytes={}-{}\r\n", part * 100, part * 100 + 99);
    let mut asked: String = (0..20).map(|number| one("GET", &part(number))).collect();
    asked.push_str(&one("HEAD", "connection: close\r\n"));
    let mut stream = connect(&bed).await;
    stream.write_all(asked.as_bytes()).await.unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.unwrap();
    let mut left = &all[..];
    for part in 0..20_usize {
        let end = left
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .unwrap()
            + 4;
        let head = std::str::from_utf8(&left[..end]).unwrap();
        assert!(head.starts_with("HTTP/1.1 206 "), "{head}");
        assert_eq!(&left[end..end + 100], &bytes[part * 100..part * 100 + 100]);
        left = &left[end + 100..];
    }
    let last = std::str::from_utf8(left).unwrap();
    assert!(last.starts_with("HTTP/1.1 200 ") && last.contains("connection: close\r\n"));
    assert!(last.contains("content-length: 3000\r\n") && last.ends_with("\r\n\r\n"));
}

#[tokio::test]
async fn garbage_is_refused_once_and_ends_the_connection() {
    let bed = Bed::new(Synthetic::new()).await;
    let flood = format!(
        "GET / HTTP/1.1\r\nhost: h\r\nx: {}",
        "y".repeat(MAX_HEAD_BYTES)
    );
    for (garbage, status) in [
        ("\u{16}\u{3}\u{1}\u{2} what\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\n\r\n", "400"),
        ("GET / HTTP/2.0\r\nhost: h\r\n\r\n", "400"),
        (
            "POST /p/t/n.mp4 HTTP/1.1\r\nhost: h\r\ncontent-length: 3\r\n\r\nabc",
            "413",
        ),
        (
            "GET / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            "413",
        ),
        (&flood, "431"),
    ] {
        let mut stream = connect(&bed).await;
        stream.write_all(garbage.as_bytes()).await.unwrap();
        let answer = rest(&mut stream).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{garbage:?}: {answer:?}"
        );
        assert_eq!(answer.matches("\r\n\r\n").count(), 1, "{answer}");
    }
    // And it serves on.
    assert_eq!(bed.get("/healthz", &[]).await.bytes, "ok\n");
}

#[tokio::test]
async fn routes_beside_the_films_and_other_methods_share_the_connection() {
    let bed = Bed::new(Synthetic::new()).await;
    let mut stream = connect(&bed).await;
    let asked = "GET /healthz HTTP/1.1\r\nhost: h\r\n\r\nDELETE /p/t/x HTTP/1.1\r\nhost: h\r\n\r\n\
        GET /nowhere HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n";
    stream.write_all(asked.as_bytes()).await.unwrap();
    let answers = rest(&mut stream).await;
    let at = |text: &str| {
        answers
            .find(text)
            .unwrap_or_else(|| panic!("no {text} in {answers}"))
    };
    assert!(at("HTTP/1.1 200 ") < at("ok\n"));
    assert!(at("ok\n") < at("HTTP/1.1 405 ") && at("HTTP/1.1 405 ") < at("HTTP/1.1 404 "));
}

#[tokio::test]
async fn whoever_says_nothing_or_too_little_is_let_go() {
    let bed = Bed::new(Synthetic::new()).await;
    let mut silent = connect(&bed).await;
    assert!(ends_after(&bed, &mut silent, 2 * IDLE_TIMEOUT).await);
    let mut slow = connect(&bed).await;
    slow.write_all(b"GET /healthz HT").await.unwrap();
    assert!(ends_after(&bed, &mut slow, 3 * HEAD_TIMEOUT).await);
}

#[tokio::test]
async fn a_reader_who_stopped_reading_is_let_go_and_holds_no_slot() {
    let bed = Bed::new(Synthetic::new()).await;
    let file = bed.upstream.add_zeros(64 * MIB, Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    let mut stream = connect(&bed).await;
    let asked = format!("GET {path} HTTP/1.1\r\nhost: h\r\n\r\n");
    stream.write_all(asked.as_bytes()).await.unwrap();
    while bed.metric("marquee_edge_streams") == 0 {
        tokio::task::yield_now().await;
    }
    // Nothing is read: what the system takes of it stops at its buffers.
    while bed.metric("marquee_edge_streams") > 0 {
        bed.clock.advance(STALL_WINDOW / 10);
        tokio::task::yield_now().await;
    }
    assert!(bed.metric("marquee_edge_bytes_served_total") < 64 * MIB);
}

#[tokio::test]
async fn where_there_is_no_room_for_one_more_those_that_ask_nothing_go_the_longest_idle_first() {
    let folder = tempfile::tempdir().unwrap();
    let config = EdgeConfig {
        folder: folder.path().join("cache"),
        threads: 1,
        max_connections: LET_GO as u32 + 2,
        ..EdgeConfig::default()
    };
    let bed = Bed::with(config, Synthetic::new(), folder).await;
    let mut streams = Vec::new();
    for _ in 0..LET_GO + 2 {
        let mut stream = connect(&bed).await;
        asks(&mut stream).await;
        streams.push(stream);
        bed.clock.advance(Duration::from_millis(10));
    }
    // The first asks again, so that it is not the longest idle any more.
    asks(&mut streams[0]).await;
    let mut one_more = connect(&bed).await;
    asks(&mut one_more).await;
    let let_go = bed.metric("marquee_edge_connections_let_go_total");
    assert_eq!(let_go, LET_GO as u64);
    for stream in &mut streams[1..=LET_GO] {
        assert_eq!(rest(stream).await, "");
    }
    asks(&mut streams[0]).await;
    asks(&mut streams[LET_GO + 1]).await;
    asks(&mut one_more).await;
}

/// How often the count of bytes is looked at before the clock goes on.
const LOOKS: usize = 20_000;

#[tokio::test]
async fn a_play_is_paced_over_all_of_its_connections() {
    let folder = tempfile::tempdir().unwrap();
    let config = EdgeConfig {
        folder: folder.path().join("cache"),
        client_mbps: 8,
        ..EdgeConfig::default()
    };
    let bed = Bed::with(config, Synthetic::new(), folder).await;
    let bytes = film(6, 0);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    let served = || bed.metric("marquee_edge_bytes_served_total");
    let players = futures::future::join_all((0..2).map(|_| bed.get(&path, &[])));
    let clock = async {
        // What may go at once: the burst, and the step of each that began within it.
        while served() < 2 * MIB {
            tokio::task::yield_now().await;
        }
        let mut seconds = 0;
        while served() < 12 * MIB {
            let most = 2 * MIB + seconds * 1_000_000 + 2 * MIB;
            assert!(served() <= most, "{} after {seconds} s", served());
            let before = served();
            bed.clock.advance(Duration::from_secs(1));
            seconds += 1;
            // Two steps that went at once may have taken more than this second: then nothing is due in it.
            for _ in 0..LOOKS {
                if served() != before {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        assert!(seconds >= 8, "{seconds}");
    };
    let (answers, ()) = tokio::join!(players, clock);
    assert!(answers.iter().all(|answer| answer.bytes == bytes));
}

#[tokio::test]
async fn answers_under_way_go_out_when_it_stops() {
    let bed = Bed::new(Synthetic::gated(1)).await;
    let bytes = film(2, 0);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    let mut idle = connect(&bed).await;
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: h\r\n\r\n")
        .await
        .unwrap();
    let mut first = [0; 15];
    idle.read_exact(&mut first).await.unwrap();
    let stop = async {
        while bed.metric("marquee_edge_streams") == 0 {
            tokio::task::yield_now().await;
        }
        bed.stop();
        assert!(
            rest(&mut idle).await.ends_with("ok\n"),
            "what is idle is let go at once"
        );
        bed.upstream.open_gate();
    };
    let (answer, ()) = tokio::join!(bed.get(&path, &[]), stop);
    assert_eq!(answer.bytes, bytes);
    assert_eq!(answer.header("connection"), "close");
}

#[tokio::test]
async fn what_was_sent_is_told() {
    let bed = Bed::new(Synthetic::new()).await;
    let file = bed.upstream.add(film(2, 0), Extension::Mp4);
    let release = bed.release_of(file);
    let path = bed.path(release, file);
    let range = format!("bytes={}-{}", MIB - 10, MIB + 9);
    bed.get(&path, &[("range", &range)]).await;
    bed.get(&path, &[("range", "bytes=9999999-")]).await;
    let mut told = bed.control.access.subscribe();
    let told = told.wait_for(|events| events.len() >= 2).await.unwrap();
    let (part, refused) = (&told[0], &told[1]);
    assert_eq!((part.status, part.start, part.sent), (206, MIB - 10, 20));
    assert_eq!(
        (part.release, part.file, part.filled),
        (release, file.name, true)
    );
    assert_eq!(
        (refused.status, refused.sent, refused.filled),
        (416, 0, false)
    );
}

#[tokio::test]
async fn thousands_of_idle_connections_are_held_beside_a_player() {
    let bed = Arc::new(Bed::new(Synthetic::new()).await);
    let mut idle = Vec::new();
    for _ in 0..2_000 {
        idle.push(connect(&bed).await);
    }
    let bytes = film(1, 5);
    let file = bed.upstream.add(bytes.clone(), Extension::Mp4);
    let path = bed.path(bed.release_of(file), file);
    assert_eq!(bed.get(&path, &[]).await.bytes, bytes);
    for stream in &mut idle {
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n")
            .await
            .unwrap();
    }
    for stream in &mut idle {
        assert!(rest(stream).await.ends_with("ok\n"));
    }
}
