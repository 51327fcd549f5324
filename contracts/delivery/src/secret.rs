//! The secret that a cluster's own processes show one another.

use std::fmt;

use serde::{Deserialize, Deserializer};
use subtle::ConstantTimeEq as _;

/// The least a cluster secret may have, in bytes: shorter ones are guessed, not kept.
pub const CLUSTER_SECRET_MIN_BYTES: usize = 16;

/// Shared by the control plane, the origin and the appliances of one cluster; sent as a bearer token
/// (RFC 6750). Does not print and does not serialise.
#[derive(Clone)]
pub struct ClusterSecret(String);

/// The text cannot be a cluster secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a cluster secret has at least 16 characters, all of them visible ASCII")]
pub struct BadClusterSecret;

impl ClusterSecret {
    /// From its text.
    ///
    /// # Errors
    /// [`BadClusterSecret`] when it is short or could not stand in a header.
    pub fn new(text: impl Into<String>) -> Result<Self, BadClusterSecret> {
        let text = text.into();
        let fits = text.len() >= CLUSTER_SECRET_MIN_BYTES;
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text))
        } else {
            Err(BadClusterSecret)
        }
    }

    /// What to send as a bearer token.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether an `Authorization` header's value carries this secret. Takes the same time for every
    /// wrong secret of the right length.
    pub fn admits(&self, authorization: Option<&[u8]>) -> bool {
        let Some(shown) = authorization.and_then(|value| value.strip_prefix(b"Bearer ")) else {
            return false;
        };
        shown.ct_eq(self.0.as_bytes()).into()
    }
}

impl fmt::Debug for ClusterSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClusterSecret(withheld)")
    }
}

impl<'de> Deserialize<'de> for ClusterSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_secret_is_admitted_and_it_does_not_print() {
        let secret = ClusterSecret::new("correct-horse-battery").unwrap();
        assert!(secret.admits(Some(b"Bearer correct-horse-battery")));
        for wrong in [
            "Bearer ",
            "Bearer correct-horse-batter",
            "correct-horse-battery",
            "",
        ] {
            assert!(!secret.admits(Some(wrong.as_bytes())), "{wrong}");
        }
        assert!(!secret.admits(None));
        assert!(!format!("{secret:?}").contains("horse"));
    }

    #[test]
    fn short_or_unsendable_secrets_are_refused() {
        assert_eq!(ClusterSecret::new("short").err(), Some(BadClusterSecret));
        assert_eq!(
            ClusterSecret::new("a secret with some spaces").err(),
            Some(BadClusterSecret)
        );
    }
}
