//! A whole cluster on loopback: origin, steering and two appliances, each on a socket of its own.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use contracts_delivery::testing::release;
use contracts_delivery::{
    ApplianceId, Claims, ClientFacts, ClusterSecret, Extension, Origin as _, ReleaseId, SessionId,
    SigningKey, Steering as _, SteeringRequest, StoredFile, TokenSigner as _, WithdrawalLog,
};
use data_engine::{MemoryEngine, SharedEngine};
use data_events::MemoryLog;
use data_objects::Objects;
use delivery_edge::{
    Appliance, EdgeConfig, FillClient, HttpControl, Listeners, Upstreams, fill_router,
};
use delivery_origin::OriginStore;
use delivery_steering::decision::Content;
use delivery_steering::{SteeringService, report_router};
use platform_clock::{ManualClock, Timestamp};
use platform_entropy::SeededEntropy;
use platform_http::{Server, Shutdown, Trust};
use reqwest::StatusCode;
use tokio::task::JoinHandle;
use url::Url;

use crate::bed::{EXPIRES, START, film};

pub(crate) struct Cluster {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) origin: OriginStore,
    pub(crate) steering: SteeringService,
    pub(crate) control: Listening,
}

pub(crate) struct Listening {
    pub(crate) url: Url,
    shutdown: Shutdown,
    task: JoinHandle<()>,
}

impl Listening {
    pub(crate) async fn new(router: axum::Router) -> Self {
        let server = Server::bind(([127, 0, 0, 1], 0).into())
            .await
            .unwrap()
            .http1_only();
        let url = Url::parse(&format!("http://{}/", server.address())).unwrap();
        let shutdown = Shutdown::new();
        let task = tokio::spawn(server.serve(router, shutdown.clone()));
        Self {
            url,
            shutdown,
            task,
        }
    }

    /// Players' and neighbours' door to an appliance.
    fn of(appliance: Appliance, listeners: Listeners) -> Self {
        let url = Url::parse(&format!("http://{}/", listeners.address())).unwrap();
        let fill = fill_router(appliance.stored_files(), secret());
        Self::at(url, appliance, listeners, fill)
    }

    /// An appliance with `fill` beside it.
    pub(crate) fn at(
        url: Url,
        appliance: Appliance,
        listeners: Listeners,
        fill: axum::Router,
    ) -> Self {
        let shutdown = Shutdown::new();
        let serve = appliance.serve(listeners, fill, shutdown.clone());
        let task = tokio::spawn(async move { serve.await.unwrap() });
        Self {
            url,
            shutdown,
            task,
        }
    }

    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap();
    }
}

pub(crate) fn secret() -> ClusterSecret {
    ClusterSecret::new("a-secret-of-the-cluster").unwrap()
}

impl Cluster {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(START);
        let engine: SharedEngine = Arc::new(MemoryEngine::default());
        let objects = Objects::open(folder.path().join("objects")).await.unwrap();
        let origin = OriginStore::open(&engine, objects, clock.clone())
            .await
            .unwrap();
        let log: Arc<dyn WithdrawalLog> = Arc::new(origin.clone());
        let entropy = SeededEntropy::shared(5);
        let events = Arc::new(MemoryLog::new(clock.clone()));
        let steering = SteeringService::open(&engine, log, events, clock.clone(), entropy)
            .await
            .unwrap();
        let router = fill_router(Arc::new(origin.clone()), secret())
            .merge(report_router(steering.clone(), secret()));
        let control = Listening::new(router).await;
        Self {
            folder,
            clock,
            origin,
            steering,
            control,
        }
    }

    /// An appliance that has reported once.
    pub(crate) async fn edge(&self, name: &str) -> (Appliance, Listening) {
        self.edge_by(name, Arc::clone(&self.clock)).await
    }

    /// One with a clock of its own.
    async fn edge_by(&self, name: &str, clock: Arc<ManualClock>) -> (Appliance, Listening) {
        let listeners = Listeners::bind(([127, 0, 0, 1], 0).into(), 1).unwrap();
        let base_url = Url::parse(&format!("http://{}/", listeners.address())).unwrap();
        let config = EdgeConfig {
            id: ApplianceId(name.to_owned()),
            base_url,
            folder: self.folder.path().join(name),
            cache_bytes: 64 << 20,
            ..EdgeConfig::default()
        };
        let client = FillClient::new(secret(), &Trust::default()).unwrap();
        let origin = Arc::new(client.at(self.control.url.clone()));
        let upstreams = Upstreams::with_neighbours(origin, client);
        let control = self.control.url.clone();
        let plane = HttpControl::new(control, secret(), &Trust::default()).unwrap();
        let appliance = Appliance::open(config, clock, upstreams, Arc::new(plane))
            .await
            .unwrap();
        appliance.report().await.unwrap();
        let listening = Listening::of(appliance.clone(), listeners);
        (appliance, listening)
    }

    pub(crate) async fn publish(&self, bytes: Vec<u8>) -> (ReleaseId, StoredFile) {
        let file = self
            .origin
            .store_bytes(bytes.into(), Extension::Mp4)
            .await
            .unwrap();
        let list = Bytes::from_static(b"#EXTM3U\n");
        let playlist = self
            .origin
            .store_bytes(list, Extension::M3u8)
            .await
            .unwrap();
        (
            self.origin
                .publish(&release([(file, playlist)]))
                .await
                .unwrap(),
            file,
        )
    }

    pub(crate) fn url(&self, edge: &Listening, release: ReleaseId, file: StoredFile) -> Url {
        let session = SessionId::from_bytes([1; 16]);
        let token = self.steering.sign(&Claims {
            session,
            expires: EXPIRES,
            release,
        });
        edge.url.join(&format!("p/{token}/{}", file.name)).unwrap()
    }
}

pub(crate) async fn fetch(url: &Url, range: &str) -> (StatusCode, Bytes) {
    let client = Trust::default().client().no_proxy().build().unwrap();
    fetch_by(&client, url, range).await
}

pub(crate) async fn fetch_by(
    client: &reqwest::Client,
    url: &Url,
    range: &str,
) -> (StatusCode, Bytes) {
    let response = client
        .get(url.clone())
        .header("range", range)
        .send()
        .await
        .unwrap();
    (response.status(), response.bytes().await.unwrap())
}

#[tokio::test]
async fn a_release_travels_from_the_origin_through_two_appliances_and_is_withdrawn() {
    let cluster = Cluster::new().await;
    let bytes = film(3, 500);
    let (release, file) = cluster.publish(bytes.clone()).await;
    let (first, first_at) = cluster.edge("isp-1").await;
    let (second, second_at) = cluster.edge("isp-2").await;
    let request = SteeringRequest {
        client: ClientFacts {
            address: [127, 0, 0, 1].into(),
        },
        session: SessionId::from_bytes([1; 16]),
        release,
        nominal_bps: 5_000_000,
        using: None,
        measured_bps: None,
    };
    let ranking = cluster.steering.rank(&request).await.unwrap();
    assert_eq!(ranking.appliances.len(), 2);

    for edge in [&first_at, &second_at] {
        let url = cluster.url(edge, release, file);
        let (status, part) = fetch(&url, "bytes=1048570-2097160").await;
        assert_eq!(status, StatusCode::PARTIAL_CONTENT);
        assert_eq!(part, bytes[1_048_570..2_097_161]);
    }

    cluster.origin.withdraw(release).await.unwrap();
    first.report().await.unwrap();
    let gone = fetch(&cluster.url(&first_at, release, file), "bytes=0-9").await;
    assert_eq!(gone.0, StatusCode::NOT_FOUND);
    second.report().await.unwrap();
    let gone = fetch(&cluster.url(&second_at, release, file), "bytes=0-9").await;
    assert_eq!(gone.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn with_the_origin_gone_stored_blocks_are_served_and_others_are_refused() {
    let cluster = Cluster::new().await;
    let bytes = film(3, 0);
    let (release, file) = cluster.publish(bytes.clone()).await;
    let (_appliance, edge) = cluster.edge("isp-1").await;
    let url = cluster.url(&edge, release, file);
    assert_eq!(fetch(&url, "bytes=0-9").await.1, bytes[..10]);
    cluster.control.stop().await;
    assert_eq!(fetch(&url, "bytes=100-199").await.1, bytes[100..200]);
    let (status, problem) = fetch(&url, "bytes=2097152-").await;
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    assert!(String::from_utf8_lossy(&problem).contains("use the next appliance"));
}

#[tokio::test]
async fn foreign_and_expired_tokens_are_refused() {
    let cluster = Cluster::new().await;
    let (release, file) = cluster.publish(film(0, 100)).await;
    let (_appliance, edge) = cluster.edge("isp-1").await;
    let url = cluster.url(&edge, release, file);
    assert_eq!(
        fetch(&url, "bytes=0-9").await.0,
        StatusCode::PARTIAL_CONTENT
    );
    let session = SessionId::from_bytes([1; 16]);
    let claims = Claims {
        session,
        expires: EXPIRES,
        release,
    };
    let foreign = SigningKey::new(1, [1; 32]).sign(&claims);
    let foreign = edge
        .url
        .join(&format!("p/{foreign}/{}", file.name))
        .unwrap();
    assert_eq!(fetch(&foreign, "bytes=0-9").await.0, StatusCode::FORBIDDEN);
    cluster.clock.advance(EXPIRES.since(START));
    assert_eq!(fetch(&url, "bytes=0-9").await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_clock_that_is_a_minute_off_serves_all_the_same() {
    let cluster = Cluster::new().await;
    let (release, file) = cluster.publish(film(0, 100)).await;
    let minute = Duration::from_mins(1).as_millis() as u64;
    let skewed = [START.millis() - minute, START.millis() + minute];
    for (name, at) in ["slow", "fast"].into_iter().zip(skewed) {
        let clock = ManualClock::at(Timestamp::from_millis(at));
        let (_appliance, edge) = cluster.edge_by(name, clock).await;
        let url = cluster.url(&edge, release, file);
        assert_eq!(
            fetch(&url, "bytes=0-9").await.0,
            StatusCode::PARTIAL_CONTENT,
            "{name}"
        );
    }
}

#[tokio::test]
async fn an_appliance_that_fetched_what_was_placed_on_it_comes_first_for_it() {
    let cluster = Cluster::new().await;
    let (release, file) = cluster.publish(film(2, 7)).await;
    let (empty, _) = cluster.edge("isp-1").await;
    let (placed, _) = cluster.edge("isp-2").await;
    let file = file.name.hash;
    cluster.steering.describe(vec![(release, vec![file])]);
    let name = ApplianceId("isp-2".to_owned());
    cluster.steering.place([(name.clone(), vec![file])].into());
    cluster.clock.advance(Duration::from_hours(2));
    for appliance in [&empty, &placed] {
        appliance.report().await.unwrap();
        appliance.fetch_placed().await;
        appliance.report().await.unwrap();
    }
    let decision = cluster
        .steering
        .explain([127, 0, 0, 1].into(), release, 1_000);
    let held: Vec<_> = decision
        .weighed
        .iter()
        .map(|one| (one.appliance.0.as_str(), one.weight.content))
        .collect();
    assert_eq!(held, [("isp-2", Content::All), ("isp-1", Content::Nothing)]);
}
