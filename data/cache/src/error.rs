//! Why a cache refused or failed.

use std::error::Error;
use std::time::Duration;

/// What went wrong. A read that failed is a miss to whoever can load the value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// The value is too long for a cache. A retry does not help.
    #[error("a value of {bytes} bytes is too long for the cache, which takes {limit}")]
    ValueTooLarge {
        /// Its size.
        bytes: usize,
        /// The longest.
        limit: usize,
    },
    /// The name of a namespace is not allowed. A retry does not help.
    #[error("{0:?} cannot name a cache namespace: use 1 to 64 of a-z, 0-9, '-', '_' and '.'")]
    BadNamespace(String),
    /// The key holds something that is not a counter. A retry does not help until it is removed.
    #[error("what the cache holds is not a counter; remove it, or use another key")]
    NotACounter,
    /// The address of a cache cannot be used. A retry does not help.
    #[error("{address} does not name a cache: {why}")]
    BadAddress {
        /// The address, without anything secret in it.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// The server did not answer in time; a retry may help, doing without helps more.
    #[error("the cache at {zone} did not answer within {after:?}")]
    Timeout {
        /// The server.
        zone: String,
        /// How long it was given.
        after: Duration,
    },
    /// Too many calls are waiting for the server already; a retry may help later.
    #[error("the cache at {zone} has too many calls under way")]
    Busy {
        /// The server.
        zone: String,
    },
    /// The server could not be reached, or failed; a retry may help.
    #[error("the cache at {zone} failed")]
    Failed {
        /// The server.
        zone: String,
        /// What was met.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// Every zone is being left alone after failures; a retry may help after a moment.
    #[error("no zone of the cache answers")]
    NoZone,
}

impl CacheError {
    /// Whether the same call may succeed later without a change by the caller.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Timeout { .. } | Self::Busy { .. } | Self::Failed { .. } | Self::NoZone
        )
    }

    /// Whether the server is to blame, so that it is left alone after some of these.
    pub(crate) fn is_the_servers(&self) -> bool {
        matches!(self, Self::Timeout { .. } | Self::Failed { .. })
    }

    pub(crate) fn failed(zone: &str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed {
            zone: zone.to_owned(),
            source: source.into(),
        }
    }
}
