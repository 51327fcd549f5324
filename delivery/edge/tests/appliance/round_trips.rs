//! What TCP measures of players' connections, from the socket to the ranking.

use contracts_delivery::ApplianceId;
use delivery_routes::Route;
use delivery_steering::DecisionEvent;
use reqwest::StatusCode;
use url::Url;

use crate::bed::{client, film};
use crate::cluster::Cluster;

/// More answers than lie between two looks at a connection.
const ANSWERS: usize = 40;

/// Answers on one connection, one after the other.
async fn play(url: &Url) {
    let client = client();
    for _ in 0..ANSWERS {
        let asked = client.get(url.clone()).header("range", "bytes=0-9");
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::PARTIAL_CONTENT);
        answer.bytes().await.unwrap();
    }
}

fn names(decision: &DecisionEvent) -> Vec<&str> {
    let names = decision.weighed.iter().map(|one| one.appliance.0.as_str());
    names.collect()
}

#[tokio::test]
async fn an_appliance_whose_round_trips_were_measured_passes_one_of_which_nothing_is_known() {
    let cluster = Cluster::new().await;
    let (release, file) = cluster.publish(film(0, 100)).await;
    let (one, other) = (cluster.edge("isp-1").await, cluster.edge("isp-2").await);
    let route = || vec![("127.0.0.0/8".parse().unwrap(), Route::default())];
    let routes = ["isp-1", "isp-2"].map(|name| (ApplianceId(name.to_owned()), route()));
    cluster.steering.set_routes(routes.into()).unwrap();
    let explain = || {
        let client = [127, 0, 0, 1].into();
        cluster.steering.explain(client, release, 1_000)
    };
    let before = explain();
    let second = names(&before)[1].to_owned();
    let (appliance, at) = if second == "isp-1" { &one } else { &other };
    play(&cluster.url(at, release, file)).await;
    appliance.report().await.unwrap();

    let after = explain();
    assert_eq!(names(&after)[0], second, "{after:?}");
    let weight = &after.weighed[0].weight;
    let rtt_ms = weight.rtt_ms.unwrap();
    assert!(rtt_ms > 0.0 && rtt_ms < 1_000.0, "{rtt_ms}");
    let reason = weight.to_string();
    assert!(reason.contains("round trip "), "{reason}");
    assert_eq!(after.weighed[1].weight.rtt_ms, None);
}
