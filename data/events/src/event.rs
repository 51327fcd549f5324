//! Events, their places, and what may be written.

use std::fmt;

use bytes::Bytes;
use platform_clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::EventError;
use crate::limits::{MAX_KEY_BYTES, MAX_NAME_BYTES, MAX_PAYLOAD_BYTES};

/// An event's place in its topic: 0 for the first, then one more each.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Offset(pub u64);

impl Offset {
    /// The place after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An event of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its place.
    pub offset: Offset,
    /// When it was appended, by the wall clock.
    pub at: Timestamp,
    /// What it is about.
    pub key: Bytes,
    /// What happened.
    pub payload: Bytes,
}

/// Refuses a topic or group name that could not be a file's.
pub(crate) fn check_name(name: &str) -> Result<(), EventError> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let fit = name.len() <= MAX_NAME_BYTES
        && name.bytes().next().is_some_and(plain)
        && name
            .bytes()
            .all(|byte| plain(byte) || matches!(byte, b'-' | b'.'));
    if fit {
        Ok(())
    } else {
        Err(EventError::BadName(name.to_owned()))
    }
}

/// Refuses an event over the limits.
pub(crate) fn check_size(key: &[u8], payload: &[u8]) -> Result<(), EventError> {
    let parts = [
        ("key", key.len(), MAX_KEY_BYTES),
        ("payload", payload.len(), MAX_PAYLOAD_BYTES),
    ];
    for (what, bytes, limit) in parts {
        if bytes > limit {
            return Err(EventError::TooLarge { what, bytes, limit });
        }
    }
    Ok(())
}
