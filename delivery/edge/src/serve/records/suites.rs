//! The cipher suites of TLS 1.3 with ring, which seal records of a batch where they lie and all others as ring's do.

use std::sync::LazyLock;

use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, Algorithm, CHACHA20_POLY1305};
use ring::aead::{LessSafeKey, Nonce as RingNonce, UnboundKey};
use rustls::crypto::cipher::{
    AeadKey, Iv, MessageDecrypter, MessageEncrypter, Nonce, OutboundOpaqueMessage,
    OutboundPlainMessage, PrefixedPayload, Tls13AeadAlgorithm, UnsupportedOperationError,
    make_tls13_aad,
};
use rustls::crypto::ring::default_provider;
use rustls::crypto::{CipherSuiteCommon, CryptoProvider};
use rustls::{
    CipherSuite, ConnectionTrafficSecrets, ContentType, Error, ProtocolVersion,
    SupportedCipherSuite, Tls13CipherSuite,
};

use super::{TRAILER, seal_next};

/// Made once: rustls wants suites that stay.
static SUITES: LazyLock<Vec<SupportedCipherSuite>> = LazyLock::new(|| {
    let suites = default_provider().cipher_suites.into_iter();
    suites.map(in_place).collect()
});

/// ring's provider with the suites of this module.
pub(crate) fn provider() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: SUITES.clone(),
        ..default_provider()
    }
}

/// A suite of TLS 1.3 that seals in place; any other as it is.
fn in_place(suite: SupportedCipherSuite) -> SupportedCipherSuite {
    let SupportedCipherSuite::Tls13(of) = suite else {
        return suite;
    };
    let cipher = match of.common.suite {
        CipherSuite::TLS13_AES_128_GCM_SHA256 => &AES_128_GCM,
        CipherSuite::TLS13_AES_256_GCM_SHA384 => &AES_256_GCM,
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256 => &CHACHA20_POLY1305,
        _ => return suite,
    };
    let common = CipherSuiteCommon { ..of.common };
    SupportedCipherSuite::Tls13(Box::leak(Box::new(with(of, common, cipher))))
}

fn with(
    of: &'static Tls13CipherSuite,
    common: CipherSuiteCommon,
    cipher: &'static Algorithm,
) -> Tls13CipherSuite {
    let aead = InPlace {
        of: of.aead_alg,
        cipher,
    };
    Tls13CipherSuite {
        common,
        hkdf_provider: of.hkdf_provider,
        aead_alg: Box::leak(Box::new(aead)),
        quic: of.quic,
    }
}

/// One of ring's ciphers; whatever does not seal is as it was.
struct InPlace {
    of: &'static dyn Tls13AeadAlgorithm,
    cipher: &'static Algorithm,
}

impl Tls13AeadAlgorithm for InPlace {
    fn encrypter(&self, key: AeadKey, iv: Iv) -> Box<dyn MessageEncrypter> {
        let key = UnboundKey::new(self.cipher, key.as_ref());
        let key = key.expect("rustls makes keys of the length that was asked for");
        Box::new(Sealer {
            key: LessSafeKey::new(key),
            iv,
        })
    }

    fn decrypter(&self, key: AeadKey, iv: Iv) -> Box<dyn MessageDecrypter> {
        self.of.decrypter(key, iv)
    }

    fn key_len(&self) -> usize {
        self.of.key_len()
    }

    fn extract_keys(
        &self,
        key: AeadKey,
        iv: Iv,
    ) -> Result<ConnectionTrafficSecrets, UnsupportedOperationError> {
        self.of.extract_keys(key, iv)
    }
}

/// One direction of a connection, under one key.
struct Sealer {
    key: LessSafeKey,
    iv: Iv,
}

impl MessageEncrypter for Sealer {
    /// Of a record of a batch an empty one is given back; see [`super::PLACEHOLDER`].
    fn encrypt(
        &mut self,
        message: OutboundPlainMessage<'_>,
        number: u64,
    ) -> Result<OutboundOpaqueMessage, Error> {
        let nonce = || RingNonce::assume_unique_for_key(Nonce::new(&self.iv, number).0);
        let bytes = message.payload.len();
        if message.typ == ContentType::ApplicationData
            && let Some(is_sealed) = seal_next(bytes, &self.key, nonce)
        {
            let empty = PrefixedPayload::with_capacity(0);
            return is_sealed.then(|| record(empty)).ok_or(Error::EncryptError);
        }
        let sealed_bytes = self.encrypted_payload_len(bytes);
        let mut payload = PrefixedPayload::with_capacity(sealed_bytes);
        payload.extend_from_chunks(&message.payload);
        payload.extend_from_slice(&[message.typ.into()]);
        let header = Aad::from(make_tls13_aad(sealed_bytes));
        let sealed = self
            .key
            .seal_in_place_append_tag(nonce(), header, &mut payload);
        sealed.map_err(|_| Error::EncryptError)?;
        Ok(record(payload))
    }

    fn encrypted_payload_len(&self, payload_len: usize) -> usize {
        payload_len + TRAILER
    }
}

/// Every sealed record says on its outside that it is of TLS 1.2 and holds data (RFC 8446, 5.2).
fn record(payload: PrefixedPayload) -> OutboundOpaqueMessage {
    OutboundOpaqueMessage::new(
        ContentType::ApplicationData,
        ProtocolVersion::TLSv1_2,
        payload,
    )
}
