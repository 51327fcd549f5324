//! A cluster that speaks TLS by an authority of its own, from the origin to neighbours.

use std::sync::Arc;

use contracts_delivery::{ApplianceId, Tier};
use delivery_edge::{Appliance, EdgeConfig, FillClient, Listeners, Upstreams, fill_router};
use platform_http::Trust;
use reqwest::StatusCode;
use url::Url;

use crate::authority::Authority;
use crate::bed::film;
use crate::cluster::{Cluster, Listening, fetch_by, secret};

const BLOCK: usize = 1 << 20;

/// What every appliance of the cluster has in common.
struct Private {
    cluster: Cluster,
    authority: Authority,
}

impl Private {
    async fn new() -> Self {
        Self {
            cluster: Cluster::new().await,
            authority: Authority::new(),
        }
    }

    fn config(&self, name: &str, listeners: &Listeners) -> EdgeConfig {
        let url = format!("https://localhost:{}/", listeners.address().port());
        EdgeConfig {
            id: ApplianceId(name.to_owned()),
            base_url: url.parse().unwrap(),
            tls: Some(self.authority.files.clone()),
            folder: self.cluster.folder.path().join(name),
            cache_bytes: 64 << 20,
            ..EdgeConfig::default()
        }
    }

    async fn open(&self, config: EdgeConfig, upstreams: Upstreams) -> Appliance {
        let plane = Arc::new(self.cluster.steering.clone());
        let appliance = Appliance::open(config, self.cluster.clock.clone(), upstreams, plane);
        let appliance = appliance.await.unwrap();
        appliance.report().await.unwrap();
        appliance
    }

    async fn origin(&self) -> Listening {
        let listeners = Listeners::bind(([127, 0, 0, 1], 0).into(), 1).unwrap();
        let config = EdgeConfig {
            tier: Tier::Origin,
            cache_bytes: 0,
            ..self.config("origin", &listeners)
        };
        let (url, store) = (
            config.base_url.clone(),
            Arc::new(self.cluster.origin.clone()),
        );
        let fill = fill_router(store.clone(), secret());
        let appliance = self.open(config, Upstreams::origin(store)).await;
        Listening::at(url, appliance, listeners, fill)
    }

    /// An appliance that fills from those that `trust` accepts.
    async fn edge(&self, name: &str, origin: &Url, trust: &Trust) -> Listening {
        let listeners = Listeners::bind(([127, 0, 0, 1], 0).into(), 1).unwrap();
        let config = self.config(name, &listeners);
        let url = config.base_url.clone();
        let client = FillClient::new(secret(), trust).unwrap();
        let upstreams = Upstreams::with_neighbours(Arc::new(client.at(origin.clone())), client);
        let appliance = self.open(config, upstreams).await;
        let fill = fill_router(appliance.stored_files(), secret());
        Listening::at(url, appliance, listeners, fill)
    }
}

#[tokio::test]
async fn appliances_fill_from_origin_and_neighbours_of_an_authority_that_they_trust() {
    let private = Private::new().await;
    let trust = private.authority.trust();
    let client = trust.client().no_proxy().build().unwrap();
    let bytes = film(2, 100);
    let (release, file) = private.cluster.publish(bytes.clone()).await;
    let origin = private.origin().await;
    let first = private.edge("isp-1", &origin.url, &trust).await;
    let second = private.edge("isp-2", &origin.url, &trust).await;
    let of_first = private.cluster.url(&first, release, file);
    let (status, part) = fetch_by(&client, &of_first, "bytes=0-1048575").await;
    assert_eq!(status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(part, bytes[..BLOCK]);
    origin.stop().await;
    let of_second = private.cluster.url(&second, release, file);
    let (status, part) = fetch_by(&client, &of_second, "bytes=0-1048575").await;
    assert_eq!(status, StatusCode::PARTIAL_CONTENT, "its neighbour has it");
    assert_eq!(part, bytes[..BLOCK]);
}

#[tokio::test]
async fn an_appliance_that_trusts_another_authority_takes_nothing() {
    let private = Private::new().await;
    let trust = private.authority.trust();
    let client = trust.client().no_proxy().build().unwrap();
    let (release, file) = private.cluster.publish(film(1, 100)).await;
    let origin = private.origin().await;
    let first = private.edge("isp-1", &origin.url, &trust).await;
    let of_first = private.cluster.url(&first, release, file);
    let (status, _) = fetch_by(&client, &of_first, "bytes=0-9").await;
    assert_eq!(status, StatusCode::PARTIAL_CONTENT);
    for (name, other) in [
        ("isp-2", Authority::new().trust()),
        ("isp-3", Trust::default()),
    ] {
        let edge = private.edge(name, &origin.url, &other).await;
        let url = private.cluster.url(&edge, release, file);
        let (status, _) = fetch_by(&client, &url, "bytes=0-9").await;
        assert!(status.is_server_error(), "{name}: {status}");
    }
}
