//! Both ends of sessions by which batches are sealed, without a socket between them.

use std::io::Read as _;
use std::sync::Arc;

use proptest::prelude::*;
use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::{
    CipherSuite, ClientConfig, ClientConnection, RootCertStore, ServerConfig, SupportedCipherSuite,
};

use super::*;

/// Both ends of a session, without a socket between them.
struct Ends {
    server: ServerConnection,
    client: ClientConnection,
    batch: Batch,
    /// All that was sent.
    sent: Vec<u8>,
    /// What the client has opened.
    come: Vec<u8>,
}

impl Ends {
    /// The client offers one suite alone; the server's keys are good for so many records, where that is said.
    fn new(suite: CipherSuite, limit: Option<u64>) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let (certificate, key) = (made.cert.der().clone(), made.signing_key.serialize_der());
        let mut ours = provider();
        if let Some(limit) = limit {
            ours.cipher_suites.retain(|own| own.suite() == suite);
            ours.cipher_suites = vec![limited(ours.cipher_suites[0], limit)];
        }
        let server = ServerConfig::builder_with_provider(Arc::new(ours))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], PrivateKeyDer::Pkcs8(key.into()))
            .unwrap();
        let mut theirs = rustls::crypto::ring::default_provider();
        theirs.cipher_suites.retain(|own| own.suite() == suite);
        let mut roots = RootCertStore::empty();
        roots.add(certificate).unwrap();
        let client = ClientConfig::builder_with_provider(Arc::new(theirs))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let mut server = ServerConnection::new(Arc::new(server)).unwrap();
        server.set_buffer_limit(None);
        let mut ends = Self {
            server,
            client: ClientConnection::new(Arc::new(client), name).unwrap(),
            batch: Batch::new(),
            sent: Vec::new(),
            come: Vec::new(),
        };
        while ends.client.is_handshaking() || ends.server.is_handshaking() {
            ends.back();
            ends.forth();
        }
        ends
    }

    /// From the client to the server.
    fn back(&mut self) {
        let mut wire = Vec::new();
        while self.client.wants_write() {
            self.client.write_tls(&mut wire).unwrap();
        }
        let mut rest = &wire[..];
        while !rest.is_empty() {
            self.server.read_tls(&mut rest).unwrap();
            self.server.process_new_packets().unwrap();
        }
    }

    /// What the server has sealed without a batch.
    fn forth(&mut self) {
        let mut wire = Vec::new();
        while self.server.wants_write() {
            self.server.write_tls(&mut wire).unwrap();
        }
        self.arrive(&wire);
    }

    fn arrive(&mut self, mut wire: &[u8]) {
        while !wire.is_empty() {
            self.client.read_tls(&mut wire).unwrap();
            let state = self.client.process_new_packets().unwrap();
            let begin = self.come.len();
            self.come.resize(begin + state.plaintext_bytes_to_read(), 0);
            self.client
                .reader()
                .read_exact(&mut self.come[begin..])
                .unwrap();
        }
    }

    /// Sends through rustls alone; it waits for what follows.
    fn say(&mut self, bytes: &[u8]) {
        self.server.writer().write_all(bytes).unwrap();
        self.sent.extend_from_slice(bytes);
    }

    /// Sends a batch, of which the socket takes so much of a hundred at first.
    fn send(&mut self, bytes: &[u8], percent: usize) {
        let mut left = bytes;
        for mut place in self.batch.places(bytes.len()) {
            let (now, later) = left.split_at(place.len());
            place.copy_from_slice(now);
            left = later;
        }
        assert!(left.is_empty());
        self.batch.fill(bytes.len());
        assert_eq!(self.batch.contents().collect::<Vec<_>>().concat(), bytes);
        let mut batch = std::mem::take(&mut self.batch);
        let outgoing = seal(&mut self.server, &mut batch).unwrap();
        let wire = joined(&outgoing.slices());
        let gone = wire.len() * percent / 100;
        assert_eq!(outgoing.left(gone), &wire[gone..]);
        self.batch = batch;
        self.arrive(&wire);
        self.sent.extend_from_slice(bytes);
    }

    /// Whether everything came, and as it was sent.
    fn check(&mut self) {
        self.forth();
        assert!(self.come == self.sent, "other bytes came than were sent");
    }
}

fn joined(slices: &[IoSlice<'_>]) -> Vec<u8> {
    slices
        .iter()
        .flat_map(|slice| slice.iter().copied())
        .collect()
}

/// The suite with keys that are good for so many records.
fn limited(suite: SupportedCipherSuite, limit: u64) -> SupportedCipherSuite {
    let SupportedCipherSuite::Tls13(of) = suite else {
        panic!("a suite of TLS 1.2");
    };
    let common = rustls::crypto::CipherSuiteCommon {
        confidentiality_limit: limit,
        ..of.common
    };
    SupportedCipherSuite::Tls13(Box::leak(Box::new(rustls::Tls13CipherSuite {
        common,
        hkdf_provider: of.hkdf_provider,
        aead_alg: of.aead_alg,
        quic: of.quic,
    })))
}

fn bytes(count: usize, seed: usize) -> Vec<u8> {
    (0..count)
        .map(|at| (at * 31 + at / 251 + seed) as u8)
        .collect()
}

const SUITES: [CipherSuite; 3] = [
    CipherSuite::TLS13_AES_128_GCM_SHA256,
    CipherSuite::TLS13_AES_256_GCM_SHA384,
    CipherSuite::TLS13_CHACHA20_POLY1305_SHA256,
];

/// One thing a session does.
#[derive(Debug, Clone)]
enum Act {
    Say(usize),
    Send(usize, usize),
    /// The client changes its keys and asks for the same.
    NewKeys,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (1_usize..40_000).prop_map(Act::Say),
        5 => (1_usize..=SEAL_STEP, 0_usize..=100).prop_map(|(bytes, percent)| Act::Send(bytes, percent)),
        1 => Just(Act::NewKeys),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_client_opens_what_was_sent_in_its_order(
        suite in proptest::sample::select(SUITES.to_vec()),
        limit in proptest::option::of(6_u64..60),
        acts in proptest::collection::vec(act(), 1..10),
    ) {
        let mut ends = Ends::new(suite, limit);
        for (seed, act) in acts.into_iter().enumerate() {
            match act {
                Act::Say(count) => ends.say(&bytes(count, seed)),
                Act::Send(count, percent) => ends.send(&bytes(count, seed), percent),
                Act::NewKeys => {
                    ends.client.refresh_traffic_keys().unwrap();
                    ends.back();
                }
            }
        }
        ends.check();
    }
}

#[test]
fn a_batch_is_one_piece_behind_the_head() {
    let mut ends = Ends::new(SUITES[0], None);
    ends.forth();
    ends.server.writer().write_all(b"head").unwrap();
    let mut batch = Batch::new();
    batch.fill(3 * CONTENT + 1);
    let outgoing = seal(&mut ends.server, &mut batch).unwrap();
    let head = HEADER + 4 + TRAILER;
    let records = 3 * RECORD + HEADER + 1 + TRAILER;
    let pieces = [Piece::Other(0..head), Piece::Batch(0..records)];
    assert_eq!(outgoing.pieces, pieces);
}

#[test]
fn keys_are_changed_between_the_records_of_a_batch() {
    let mut ends = Ends::new(SUITES[0], Some(5));
    let all = bytes(SEAL_STEP, 7);
    ends.send(&all, 50);
    ends.check();
    let mut batch = Batch::new();
    batch.fill(SEAL_STEP);
    let outgoing = seal(&mut ends.server, &mut batch).unwrap();
    let updates = outgoing
        .pieces
        .iter()
        .filter(|piece| matches!(piece, Piece::Other(_)));
    assert!(updates.count() >= 2, "{:?}", outgoing.pieces);
}
