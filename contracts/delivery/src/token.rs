//! Playback tokens: what a URL's `/p/<token>/` prefix says and how it is signed.
//!
//! Layout before base64url (no padding): version (1 byte, 1), key id (4, big-endian), session (16), expiry
//! in seconds since the epoch (8, big-endian), release (32), HMAC-SHA256 over all of these (32).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_objects::ContentHash;
use hmac::{Hmac, Mac};
use platform_clock::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::{ReleaseId, SessionId};

const VERSION: u8 = 1;
const SIGNED: usize = 1 + 4 + 16 + 8 + 32;
const TAG: usize = 32;

/// What a token allows: one session to fetch one release's files until a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims {
    /// The play.
    pub session: SessionId,
    /// The token is refused from this second on.
    pub expires: Timestamp,
    /// The files it opens.
    pub release: ReleaseId,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not base64url, or not of a token's length and version.
    #[error("the playback token is malformed")]
    Malformed,
    /// Signed with a key this appliance does not hold; it may after asking for the current keys.
    #[error("the playback token's key {0} is unknown here")]
    UnknownKey(u32),
    /// The signature does not match.
    #[error("the playback token's signature is wrong")]
    BadSignature,
    /// Its time is over; the client renews the session and goes on.
    #[error("the playback token has expired")]
    Expired,
}

/// A key that signs tokens. Prints only its id.
#[derive(Clone, Serialize, Deserialize)]
pub struct SigningKey {
    /// Named in every token it signs.
    pub id: u32,
    secret: [u8; 32],
}

impl SigningKey {
    /// A key from its id and secret bytes.
    pub const fn new(id: u32, secret: [u8; 32]) -> Self {
        Self { id, secret }
    }

    /// The token's text for `claims`.
    pub fn sign(&self, claims: &Claims) -> String {
        let mut bytes = Vec::with_capacity(SIGNED + TAG);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.id.to_be_bytes());
        bytes.extend_from_slice(claims.session.as_bytes());
        bytes.extend_from_slice(&claims.expires.seconds().to_be_bytes());
        bytes.extend_from_slice(claims.release.0.as_bytes());
        let tag = self.mac(&bytes).finalize().into_bytes();
        bytes.extend_from_slice(&tag);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn mac(&self, signed: &[u8]) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.secret)
            .expect("HMAC takes keys of any length");
        mac.update(signed);
        mac
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, secret withheld)", self.id)
    }
}

/// The keys an appliance accepts: the current one and those not yet retired.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct KeySet {
    /// Newest first; the first signs.
    pub keys: Vec<SigningKey>,
}

impl KeySet {
    /// Checks a token and gives its claims.
    ///
    /// # Errors
    /// See [`TokenError`]; the signature is compared in constant time and before the expiry.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        let bytes = URL_SAFE_NO_PAD
            .decode(token)
            .map_err(|_| TokenError::Malformed)?;
        let bytes: &[u8; SIGNED + TAG] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| TokenError::Malformed)?;
        let (signed, tag) = bytes.split_at(SIGNED);
        if signed[0] != VERSION {
            return Err(TokenError::Malformed);
        }
        let key_id = u32::from_be_bytes(array(&signed[1..5]));
        let key = self
            .keys
            .iter()
            .find(|key| key.id == key_id)
            .ok_or(TokenError::UnknownKey(key_id))?;
        key.mac(signed)
            .verify_slice(tag)
            .map_err(|_| TokenError::BadSignature)?;
        let expires = u64::from_be_bytes(array(&signed[21..29]));
        let claims = Claims {
            session: SessionId::from_bytes(array(&signed[5..21])),
            expires: Timestamp::from_millis(expires.saturating_mul(1000)),
            release: ReleaseId(ContentHash::from_bytes(array(&signed[29..61]))),
        };
        if claims.expires <= now {
            Err(TokenError::Expired)
        } else {
            Ok(claims)
        }
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(bytes);
    array
}

/// Signs tokens with the key that is current.
pub trait TokenSigner: Send + Sync {
    /// The token's text for `claims`.
    fn sign(&self, claims: &Claims) -> String;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        Claims {
            session: SessionId::from_bytes([7; 16]),
            expires: Timestamp::from_millis(60_000),
            release: ReleaseId(ContentHash::of(b"release")),
        }
    }

    #[test]
    fn a_signed_token_verifies_until_it_expires() {
        let key = SigningKey::new(4, [1; 32]);
        let token = key.sign(&claims());
        let keys = KeySet { keys: vec![key] };
        assert_eq!(
            keys.verify(&token, Timestamp::from_millis(59_999)),
            Ok(claims())
        );
        assert_eq!(
            keys.verify(&token, Timestamp::from_millis(60_000)),
            Err(TokenError::Expired)
        );
    }

    #[test]
    fn every_flipped_bit_is_refused() {
        let key = SigningKey::new(4, [1; 32]);
        let bytes = URL_SAFE_NO_PAD.decode(key.sign(&claims())).unwrap();
        let keys = KeySet { keys: vec![key] };
        for bit in 0..bytes.len() * 8 {
            let mut forged = bytes.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            let token = URL_SAFE_NO_PAD.encode(forged);
            assert!(
                keys.verify(&token, Timestamp::from_millis(0)).is_err(),
                "bit {bit}"
            );
        }
    }

    #[test]
    fn a_foreign_key_is_named_and_secrets_do_not_print() {
        let token = SigningKey::new(9, [2; 32]).sign(&claims());
        let keys = KeySet {
            keys: vec![SigningKey::new(4, [1; 32])],
        };
        assert_eq!(
            keys.verify(&token, Timestamp::default()),
            Err(TokenError::UnknownKey(9))
        );
        assert_eq!(
            format!("{:?}", keys.keys[0]),
            "SigningKey(4, secret withheld)"
        );
    }
}
