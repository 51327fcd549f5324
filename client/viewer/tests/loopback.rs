//! A play over real sockets: two appliances, one of which is killed in the middle.

#![expect(clippy::unwrap_used, reason = "a test's own server may stop the test")]

use std::future::IntoFuture as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use client_viewer::{Event, Options, PlayError, Renew, play};
use platform_clock::SystemClock;
use url::Url;

const SEGMENTS: usize = 30;
const SEGMENT_BYTES: usize = 40_000;

/// A track file in shape: `ftyp`, `moov`, `sidx`, and a `moof` and an `mdat` per segment of 4 s.
fn track_file() -> (Vec<u8>, usize, usize) {
    fn one(kind: [u8; 4], payload: &[u8]) -> Vec<u8> {
        [
            &((payload.len() + 8) as u32).to_be_bytes()[..],
            &kind,
            payload,
        ]
        .concat()
    }
    let init = [one(*b"ftyp", b"cmfc"), one(*b"moov", &[0; 200])].concat();
    let mut index = Vec::new();
    for word in [0, 1, 1_000, 0, 0, SEGMENTS as u32] {
        index.extend_from_slice(&u32::to_be_bytes(word));
    }
    for _ in 0..SEGMENTS {
        for word in [SEGMENT_BYTES as u32, 4_000, 0x9000_0000] {
            index.extend_from_slice(&u32::to_be_bytes(word));
        }
    }
    let index = one(*b"sidx", &index);
    let segment = [
        one(*b"moof", &[0; 92]),
        one(*b"mdat", &vec![0; SEGMENT_BYTES - 108]),
    ]
    .concat();
    let (init_end, index_end) = (init.len(), init.len() + index.len());
    (
        [init, index, segment.repeat(SEGMENTS)].concat(),
        init_end,
        index_end,
    )
}

/// An appliance of the test.
#[derive(Clone)]
struct Appliance {
    file: Arc<Vec<u8>>,
    requests: Arc<AtomicUsize>,
    /// After so many requests it serves nothing more.
    dies_after: usize,
    /// The token it accepts.
    token: &'static str,
}

async fn serve(
    State(appliance): State<Appliance>,
    Path((token, _name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if appliance.requests.fetch_add(1, Ordering::SeqCst) >= appliance.dies_after {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if token != appliance.token {
        return StatusCode::FORBIDDEN.into_response();
    }
    let range = headers["range"]
        .to_str()
        .unwrap()
        .strip_prefix("bytes=")
        .unwrap();
    let (first, last) = range.split_once('-').unwrap();
    let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
    (
        StatusCode::PARTIAL_CONTENT,
        appliance.file[first..=last].to_vec(),
    )
        .into_response()
}

async fn listen(router: Router) -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(axum::serve(listener, router).into_future());
    url
}

async fn appliance(dies_after: usize, token: &'static str) -> (Url, Arc<AtomicUsize>) {
    let requests = Arc::new(AtomicUsize::new(0));
    let (file, ..) = track_file();
    let state = Appliance {
        file: Arc::new(file),
        requests: Arc::clone(&requests),
        dies_after,
        token,
    };
    let router = Router::new()
        .route("/p/{token}/{name}", get(serve))
        .with_state(state);
    (listen(router).await, requests)
}

fn mpd(bases: &[(&str, String)]) -> String {
    let (_, init, index) = track_file();
    let base =
        |(id, url): &(&str, String)| format!("<BaseURL serviceLocation=\"{id}\">{url}</BaseURL>");
    let set = |kind: &str, bandwidth: u64| {
        format!(
            "<AdaptationSet contentType='{kind}' mimeType='{kind}/mp4'>\
             <Representation id='{kind}' bandwidth='{bandwidth}'><BaseURL>{kind}.mp4</BaseURL>\
             <SegmentBase indexRange='{init}-{}'><Initialization range='0-{}'/></SegmentBase>\
             </Representation></AdaptationSet>",
            index - 1,
            init - 1,
        )
    };
    format!(
        "<MPD mediaPresentationDuration='PT120S'>{}<Period>{}{}</Period></MPD>",
        bases.iter().map(base).collect::<String>(),
        set("video", 80_000),
        set("audio", 80_000),
    )
}

async fn manifest(text: String) -> Url {
    let router = Router::new().route("/manifest.mpd", get(move || async { text }));
    listen(router).await.join("manifest.mpd").unwrap()
}

fn fast() -> Options {
    Options {
        speed: 100.0,
        ..Options::default()
    }
}

#[tokio::test]
async fn a_play_survives_the_death_of_its_appliance() {
    let (first, asked) = appliance(20, "t").await;
    let (second, _) = appliance(usize::MAX, "t").await;
    let bases = [
        ("first", format!("{first}p/t/")),
        ("second", format!("{second}p/t/")),
    ];
    let url = manifest(mpd(&bases)).await;
    let play = play(&url, &fast(), None, &SystemClock::shared())
        .await
        .unwrap();
    assert_eq!(play.report.appliances, ["first", "second"]);
    assert!(
        (play.report.played_s - 120.0).abs() < 0.001,
        "{:?}",
        play.report
    );
    assert!(asked.load(Ordering::SeqCst) > 20);
    let failed = play.log.iter().find_map(|entry| match &entry.event {
        Event::Failed { appliance, reason } => Some((appliance.as_str(), reason.as_str())),
        _ => None,
    });
    assert_eq!(failed, Some(("first", "answered with status 503")));
    let json = serde_json::to_value(&play.report).unwrap();
    for name in [
        "startup_s",
        "played_s",
        "stalls",
        "stalled_s",
        "mean_kbps",
        "switches",
    ] {
        assert!(json[name].is_number(), "{name}");
    }
}

/// Gives the manifest that holds the good token, once.
struct Renewal(Url, AtomicBool);

#[async_trait]
impl Renew for Renewal {
    async fn renew(&self) -> Result<Url, String> {
        if self.1.swap(true, Ordering::SeqCst) {
            return Err("it was renewed before".to_owned());
        }
        Ok(self.0.clone())
    }
}

#[tokio::test]
async fn a_refused_token_is_renewed_and_without_a_way_to_renew_the_play_ends() {
    let (only, _) = appliance(usize::MAX, "new").await;
    let stale = manifest(mpd(&[("only", format!("{only}p/old/"))])).await;
    let fresh = manifest(mpd(&[("only", format!("{only}p/new/"))])).await;
    let clock = SystemClock::shared();
    let renewal = Renewal(fresh, AtomicBool::new(false));
    let renewed = play(&stale, &fast(), Some(&renewal), &clock).await.unwrap();
    assert_eq!(renewed.report.appliances, ["only"]);
    let refused = play(&stale, &fast(), None, &clock).await.unwrap_err();
    assert!(matches!(refused, PlayError::Refused(_)), "{refused}");
}

#[tokio::test]
async fn what_is_no_manifest_is_a_typed_error() {
    let clock = SystemClock::shared();
    let url = manifest("<html/>".to_owned()).await;
    let error = play(&url, &fast(), None, &clock).await.unwrap_err();
    assert!(matches!(error, PlayError::Manifest { .. }), "{error}");
    let gone = url.join("nothing.mpd").unwrap();
    let error = play(&gone, &fast(), None, &clock).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("the manifest {gone} answered with status 404")
    );
}
