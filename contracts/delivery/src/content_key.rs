//! Content keys: what a release's samples are encrypted with.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The name of a content key (`KID`), which everyone may see. Written as 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 16]);

/// The text is not 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key id is 32 hexadecimal digits")]
pub struct BadKeyId;

impl KeyId {
    /// As manifests write it: a UUID.
    pub fn uuid(self) -> String {
        let text = self.to_string();
        let groups = [0..8, 8..12, 12..16, 16..20, 20..32];
        groups.map(|group| &text[group]).join("-")
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for KeyId {
    type Err = BadKeyId;

    fn from_str(text: &str) -> Result<Self, BadKeyId> {
        let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u128::from_str_radix(text, 16).map_err(|_| BadKeyId);
        if digits {
            number.map(|number| Self(number.to_be_bytes()))
        } else {
            Err(BadKeyId)
        }
    }
}

impl Serialize for KeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A content key. Does not print and does not serialise.
#[derive(Clone, Copy)]
pub struct ContentKey([u8; 16]);

impl ContentKey {
    /// From its bytes.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// To encrypt with, or to hand to a player that may have it.
    pub const fn reveal(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContentKey(withheld)")
    }
}

/// Knows every content key there is and will be.
pub trait ContentKeys: Send + Sync {
    /// The key of that name: always the same.
    fn key(&self, id: KeyId) -> ContentKey;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_written_as_they_are_read_and_keys_do_not_print() {
        let id = KeyId(std::array::from_fn(|at| at as u8 * 17));
        let text = id.to_string();
        assert_eq!(text, "00112233445566778899aabbccddeeff");
        assert_eq!(text.parse(), Ok(id));
        assert_eq!(id.uuid(), "00112233-4455-6677-8899-aabbccddeeff");
        for wrong in ["", "00", &text[1..], &format!("+{}", &text[1..])] {
            assert_eq!(wrong.parse::<KeyId>(), Err(BadKeyId), "{wrong}");
        }
        let key = ContentKey::new([0xab; 16]);
        assert!(!format!("{key:?}").contains("ab,"));
    }
}
