//! What a namespace of counters is configured with.

use std::time::Duration;

use data_timeseries::NamespaceConfig;
use serde::{Deserialize, Serialize};

use crate::CounterError;
use crate::limits::MAX_NAMESPACE_BYTES;

/// The kind of a namespace's counters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CounterConfig {
    /// A number in the cache: fast, in one region, not durable, and a repeated addition counts again.
    BestEffort {
        /// How long after its first addition a counter is forgotten.
        expiry: Duration,
    },
    /// Events and a checkpoint: durable, each addition counted once, and late by how long events take to
    /// settle.
    EventuallyConsistent {
        /// The time series that holds the events. Its retention is how far back a recount goes.
        events: NamespaceConfig,
    },
}

impl CounterConfig {
    /// Eventually consistent, with additions taken for a minute, checkpoints late by a minute and a half,
    /// and events kept for thirty days.
    pub fn eventually_consistent() -> Self {
        let events = NamespaceConfig {
            retention: Duration::from_hours(30 * 24),
            accept_late: Duration::from_mins(1),
            settle: Duration::from_secs(30),
            ..NamespaceConfig::default()
        };
        Self::EventuallyConsistent { events }
    }

    pub(crate) fn check(&self, name: &str) -> Result<(), CounterError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let named = (1..=MAX_NAMESPACE_BYTES).contains(&name.len()) && name.bytes().all(allowed);
        let reason = match self {
            _ if !named => "a name has 1 to 22 lower-case letters, digits and underscores",
            Self::BestEffort { expiry } if *expiry < Duration::from_secs(1) => {
                "a counter lives for a second at least"
            }
            _ => return Ok(()),
        };
        Err(CounterError::Configuration {
            name: name.to_owned(),
            reason: reason.to_owned(),
        })
    }
}

/// The time series of a namespace's events.
pub(crate) fn series_namespace(name: &str) -> String {
    format!("c_{name}")
}
