//! An appliance over a synthetic upstream and a control plane that the test holds.

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::http::{HeaderMap, Method, Response, StatusCode};
use axum::routing::get;
use bytes::Bytes;
use contracts_delivery::testing::release;
use contracts_delivery::{
    AccessEvent, ApplianceId, ApplianceReport, Claims, ControlError, ControlPlane, Extension,
    KeySet, Placement, ReleaseId, ReportReply, SessionId, SigningKey, StoredFile,
};
use data_objects::ContentHash;
use delivery_edge::{Appliance, EdgeConfig, Listeners, Multiplexed, Upstreams};
use http_body_util::BodyExt as _;
use parking_lot::Mutex;
use platform_clock::{ManualClock, Timestamp};
use platform_http::{Shutdown, Trust};
use prometheus_client::registry::Registry;
use reqwest::Body;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::DropGuard;

use crate::upstream::Synthetic;

pub(crate) const MIB: u64 = 1 << 20;
pub(crate) const START: Timestamp = Timestamp::from_millis(1_000_000);
pub(crate) const EXPIRES: Timestamp = Timestamp::from_millis(2_000_000);

/// A control plane with one key.
pub(crate) struct Control {
    key: SigningKey,
    up: Mutex<bool>,
    withdrawn: Mutex<Vec<ContentHash>>,
    pub(crate) reports: Mutex<Vec<ApplianceReport>>,
    pub(crate) access: watch::Sender<Vec<AccessEvent>>,
    pub(crate) placement: Mutex<Option<Placement>>,
}

impl Control {
    pub(crate) fn withdraw(&self, file: ContentHash) {
        self.withdrawn.lock().push(file);
    }

    pub(crate) fn go_down(&self) {
        *self.up.lock() = false;
    }
}

#[async_trait]
impl ControlPlane for Control {
    async fn report(
        &self,
        _appliance: &ApplianceId,
        report: ApplianceReport,
    ) -> Result<ReportReply, ControlError> {
        if !*self.up.lock() {
            return Err(ControlError::Unreachable("down".to_owned()));
        }
        let done = report.withdrawn_seq as usize;
        self.reports.lock().push(report);
        let withdrawn = self.withdrawn.lock();
        Ok(ReportReply {
            neighbours: Vec::new(),
            keys: KeySet {
                keys: vec![self.key.clone()],
            },
            withdrawn: withdrawn[done..].to_vec(),
            withdrawn_seq: withdrawn.len() as u64,
            next_report_s: 2,
            held_understood: true,
            placement: self.placement.lock().clone(),
        })
    }

    async fn access(
        &self,
        _appliance: &ApplianceId,
        events: Vec<AccessEvent>,
    ) -> Result<(), ControlError> {
        self.access.send_modify(|known| known.extend(events));
        Ok(())
    }
}

/// Brings whoever speaks protocols beside HTTP/1.1 at an address; an error when a port of it is taken.
pub(crate) type Speak =
    fn(&EdgeConfig, SocketAddr) -> std::io::Result<Option<Box<dyn Multiplexed>>>;

/// What a test has at hand.
pub(crate) struct Bed {
    pub(crate) appliance: Appliance,
    pub(crate) upstream: Arc<Synthetic>,
    pub(crate) control: Arc<Control>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) config: EdgeConfig,
    pub(crate) at: SocketAddr,
    client: reqwest::Client,
    scheme: &'static str,
    serving: JoinHandle<std::io::Result<()>>,
    shutdown: Shutdown,
    /// The appliance stops when the test ends, however it ends.
    guard: DropGuard,
    registry: Registry,
    folder: Option<tempfile::TempDir>,
    speak: Speak,
}

impl Bed {
    pub(crate) async fn new(upstream: Arc<Synthetic>) -> Self {
        Self::sized(upstream, 64 * MIB).await
    }

    pub(crate) async fn sized(upstream: Arc<Synthetic>, cache_bytes: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = EdgeConfig {
            folder: folder.path().join("cache"),
            cache_bytes,
            // The clock stands still unless it is moved, and with it whoever is paced.
            capacity_mbps: u32::MAX,
            client_mbps: 0,
            ..EdgeConfig::default()
        };
        Self::with(config, upstream, folder).await
    }

    /// An appliance with settings of a test's own.
    pub(crate) async fn with(
        config: EdgeConfig,
        upstream: Arc<Synthetic>,
        folder: tempfile::TempDir,
    ) -> Self {
        Self::speaking(config, upstream, folder, |_, _| Ok(None)).await
    }

    /// As [`Self::with`], one that speaks other protocols, too.
    pub(crate) async fn speaking(
        config: EdgeConfig,
        upstream: Arc<Synthetic>,
        folder: tempfile::TempDir,
        speak: Speak,
    ) -> Self {
        let control = Arc::new(Control {
            key: SigningKey::new(7, [7; 32]),
            up: Mutex::new(true),
            withdrawn: Mutex::default(),
            reports: Mutex::default(),
            access: watch::Sender::default(),
            placement: Mutex::default(),
        });
        let clock = ManualClock::at(START);
        Self::open(config, upstream, control, clock, Some(folder), speak).await
    }

    async fn open(
        config: EdgeConfig,
        upstream: Arc<Synthetic>,
        control: Arc<Control>,
        clock: Arc<ManualClock>,
        folder: Option<tempfile::TempDir>,
        speak: Speak,
    ) -> Self {
        let (fill, plane) = (
            Upstreams::origin(Arc::clone(&upstream) as _),
            Arc::clone(&control),
        );
        let appliance = Appliance::open(config.clone(), clock.clone(), fill, plane)
            .await
            .unwrap();
        let mut registry = Registry::default();
        appliance.register_metrics(&mut registry);
        let listeners = listen(&config, speak);
        let (at, shutdown) = (listeners.address(), Shutdown::new());
        let beside = Router::new().route("/healthz", get(|| async { "ok\n" }));
        let serve = appliance.clone().serve(listeners, beside, shutdown.clone());
        let serving = tokio::spawn(serve);
        Self {
            at,
            client: client(),
            scheme: "http",
            serving,
            guard: shutdown.clone().drop_guard(),
            shutdown,
            appliance,
            upstream,
            control,
            clock,
            config,
            registry,
            folder,
            speak,
        }
    }

    /// Asks by TLS from now on, with a client that trusts the appliance.
    pub(crate) fn speak_tls(&mut self, client: reqwest::Client) {
        self.client = client;
        self.scheme = "https";
    }

    /// The appliance ends and starts again over the same folder.
    pub(crate) async fn restart(self) -> Self {
        let Self {
            appliance,
            upstream,
            control,
            clock,
            config,
            registry,
            folder,
            serving,
            guard,
            speak,
            ..
        } = self;
        drop(guard);
        serving.await.unwrap().unwrap();
        drop((appliance, registry));
        Self::open(config, upstream, control, clock, folder, speak).await
    }

    /// Tells the appliance to stop; what is under way goes on for a while.
    pub(crate) fn stop(&self) {
        self.shutdown.cancel();
    }

    /// Enters a release of `file` upstream and gives its id.
    pub(crate) fn release_of(&self, file: StoredFile) -> ReleaseId {
        let playlist = self.upstream.add("#EXTM3U\n", Extension::M3u8);
        let text = serde_json::to_vec(&release([(file, playlist)])).unwrap();
        ReleaseId(self.upstream.add(text, Extension::Json).name.hash)
    }

    /// Enters a film and a release of it upstream; the film's path.
    pub(crate) fn offer(&self, bytes: &[u8]) -> String {
        let file = self.upstream.add(bytes.to_vec(), Extension::Mp4);
        self.path(self.release_of(file), file)
    }

    /// The path of a file under a token for `release`.
    pub(crate) fn path(&self, release: ReleaseId, file: StoredFile) -> String {
        self.path_for(release, file, 1)
    }

    /// As [`Self::path`], in another play.
    pub(crate) fn path_for(&self, release: ReleaseId, file: StoredFile, play: u8) -> String {
        let session = SessionId::from_bytes([play; 16]);
        let token = self.control.key.sign(&Claims {
            session,
            expires: EXPIRES,
            release,
        });
        format!("/p/{token}/{}", file.name)
    }

    pub(crate) async fn begin(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Response<Body> {
        let mut request = self
            .client
            .request(method, format!("{}://{}{path}", self.scheme, self.at));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap().into()
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let response = self.begin(Method::GET, path, headers).await;
        let (parts, mut body) = response.into_parts();
        let (mut bytes, mut whole) = (Vec::new(), true);
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => bytes.extend_from_slice(frame.data_ref().unwrap()),
                Err(_) => whole = false,
            }
        }
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes: bytes.into(),
            whole,
        }
    }

    /// A metric's present value.
    pub(crate) fn metric(&self, name: &str) -> u64 {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry).unwrap();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no metric {name} in {text}"))
            .parse()
            .unwrap()
    }
}

/// Listeners at a free port, and with them whoever speaks other protocols there.
fn listen(config: &EdgeConfig, speak: Speak) -> Listeners {
    loop {
        let listeners = Listeners::bind(([127, 0, 0, 1], 0).into(), config.threads).unwrap();
        match speak(config, listeners.address()) {
            Ok(Some(others)) => return listeners.with(others),
            Ok(None) => return listeners,
            Err(taken) => assert_eq!(taken.kind(), std::io::ErrorKind::AddrInUse),
        }
    }
}

/// A response read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
    /// Not broken off.
    pub(crate) whole: bool,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// One connection for each request under way, no cookies, no proxy, paths as they are written.
pub(crate) fn client() -> reqwest::Client {
    Trust::default().client().no_proxy().build().unwrap()
}

/// Bytes that differ from block to block.
pub(crate) fn film(blocks: u64, tail: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut state = 1_u32;
    bytes.resize_with(blocks as usize * MIB as usize + tail, || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    bytes
}
