//! A certificate's authority that a test's players trust.

use std::sync::Arc;

use delivery_edge::{EdgeConfig, TlsFiles};
use platform_http::Trust;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, RootCertStore};

use crate::bed::{Bed, MIB, Speak};
use crate::upstream::Synthetic;

/// An authority of a test's own, and where the appliance's certificate lies.
pub(crate) struct Authority {
    own: CertifiedIssuer<'static, KeyPair>,
    pub(crate) files: TlsFiles,
    folder: tempfile::TempDir,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let own = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let files = TlsFiles {
            certificate: folder.path().join("edge.crt"),
            key: folder.path().join("edge.key"),
        };
        let authority = Self { own, files, folder };
        authority.issue();
        authority
    }

    /// Puts a new certificate and key in place; the certificate's bytes.
    pub(crate) fn issue(&self) -> Vec<u8> {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(names).unwrap();
        let certificate = params.signed_by(&key, &self.own).unwrap();
        std::fs::write(&self.files.certificate, certificate.pem()).unwrap();
        std::fs::write(&self.files.key, key.serialize_pem()).unwrap();
        certificate.der().to_vec()
    }

    pub(crate) fn config(&self) -> EdgeConfig {
        EdgeConfig {
            base_url: url::Url::parse("https://localhost/").unwrap(),
            tls: Some(self.files.clone()),
            folder: self.folder.path().join("cache"),
            cache_bytes: 64 * MIB,
            capacity_mbps: u32::MAX,
            client_mbps: 0,
            ..EdgeConfig::default()
        }
    }

    pub(crate) async fn bed(&self) -> Bed {
        self.bed_with(self.config(), Synthetic::new()).await
    }

    pub(crate) async fn bed_with(&self, config: EdgeConfig, upstream: Arc<Synthetic>) -> Bed {
        self.bed_speaking(config, upstream, |_, _| Ok(None)).await
    }

    /// An appliance that speaks other protocols, too.
    pub(crate) async fn bed_speaking(
        &self,
        config: EdgeConfig,
        upstream: Arc<Synthetic>,
        speak: Speak,
    ) -> Bed {
        let folder = tempfile::tempdir().unwrap();
        let mut bed = Bed::speaking(config, upstream, folder, speak).await;
        bed.speak_tls(self.client().build().unwrap());
        bed
    }

    /// A player that trusts it.
    pub(crate) fn client(&self) -> reqwest::ClientBuilder {
        self.trust().client().no_proxy()
    }

    /// Trust in it, and in the public ones.
    pub(crate) fn trust(&self) -> Trust {
        let path = self.folder.path().join("authority.pem");
        std::fs::write(&path, self.own.pem()).unwrap();
        Trust::with(Some(&path)).unwrap()
    }

    /// What a player trusts, with tickets of its own.
    pub(crate) fn trusted(&self) -> Arc<ClientConfig> {
        self.trusted_by(rustls::crypto::ring::default_provider())
    }

    /// The same of a player with ciphers of its own.
    pub(crate) fn trusted_by(&self, provider: CryptoProvider) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.own.der().clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let config = config.with_root_certificates(roots).with_no_client_auth();
        Arc::new(config)
    }
}
