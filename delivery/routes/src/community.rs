//! BGP communities (RFC 1997): labels that networks put on announcements.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A label of 32 bits, written as two numbers with a colon.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Community(pub u32);

/// The text is not a community.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a community is two numbers up to 65535 with a colon between them")]
pub struct BadCommunity;

impl Community {
    /// The session is about to go down: whatever else carries the prefix is preferred (RFC 8326).
    pub const GRACEFUL_SHUTDOWN: Self = Self(0xFFFF_0000);

    /// From its halves: a network's number, and what that network means by it.
    pub const fn new(network: u16, value: u16) -> Self {
        Self((network as u32) << 16 | value as u32)
    }
}

impl fmt::Display for Community {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0 >> 16, self.0 & 0xFFFF)
    }
}

impl fmt::Debug for Community {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Community {
    type Err = BadCommunity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (network, value) = text.split_once(':').ok_or(BadCommunity)?;
        let half = |text: &str| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse().ok().filter(|_| digits);
            number.ok_or(BadCommunity)
        };
        Ok(Self::new(half(network)?, half(value)?))
    }
}

impl Serialize for Community {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Community {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_round_trip_and_others_are_refused() {
        assert_eq!("65535:0".parse(), Ok(Community::GRACEFUL_SHUTDOWN));
        assert_eq!(Community::new(64_512, 100).to_string(), "64512:100");
        for bad in [
            "", "1", ":", "1:", ":1", "65536:0", "1:65536", "+1:2", "1:2:3", "a:b",
        ] {
            assert_eq!(bad.parse::<Community>(), Err(BadCommunity), "{bad}");
        }
    }
}
