//! A key as every engine takes it.

use std::fmt;

use crate::CacheError;
use crate::limits::{MAX_KEY_BYTES, MAX_NAMESPACE_BYTES};

/// A namespace's name, `:`, and the caller's key, or `#` and the key's hash where it would be too long.
/// Lies on the stack: making one allocates nothing.
#[derive(Clone, Copy)]
pub struct CacheKey {
    len: u8,
    bytes: [u8; MAX_KEY_BYTES],
}

impl CacheKey {
    /// The key in a namespace. Any bytes are a key, of any length.
    ///
    /// # Errors
    /// [`CacheError::BadNamespace`].
    pub fn new(namespace: &str, key: &[u8]) -> Result<Self, CacheError> {
        check_namespace(namespace)?;
        Ok(Self::within(namespace, key))
    }

    /// As [`Self::new`], for a namespace that was checked.
    pub(crate) fn within(namespace: &str, key: &[u8]) -> Self {
        let mut made = Self {
            len: 0,
            bytes: [0; MAX_KEY_BYTES],
        };
        made.push(namespace.as_bytes());
        made.push(b":");
        // A key that looks like a hash is hashed too, so that it is not taken for another's.
        if key.len() > MAX_KEY_BYTES - usize::from(made.len) || key.first() == Some(&b'#') {
            made.push(b"#");
            made.push(blake3::hash(key).to_hex().as_bytes());
        } else {
            made.push(key);
        }
        made
    }

    /// The key's bytes, at most [`MAX_KEY_BYTES`].
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    fn push(&mut self, more: &[u8]) {
        let start = usize::from(self.len);
        self.bytes[start..start + more.len()].copy_from_slice(more);
        self.len += more.len() as u8;
    }
}

/// Whether a name may name a namespace.
pub(crate) fn check_namespace(name: &str) -> Result<(), CacheError> {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
    if (1..=MAX_NAMESPACE_BYTES).contains(&name.len()) && name.bytes().all(plain) {
        Ok(())
    } else {
        Err(CacheError::BadNamespace(name.to_owned()))
    }
}

impl PartialEq for CacheKey {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for CacheKey {}

impl std::hash::Hash for CacheKey {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_bytes().escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn keys_of_any_length_fit_and_differ() {
        let longest = "n".repeat(MAX_NAMESPACE_BYTES);
        let hashed = format!("#{}", blake3::hash(&[7; 300]).to_hex());
        let mut seen = HashSet::new();
        for namespace in ["a", "b", longest.as_str()] {
            for key in [
                &b""[..],
                b"x",
                b"a:x",
                &[0; 185],
                &[7; 186],
                &[7; 300],
                hashed.as_bytes(),
            ] {
                let made = CacheKey::new(namespace, key).unwrap();
                assert!(made.as_bytes().len() <= MAX_KEY_BYTES);
                assert!(seen.insert(made), "{made:?}");
            }
        }
        for name in ["", "A", "a:b", "a b", &"n".repeat(65)] {
            assert!(matches!(
                CacheKey::new(name, b"x"),
                Err(CacheError::BadNamespace(_))
            ));
        }
    }
}
