//! Fills from other appliances: honest ones, and others.

use std::sync::Arc;

use contracts_delivery::{
    ApplianceId, ApplianceReport, ClusterSecret, ControlPlane as _, Extension, FillHours,
    HeldFiles, Tier, Vitals,
};
use delivery_edge::{Appliance, fill_router};
use platform_http::Trust;
use reqwest::StatusCode;

use crate::bed::{START, film};
use crate::cluster::{Cluster, Listening, fetch, secret};
use crate::upstream::{Mode, Synthetic};

const BLOCK: usize = 1 << 20;

#[tokio::test]
async fn what_a_neighbour_stores_is_not_asked_of_the_origin() {
    let cluster = Cluster::new().await;
    let bytes = film(2, 100);
    let (release, file) = cluster.publish(bytes.clone()).await;
    let (_first, first_at) = cluster.edge("isp-1").await;
    let (_second, second_at) = cluster.edge("isp-2").await;
    let of_first = cluster.url(&first_at, release, file);
    assert_eq!(fetch(&of_first, "bytes=0-1048575").await.1, bytes[..BLOCK]);
    let of_second = cluster.url(&second_at, release, file);
    cluster.control.stop().await;
    let (status, part) = fetch(&of_second, "bytes=0-1048575").await;
    assert_eq!(status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(part, bytes[..BLOCK]);
    let (status, _) = fetch(&of_second, "bytes=1048576-1048580").await;
    assert_eq!(status, StatusCode::BAD_GATEWAY, "nobody has that block");
}

#[tokio::test]
async fn the_fill_service_gives_what_is_stored_to_whoever_shows_the_secret() {
    let cluster = Cluster::new().await;
    let bytes = film(2, 0);
    let (release, file) = cluster.publish(bytes.clone()).await;
    let (_appliance, edge) = cluster.edge("isp-1").await;
    fetch(&cluster.url(&edge, release, file), "bytes=0-9").await;
    let client = Trust::default().client().no_proxy().build().unwrap();
    let ask = async |path: &str, range: &str, shown: Option<&str>| {
        let url = edge.url.join(path).unwrap();
        let mut request = client.get(url).header("range", range);
        if let Some(shown) = shown {
            request = request.bearer_auth(shown);
        }
        let answer = request.send().await.unwrap();
        (answer.status(), answer.bytes().await.unwrap())
    };
    let (path, shown) = (format!("fill/v1/files/{}", file.name.hash), Some(secret()));
    let shown = shown.as_ref().map(ClusterSecret::reveal);
    let status = async |path: &str, range: &str| ask(path, range, shown).await.0;
    let part = ask(&path, "bytes=5-1048575", shown).await;
    assert_eq!(part.0, StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.1, bytes[5..BLOCK]);
    let stranger = ask(&path, "bytes=0-9", Some("another-secret-of-others")).await;
    assert_eq!(stranger.0, StatusCode::UNAUTHORIZED);
    assert_eq!(
        ask(&path, "bytes=0-9", None).await.0,
        StatusCode::UNAUTHORIZED
    );
    let absent = status(&path, "bytes=1048570-1048580").await;
    assert_eq!(absent, StatusCode::NOT_FOUND, "its end is not stored");
    let outside = status(&path, "bytes=2097152-").await;
    assert_eq!(outside, StatusCode::RANGE_NOT_SATISFIABLE);
    let trick = status("fill/v1/files/..%2f..%2fsecret", "bytes=0-9").await;
    assert_eq!(trick, StatusCode::BAD_REQUEST);
}

/// A cluster with an appliance and, as its only neighbour, whatever `neighbour` gives.
async fn beside(
    cluster: &Cluster,
    neighbour: &Arc<Synthetic>,
) -> (Listening, Appliance, Listening) {
    let listening = Listening::new(fill_router(Arc::clone(neighbour) as _, secret())).await;
    let report = ApplianceReport {
        base_url: listening.url.clone(),
        tier: Tier::Isp,
        capacity_mbps: 100,
        started_at: START,
        in_flight: 0,
        bytes_served: 0,
        cached_bytes: 0,
        withdrawn_seq: 0,
        cache_bytes: 1,
        site: String::new(),
        region: String::new(),
        fill: FillHours::default(),
        held: HeldFiles::default(),
        placement: 0,
        location: None,
        vitals: Vitals::default(),
        round_trips: Vec::new(),
    };
    let id = ApplianceId("neighbour".to_owned());
    cluster.steering.report(&id, report).await.unwrap();
    let (appliance, edge) = cluster.edge("isp-1").await;
    (listening, appliance, edge)
}

#[tokio::test]
async fn a_lie_is_found_out_and_its_teller_is_not_asked_again() {
    let cluster = Cluster::new().await;
    let bytes = film(3, 0);
    let (release, file) = cluster.publish(bytes.clone()).await;
    let liar = Synthetic::new();
    liar.add(bytes.clone(), Extension::Mp4);
    liar.set(Mode::Lying);
    let (_liar, _appliance, edge) = beside(&cluster, &liar).await;
    let url = cluster.url(&edge, release, file);
    for start in [0, BLOCK] {
        let range = format!("bytes={start}-{}", start + 9);
        assert_eq!(fetch(&url, &range).await.1, bytes[start..start + 10]);
    }
    assert_eq!(liar.reads_of(file), 1);
}

#[tokio::test]
async fn a_neighbour_that_stalls_costs_its_patience_once() {
    let cluster = Cluster::new().await;
    let bytes = film(2, 0);
    let (release, file) = cluster.publish(bytes.clone()).await;
    let stalled = Synthetic::gated(0);
    stalled.add(bytes.clone(), Extension::Mp4);
    let (_stalled, _appliance, edge) = beside(&cluster, &stalled).await;
    let url = cluster.url(&edge, release, file);
    let (status, part) = fetch(&url, "bytes=0-9").await;
    assert_eq!(status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(part, bytes[..10]);
    assert_eq!(
        fetch(&url, "bytes=1048576-1048579").await.1,
        bytes[BLOCK..BLOCK + 4]
    );
}
