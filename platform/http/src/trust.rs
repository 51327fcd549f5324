//! Whom this process trusts when it connects by TLS, and the clients that do.

use std::path::{Path, PathBuf};

use reqwest::{Certificate, ClientBuilder};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// Authorities whose certificates are accepted: the public ones, and those of an operator's file.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    own: Vec<Certificate>,
}

/// Why an operator's authorities cannot be trusted.
#[derive(Debug, thiserror::Error)]
pub enum BadAuthorities {
    /// The file cannot be read.
    #[error("cannot read the trusted authorities in {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{path} {what}; it should hold certificates of authorities in PEM form")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
}

impl Trust {
    /// The public authorities, and beside them those of a file if there is one.
    ///
    /// # Errors
    /// [`BadAuthorities`].
    pub fn with(ca_file: Option<&Path>) -> Result<Self, BadAuthorities> {
        let Some(path) = ca_file else {
            return Ok(Self::default());
        };
        let text = std::fs::read(path).map_err(|source| BadAuthorities::Read {
            path: path.to_owned(),
            source,
        })?;
        let own = authorities(&text).map_err(|what| BadAuthorities::Content {
            path: path.to_owned(),
            what,
        })?;
        Ok(Self { own })
    }

    /// A client that trusts them. Every client of ours begins as this one.
    #[expect(clippy::disallowed_methods, reason = "this is the one door to clients")]
    pub fn client(&self) -> ClientBuilder {
        let begun = reqwest::Client::builder();
        let own = self.own.iter().cloned();
        own.fold(begun, ClientBuilder::add_root_certificate)
    }
}

/// The certificates of a PEM text, or what is wrong with it.
fn authorities(text: &[u8]) -> Result<Vec<Certificate>, String> {
    let mut found = Vec::new();
    for (number, certificate) in (1..).zip(CertificateDer::pem_slice_iter(text)) {
        let certificate = certificate.map_err(|error| format!("is no PEM text: {error}"))?;
        let wrong = |error: &dyn std::fmt::Display| {
            format!("has a certificate, number {number}, that cannot be read: {error}")
        };
        let readable = RootCertStore::empty().add(certificate.clone());
        readable.map_err(|error| wrong(&error))?;
        let certificate = Certificate::from_der(&certificate);
        found.push(certificate.map_err(|error| wrong(&error))?);
    }
    if found.is_empty() {
        return Err("holds no certificate".to_owned());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

    use super::*;

    fn authority() -> String {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let own = params.self_signed(&KeyPair::generate().unwrap());
        own.unwrap().pem()
    }

    fn trusting(text: &str) -> Result<Trust, BadAuthorities> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("authorities.pem");
        std::fs::write(&path, text).unwrap();
        Trust::with(Some(&path))
    }

    #[test]
    fn a_file_may_hold_several_and_words_between_them() {
        let text = format!("# one\n{}\n# another\n{}", authority(), authority());
        let trust = trusting(&text).unwrap();
        assert_eq!(trust.own.len(), 2);
        trust.client().build().unwrap();
        assert!(Trust::with(None).unwrap().own.is_empty());
    }

    #[test]
    fn a_file_that_holds_none_is_told_with_its_name() {
        let pem = authority();
        let short = pem.replacen("MII", "MIIA", 1);
        let cut = &pem[..pem.len() / 2];
        for bad in ["", "hello", &short, cut] {
            let told = trusting(bad).unwrap_err().to_string();
            assert!(told.contains("authorities.pem"), "{told}");
            assert!(told.contains("should hold certificates"), "{told}");
        }
        let absent = Trust::with(Some(Path::new("/nowhere/ca.pem"))).unwrap_err();
        assert!(absent.to_string().contains("/nowhere/ca.pem"), "{absent}");
    }
}
