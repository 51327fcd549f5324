//! What lies under a key.

use std::time::Duration;

use bytes::Bytes;
use platform_clock::{Clock, Timestamp};

use crate::CacheError;
use crate::limits::{MAX_TTL, MAX_VALUE_BYTES};

/// A value, or the knowledge that there is none, until a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The value; `None` says that the store was asked and has none.
    pub value: Option<Bytes>,
    /// From when on the entry counts as gone.
    pub expires_at: Timestamp,
}

impl Entry {
    /// An entry that expires after `ttl`, at most [`MAX_TTL`].
    ///
    /// # Errors
    /// [`CacheError::ValueTooLarge`].
    pub fn new(value: Option<Bytes>, ttl: Duration, clock: &dyn Clock) -> Result<Self, CacheError> {
        let bytes = value.as_ref().map_or(0, Bytes::len);
        if bytes > MAX_VALUE_BYTES {
            return Err(CacheError::ValueTooLarge {
                bytes,
                limit: MAX_VALUE_BYTES,
            });
        }
        Ok(Self {
            value,
            expires_at: clock.now().plus(ttl.min(MAX_TTL)),
        })
    }

    /// Whether it still counts at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}
