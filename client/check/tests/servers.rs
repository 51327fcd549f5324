//! Streams of servers that do things wrong.

#![expect(clippy::unwrap_used, reason = "a test's own server may stop the test")]

use std::future::IntoFuture as _;

use axum::Router;
use axum::http::{HeaderName, StatusCode, header};
use axum::routing::get;
use client_check::{CheckError, Options, Report, Rule, check};
use url::Url;

const MULTIVARIANT: &str = "#EXTM3U\n#EXT-X-INDEPENDENT-SEGMENTS\n\
    #EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS=\"avc1.64001f\",RESOLUTION=640x360\nvideo.m3u8\n";
const MEDIA: &str = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MAP:URI=\"v.mp4\",BYTERANGE=\"4@0\"\n\
    #EXTINF:4,\n#EXT-X-BYTERANGE:4@4\nv.mp4\n#EXT-X-ENDLIST\n";

const PLAYLIST: [(HeaderName, &str); 2] = [
    (header::CONTENT_TYPE, "application/vnd.apple.mpegurl"),
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
];

async fn serve(routes: Router) -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, routes).into_future());
    Url::parse(&format!("http://{address}/main.m3u8")).unwrap()
}

async fn report(routes: Router) -> Report {
    check(&serve(routes).await, Options::default())
        .await
        .unwrap()
}

fn rules(report: &Report) -> Vec<Rule> {
    report.findings.iter().map(|it| it.rule).collect()
}

#[tokio::test]
async fn a_server_that_ignores_ranges_and_sends_no_boxes_is_found_out() {
    let routes = Router::new()
        .route("/main.m3u8", get(|| async { (PLAYLIST, MULTIVARIANT) }))
        .route("/video.m3u8", get(|| async { (PLAYLIST, MEDIA) }))
        .route("/v.mp4", get(|| async { "not boxes at all" }));
    let report = report(routes).await;
    let found = rules(&report);
    for rule in [
        Rule::RangeIgnored,
        Rule::Unreadable,
        Rule::CrossOrigin,
        Rule::ContentType,
    ] {
        assert!(found.contains(&rule), "{rule:?} in {report}");
    }
    assert_eq!((report.segments, report.read), (1, 1));
    assert!(!report.is_sound());
}

#[tokio::test]
async fn what_is_named_and_not_there_is_an_error() {
    let routes = Router::new().route("/main.m3u8", get(|| async { (PLAYLIST, MULTIVARIANT) }));
    let report = report(routes).await;
    assert_eq!(rules(&report), [Rule::Unloadable, Rule::NothingToPlay]);
    assert!(report.findings[0].message.contains("404"), "{report}");
}

#[tokio::test]
async fn what_is_no_stream_is_refused_in_words() {
    let text = Router::new().route("/main.m3u8", get(|| async { "<html>" }));
    let outcome = check(&serve(text).await, Options::default()).await;
    assert!(
        matches!(outcome, Err(CheckError::NotAStream)),
        "{outcome:?}"
    );
    let gone = Router::new().route("/main.m3u8", get(|| async { StatusCode::GONE }));
    let outcome = check(&serve(gone).await, Options::default())
        .await
        .unwrap_err();
    assert_eq!(
        outcome.to_string(),
        "it cannot be loaded: the server answers 410"
    );
}
