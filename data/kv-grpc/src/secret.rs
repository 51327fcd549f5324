//! The secret that both sides of a connection hold.

use std::fmt;

use subtle::ConstantTimeEq as _;

use crate::limits::MIN_SECRET_BYTES;

/// Sent as a bearer token (RFC 6750) with every call. Does not print.
#[derive(Clone)]
pub struct SharedSecret(String);

/// The text cannot be a shared secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a shared secret has at least {MIN_SECRET_BYTES} characters, all of them visible ASCII")]
pub struct BadSharedSecret;

impl SharedSecret {
    /// From its text.
    ///
    /// # Errors
    /// [`BadSharedSecret`] when it is short or could not stand in a header.
    pub fn new(text: impl Into<String>) -> Result<Self, BadSharedSecret> {
        let text = text.into();
        let fits = text.len() >= MIN_SECRET_BYTES;
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text))
        } else {
            Err(BadSharedSecret)
        }
    }

    /// The value of an `authorization` header that shows it.
    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// Whether an `authorization` header's value shows it. Takes the same time for every wrong secret of
    /// the right length.
    pub(crate) fn admits(&self, authorization: Option<&[u8]>) -> bool {
        let Some(shown) = authorization.and_then(|value| value.strip_prefix(b"Bearer ")) else {
            return false;
        };
        shown.ct_eq(self.0.as_bytes()).into()
    }
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedSecret(withheld)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_secret_is_admitted_and_it_does_not_print() {
        let secret = SharedSecret::new("correct-horse-battery").unwrap();
        assert!(secret.admits(Some(secret.bearer().as_bytes())));
        for wrong in [
            "Bearer ",
            "Bearer correct-horse-batter",
            "correct-horse-battery",
        ] {
            assert!(!secret.admits(Some(wrong.as_bytes())), "{wrong}");
        }
        assert!(!secret.admits(None));
        assert!(!format!("{secret:?}").contains("horse"));
        assert_eq!(SharedSecret::new("short").err(), Some(BadSharedSecret));
        assert!(SharedSecret::new("has blanks in its middle").is_err());
    }
}
