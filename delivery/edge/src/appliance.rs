//! The appliance put together.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use contracts_delivery::{AccessEvent, ControlError, ControlPlane, Upstream};
use platform_clock::SharedClock;
use platform_http::Shutdown;
use prometheus_client::registry::Registry;
use tokio::sync::Semaphore;
use url::Url;

use crate::certificate::{BadTls, Tls};
use crate::config::{BadEdgeConfig, EdgeConfig};
use crate::control::{Acts, ControlLine, Identity, Remembered, remembered};
use crate::keyring::KeyRing;
use crate::library::Library;
use crate::limits::{ALTERNATIVE_FOR, REPORT_RETRY_SECONDS};
use crate::metrics::EdgeMetrics;
use crate::placing::Placing;
use crate::releases::Releases;
use crate::round_trips::RoundTrips;
use crate::scrub::{Scrubbed, scrub};
use crate::stored_files::StoredFiles;
use crate::upstreams::Upstreams;

/// Why an appliance could not start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A setting is wrong.
    #[error("the appliance's setting {0}")]
    Config(#[from] BadEdgeConfig),
    /// Its certificate cannot be shown.
    #[error("the appliance cannot speak TLS")]
    Tls(#[from] BadTls),
    /// The cache's folder cannot be used.
    #[error("cannot use the cache folder {folder}; check its owner and its disk")]
    Folder {
        /// The folder.
        folder: std::path::PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// An appliance; clones are shared.
#[derive(Clone)]
pub struct Appliance {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) library: Arc<Library>,
    pub(crate) releases: Releases,
    pub(crate) keys: KeyRing,
    pub(crate) metrics: EdgeMetrics,
    pub(crate) round_trips: RoundTrips,
    pub(crate) streams: Arc<Semaphore>,
    pub(crate) read_ahead: u32,
    pub(crate) capacity_mbps: u32,
    pub(crate) client_mbps: u32,
    pub(crate) max_connections: u32,
    pub(crate) clock: SharedClock,
    /// Absent where players speak plain HTTP.
    pub(crate) tls: Option<Tls>,
    pub(crate) http2: bool,
    pub(crate) http3: bool,
    /// The header line that says how else the appliance is reached; empty where it is not.
    pub(crate) alternative: Box<str>,
    placing: Placing,
    upstreams: Arc<Upstreams>,
    control: ControlLine,
}

impl Appliance {
    /// Opens the cache. Nothing is served before the control plane has given keys once, in this run or
    /// an earlier one.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(
        config: EdgeConfig,
        clock: SharedClock,
        upstreams: Upstreams,
        plane: Arc<dyn ControlPlane>,
    ) -> Result<Self, OpenError> {
        config.validate()?;
        let tls = match config.tls {
            Some(files) => Some(Tls::open(files, Arc::clone(&clock)).await?),
            None => None,
        };
        let folder = (config.cache_bytes > 0).then(|| config.folder.clone());
        let memory = folder.as_ref().map(|folder| folder.join("control.json"));
        let metrics = EdgeMetrics::default();
        let (to_library, counts) = (Arc::clone(&clock), metrics.clone());
        let upstreams = Arc::new(upstreams);
        let sources = Arc::clone(&upstreams);
        let library = Library::open(folder, config.cache_bytes, sources, to_library, counts).await;
        let library = library.map_err(|source| OpenError::Folder {
            folder: config.folder,
            source,
        })?;
        let known = match &memory {
            Some(path) => remembered(path).await,
            None => Remembered::default(),
        };
        let alternative = alternative(config.http3, &config.base_url);
        let identity = Identity {
            id: config.id,
            base_url: config.base_url,
            tier: config.tier,
            capacity_mbps: config.capacity_mbps,
            cache_bytes: config.cache_bytes,
            site: config.site,
            region: config.region,
            location: config.location,
            started_at: clock.now(),
        };
        let control = ControlLine {
            plane,
            identity,
            memory,
            withdrawn_seq: AtomicU64::new(known.withdrawn_seq),
            exchanging: tokio::sync::Mutex::default(),
        };
        Ok(Self {
            inner: Arc::new(Inner {
                library,
                releases: Releases::default(),
                keys: KeyRing::new(Arc::clone(&clock), known.keys),
                placing: Placing::new(config.fill, config.time_zone, Arc::clone(&clock)),
                upstreams,
                metrics,
                round_trips: RoundTrips::default(),
                streams: Arc::new(Semaphore::new(config.max_streams as usize)),
                read_ahead: config.read_ahead_blocks,
                capacity_mbps: config.capacity_mbps,
                client_mbps: config.client_mbps,
                max_connections: config.max_connections,
                tls,
                http2: config.http2,
                http3: config.http3,
                alternative,
                clock,
                control,
            }),
        })
    }

    /// Enters the appliance's metrics into `registry`.
    pub fn register_metrics(&self, registry: &mut Registry) {
        self.inner.metrics.register(registry);
    }

    /// What is stored here, for the fill service: neighbours fetch it. It gives nothing once the appliance is gone.
    pub fn stored_files(&self) -> Arc<dyn Upstream> {
        Arc::new(StoredFiles(Arc::downgrade(&self.inner.library)))
    }

    /// Reports once and carries out the reply; returns the seconds until the next report.
    ///
    /// # Errors
    /// [`ControlError`]; stored files go on being served.
    pub async fn report(&self) -> Result<u32, ControlError> {
        self.inner.report().await
    }

    /// Looks at every stored block now; what has changed on the disk is filled again. While it serves, an
    /// appliance does so by itself, once a week.
    pub async fn scrub(&self) -> Scrubbed {
        scrub(&self.inner.library, Duration::ZERO).await
    }

    /// Shows from now on what the files of its certificate hold. While it serves, an appliance does so by itself
    /// when they change.
    ///
    /// # Errors
    /// [`BadTls`]; the certificate from before is shown on.
    pub async fn renew_certificate(&self) -> Result<(), BadTls> {
        match &self.inner.tls {
            Some(tls) => tls.renew().await,
            None => Ok(()),
        }
    }

    /// Fetches, once and if it is night, the placed files that are missing.
    pub async fn fetch_placed(&self) {
        let inner = &self.inner;
        inner.placing.fetch_missing(&inner.library).await;
    }

    /// Reports every few seconds, and fetches placed files at night, until `shutdown`.
    pub async fn control_loop(&self, shutdown: Shutdown) {
        let inner = &self.inner;
        let fetching = inner.placing.fetch_loop(&inner.library, &shutdown);
        tokio::join!(self.report_loop(&shutdown), fetching);
    }

    async fn report_loop(&self, shutdown: &Shutdown) {
        let mut failing = false;
        loop {
            let Some(reported) = shutdown.run_until_cancelled(self.report()).await else {
                return;
            };
            let seconds = match reported {
                Ok(seconds) => {
                    if std::mem::take(&mut failing) {
                        tracing::info!("reports get through again");
                    }
                    seconds
                }
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        tracing::warn!(%error, "cannot report; stored files go on being served");
                    }
                    REPORT_RETRY_SECONDS
                }
            };
            let pause = tokio::time::sleep(Duration::from_secs(seconds.into()));
            if shutdown.run_until_cancelled(pause).await.is_none() {
                return;
            }
        }
    }
}

/// The header line (RFC 7838) by which a player learns that it may speak HTTP/3, at the port it knows.
fn alternative(http3: bool, base_url: &Url) -> Box<str> {
    match base_url.port_or_known_default() {
        Some(port) if http3 => {
            let seconds = ALTERNATIVE_FOR.as_secs();
            format!("alt-svc: h3=\":{port}\"; ma={seconds}\r\n").into()
        }
        _ => Box::default(),
    }
}

impl Inner {
    async fn report(&self) -> Result<u32, ControlError> {
        let acts = Acts {
            keys: &self.keys,
            library: &self.library,
            releases: &self.releases,
            metrics: &self.metrics,
            round_trips: &self.round_trips,
            placing: &self.placing,
            upstreams: &self.upstreams,
        };
        self.control.exchange(acts).await
    }

    /// Tells the control plane what was sent.
    pub(crate) async fn tell(&self, events: Vec<AccessEvent>) -> Result<(), ControlError> {
        let identity = &self.control.identity;
        self.control.plane.access(&identity.id, events).await
    }

    /// A token names a key that is unknown here: the reply brings the present ones.
    pub(crate) async fn report_for_keys(&self) {
        if let Err(error) = self.report().await {
            tracing::warn!(%error, "cannot ask for the keys of a token");
        }
    }
}
