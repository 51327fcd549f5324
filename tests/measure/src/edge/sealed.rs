//! The least a player by TLS must do, so that the server is what is measured: it opens the records that hold heads
//! and counts the others. In the round that does not count every record is opened, and so checked.

use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
use rustls::crypto::{CryptoProvider, ring as provider};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, ConnectionTrafficSecrets, RootCertStore};

/// What both servers are asked with.
pub(super) const CIPHER: &str = "TLS_AES_128_GCM_SHA256";
/// Of a record: kind, version, length.
const HEADER: usize = 5;
/// What a sealed record holds beside its content: the kind, and the tag.
const EXTRA: usize = 17;
const HANDSHAKE: u8 = 22;
const CONTENT: u8 = 23;

/// The certificate and key in a folder, made there.
pub(crate) fn make_certificate(folder: &Path) -> anyhow::Result<()> {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
    std::fs::write(folder.join("edge.crt"), made.cert.pem())?;
    std::fs::write(folder.join("edge.key"), made.signing_key.serialize_pem())?;
    Ok(())
}

/// What a player trusts and offers: that certificate, TLS 1.3 and [`CIPHER`] alone.
pub(super) fn trusting(certificate: &Path) -> anyhow::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate)?)?;
    let offered = CryptoProvider {
        cipher_suites: vec![TLS13_AES_128_GCM_SHA256],
        ..provider::default_provider()
    };
    let mut config = ClientConfig::builder_with_provider(Arc::new(offered))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.enable_secret_extraction = true;
    Ok(Arc::new(config))
}

/// One direction of a connection.
struct Direction {
    key: LessSafeKey,
    iv: [u8; 12],
    records: u64,
}

impl Direction {
    fn new((records, secrets): (u64, ConnectionTrafficSecrets)) -> anyhow::Result<Self> {
        let ConnectionTrafficSecrets::Aes128Gcm { key, iv } = secrets else {
            anyhow::bail!("another cipher than {CIPHER} was chosen");
        };
        let key = UnboundKey::new(&AES_128_GCM, key.as_ref())
            .ok()
            .context("a key of another length")?;
        Ok(Self {
            key: LessSafeKey::new(key),
            iv: iv.as_ref().try_into()?,
            records,
        })
    }

    /// The next record's (RFC 8446, 5.3).
    fn nonce(&mut self) -> Nonce {
        let mut nonce = self.iv;
        for (byte, count) in nonce[4..].iter_mut().zip(self.records.to_be_bytes()) {
            *byte ^= count;
        }
        self.records += 1;
        Nonce::assume_unique_for_key(nonce)
    }
}

/// A connection's records.
pub(super) struct Records {
    out: Direction,
    back: Direction,
    /// The present record's header, and what is to be opened.
    held: Vec<u8>,
    /// Bytes of the present record that were passed over.
    passed: usize,
    opens: bool,
    opens_all: bool,
}

/// A record that has come.
pub(super) enum Record {
    /// Its content.
    Opened(Vec<u8>),
    /// So many bytes of content.
    Counted(u64),
    /// None of the answer's.
    Other,
}

impl Records {
    /// Shakes hands.
    pub(super) fn begin(
        stream: &mut TcpStream,
        config: &Arc<ClientConfig>,
        opens_all: bool,
    ) -> anyhow::Result<Self> {
        let mut tls =
            ClientConnection::new(Arc::clone(config), ServerName::try_from("localhost")?)?;
        tls.complete_io(stream).context("the handshake failed")?;
        let secrets = tls.dangerous_extract_secrets()?;
        Ok(Self {
            out: Direction::new(secrets.tx)?,
            back: Direction::new(secrets.rx)?,
            held: Vec::new(),
            passed: 0,
            opens: false,
            opens_all,
        })
    }

    /// A request as one record.
    pub(super) fn seal(&mut self, request: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut record = header(request.len() + EXTRA).to_vec();
        let mut content = [request, &[CONTENT]].concat();
        let (nonce, aad) = (self.out.nonce(), Aad::from(header(request.len() + EXTRA)));
        let sealed = self
            .out
            .key
            .seal_in_place_append_tag(nonce, aad, &mut content);
        sealed.ok().context("a request cannot be sealed")?;
        record.append(&mut content);
        Ok(record)
    }

    /// Takes the next record off `bytes`; `None` when it is not whole yet. `opens` counts where it begins.
    pub(super) fn next(
        &mut self,
        bytes: &mut &[u8],
        opens: bool,
    ) -> anyhow::Result<Option<Record>> {
        if self.held.len() < HEADER {
            self.hold(bytes, HEADER);
            if self.held.len() < HEADER {
                return Ok(None);
            }
            self.opens = opens || self.opens_all;
            ensure!(self.held[0] == CONTENT, "a record of kind {}", self.held[0]);
        }
        let length = usize::from(u16::from_be_bytes([self.held[3], self.held[4]]));
        ensure!(length >= EXTRA, "a record of {length} bytes");
        if self.opens {
            self.hold(bytes, HEADER + length);
            if self.held.len() < HEADER + length {
                return Ok(None);
            }
            return self.open().map(Some);
        }
        let passed = bytes.len().min(length - self.passed);
        *bytes = &bytes[passed..];
        self.passed += passed;
        if self.passed < length {
            return Ok(None);
        }
        self.back.records += 1;
        self.passed = 0;
        self.held.clear();
        Ok(Some(Record::Counted((length - EXTRA) as u64)))
    }

    fn hold(&mut self, bytes: &mut &[u8], until: usize) {
        let (taken, rest) = bytes.split_at(bytes.len().min(until - self.held.len()));
        self.held.extend_from_slice(taken);
        *bytes = rest;
    }

    fn open(&mut self) -> anyhow::Result<Record> {
        let mut record = std::mem::take(&mut self.held);
        let aad = Aad::from(header(record.len() - HEADER));
        let nonce = self.back.nonce();
        let opened = (self.back.key).open_in_place(nonce, aad, &mut record[HEADER..]);
        let opened = opened
            .ok()
            .context("a record that was damaged on the way")?;
        match opened.split_last() {
            Some((&CONTENT, content)) => Ok(Record::Opened(content.to_vec())),
            Some((&HANDSHAKE, _)) => Ok(Record::Other),
            other => anyhow::bail!(
                "a record of another kind: {:?}",
                other.map(|(kind, _)| kind)
            ),
        }
    }
}

fn header(length: usize) -> [u8; HEADER] {
    let [high, low] = (length as u16).to_be_bytes();
    [CONTENT, 3, 3, high, low]
}
