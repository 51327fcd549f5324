//! What an appliance shows who connects by TLS: a certificate and its key, read again when their files change.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use platform_clock::SharedClock;
use platform_http::Shutdown;
use rustls::crypto::ring::{Ticketer, default_provider};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::time_provider::TimeProvider;
use rustls::{Error, ServerConfig};
use serde::{Deserialize, Serialize};

use crate::limits::CERTIFICATE_CHECK;
use crate::serve::provider;

/// Where a certificate and its key lie, in PEM form. Both are read again when they change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsFiles {
    /// The certificate, and behind it those that lead to its authority.
    pub certificate: PathBuf,
    /// The private key: PKCS #8, SEC 1 or PKCS #1, without a password.
    pub key: PathBuf,
}

/// Why a certificate cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum BadTls {
    /// A file cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{path} {what}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what it should hold.
        what: String,
    },
    /// Two files that do not go together.
    #[error(
        "the key in {key} is not that of the certificate in {certificate}; name two that belong together"
    )]
    Mismatch {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// The library cannot be set up.
    #[error("cannot set up TLS: {0}")]
    Setup(Error),
}

/// How an appliance speaks TLS: what event loops begin a session with, and the certificate they show.
pub(crate) struct Tls {
    pub(crate) config: Arc<ServerConfig>,
    files: TlsFiles,
    shown: Arc<Shown>,
}

/// The certificate at the moment.
#[derive(Debug)]
struct Shown(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

/// The time, of which the age of a ticket is told.
#[derive(Debug)]
struct Times(SharedClock);

impl TimeProvider for Times {
    fn current_time(&self) -> Option<UnixTime> {
        let since = Duration::from_secs(self.0.now().seconds());
        Some(UnixTime::since_unix_epoch(since))
    }
}

/// What tells whether files changed; nothing for one that is not there.
type Stamp = [Option<(SystemTime, u64)>; 2];

impl Tls {
    /// TLS 1.3 and 1.2 with the certificate of `files`; sessions are resumed by tickets, without early data.
    pub(crate) async fn open(files: TlsFiles, clock: SharedClock) -> Result<Self, BadTls> {
        let shown = Arc::new(Shown(ArcSwap::from_pointee(load(&files).await?)));
        let provider = Arc::new(provider());
        let mut config = ServerConfig::builder_with_details(provider, Arc::new(Times(clock)))
            .with_safe_default_protocol_versions()
            .map_err(BadTls::Setup)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&shown) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.ticketer = Ticketer::new().map_err(BadTls::Setup)?;
        // One connection, one ticket: players open few.
        config.send_tls13_tickets = 1;
        Ok(Self {
            config: Arc::new(config),
            files,
            shown,
        })
    }

    /// Shows from now on what the files hold; connections that are open keep what they began with.
    pub(crate) async fn renew(&self) -> Result<(), BadTls> {
        self.shown.0.store(Arc::new(load(&self.files).await?));
        Ok(())
    }

    /// Renews whenever a file has changed, until `shutdown`. What cannot be used changes nothing.
    pub(crate) async fn follow(&self, shutdown: &Shutdown) {
        let mut known = self.stamp().await;
        let mut ticks = tokio::time::interval(CERTIFICATE_CHECK);
        while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
            let now = self.stamp().await;
            if now == known {
                continue;
            }
            known = now;
            match self.renew().await {
                Ok(()) => tracing::info!("a renewed certificate is in use"),
                // The two files are seldom replaced at one time; the later one is looked at, too.
                Err(error) => {
                    tracing::error!("{error}; the certificate from before is shown on");
                }
            }
        }
    }

    async fn stamp(&self) -> Stamp {
        [
            stamp(&self.files.certificate).await,
            stamp(&self.files.key).await,
        ]
    }
}

async fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let facts = tokio::fs::metadata(path).await.ok()?;
    Some((facts.modified().ok()?, facts.len()))
}

async fn read(path: &Path) -> Result<Vec<u8>, BadTls> {
    tokio::fs::read(path).await.map_err(|source| BadTls::Read {
        path: path.to_owned(),
        source,
    })
}

/// Reads both files, and checks that they belong together.
async fn load(files: &TlsFiles) -> Result<CertifiedKey, BadTls> {
    let TlsFiles { certificate, key } = files;
    let bad = |path: &Path, what: String| BadTls::Content {
        path: path.to_owned(),
        what,
    };
    let text = read(certificate).await?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = chain.map_err(|error| bad(certificate, format!("is damaged: {error}")))?;
    if chain.is_empty() {
        let what = "holds no certificate in PEM form; name a file that does";
        return Err(bad(certificate, what.to_owned()));
    }
    let secret = PrivateKeyDer::from_pem_slice(&read(key).await?).map_err(|error| {
        bad(
            key,
            format!("holds no private key in PEM form without a password: {error}"),
        )
    })?;
    CertifiedKey::from_der(chain, secret, &default_provider()).map_err(|error| match error {
        Error::InconsistentKeys(_) => BadTls::Mismatch {
            certificate: certificate.clone(),
            key: key.clone(),
        },
        Error::InvalidCertificate(why) => bad(
            certificate,
            format!("holds a certificate that cannot be read: {why:?}"),
        ),
        error => bad(
            key,
            format!(
                "holds a key that cannot be used: {error}; make one of ECDSA P-256, Ed25519 or RSA"
            ),
        ),
    })
}
