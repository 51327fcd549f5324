//! Namespaces: the records that say where and how data is kept.

use std::time::Duration;

use data_engine::Durability;
use serde::{Deserialize, Serialize};

use crate::KvError;
use crate::limits::{
    DEFAULT_CHUNK_OVER_BYTES, DEFAULT_COMPRESS_OVER_BYTES, MAX_CHUNK_OVER_BYTES, MAX_EXPIRY,
    MAX_HEDGE_PERCENT, MAX_NAMESPACE_BYTES, MIN_CHUNK_OVER_BYTES,
};

/// The layout of the record that this version writes.
pub(crate) const VERSION: u32 = 1;

/// A namespace's configuration record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamespaceConfig {
    /// Its name: 1 to 48 of `a-z`, `0-9`, `-`, `_`.
    pub name: String,
    /// The name of the engine that holds it; never changes.
    pub engine: String,
    /// What an acknowledged write survives.
    #[serde(with = "DurabilityRecord")]
    pub durability: Durability,
    /// Values over so many bytes are compressed by clients; `None`: none are.
    pub compress_over_bytes: Option<usize>,
    /// Whether single items are cached.
    pub cache: Option<CacheConfig>,
    /// Items go after this long, and up to a tenth more, unless their write says otherwise.
    pub default_expiry: Option<Duration>,
    /// Values over so many bytes are chunked.
    pub chunk_over_bytes: usize,
    /// Whether late reads are repeated.
    pub hedging: Option<Hedging>,
}

/// How single items are cached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheConfig {
    /// How long an item is kept, and so how much older than another process's write a read may be.
    pub expiry: Duration,
}

/// How late reads are repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hedging {
    /// Time to the second attempt; `None`: the 99th percentile of what reads took of late.
    pub delay: Option<Duration>,
    /// Most second attempts, in percent of first ones.
    pub budget_percent: u8,
}

/// What a client is to know of a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signals {
    /// Values over so many bytes are to be compressed; `None`: none are.
    pub compress_over_bytes: Option<usize>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Durability", rename_all = "snake_case")]
enum DurabilityRecord {
    Process,
    Power,
}

impl NamespaceConfig {
    /// A namespace on this engine: writes survive the process, nothing expires or is cached, large values
    /// are compressed and larger ones chunked.
    pub fn new(name: impl Into<String>, engine: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            engine: engine.into(),
            durability: Durability::Process,
            compress_over_bytes: Some(DEFAULT_COMPRESS_OVER_BYTES),
            cache: None,
            default_expiry: None,
            chunk_over_bytes: DEFAULT_CHUNK_OVER_BYTES,
            hedging: None,
        }
    }

    pub(crate) fn signals(&self) -> Signals {
        Signals {
            compress_over_bytes: self.compress_over_bytes,
        }
    }

    /// Refuses what cannot be used.
    ///
    /// # Errors
    /// [`KvError::BadNamespace`].
    pub(crate) fn check(&self) -> Result<(), KvError> {
        let refuse = |reason: String| KvError::BadNamespace {
            name: self.name.clone(),
            reason,
        };
        let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        let length = 1..=MAX_NAMESPACE_BYTES;
        if !length.contains(&self.name.len()) || !self.name.bytes().all(plain) {
            let reason = format!("a name is 1 to {MAX_NAMESPACE_BYTES} of a-z, 0-9, '-' and '_'");
            return Err(refuse(reason));
        }
        let chunks = MIN_CHUNK_OVER_BYTES..=MAX_CHUNK_OVER_BYTES;
        if !chunks.contains(&self.chunk_over_bytes) {
            return Err(refuse(format!(
                "chunk_over_bytes is {}, and must be {MIN_CHUNK_OVER_BYTES} to {MAX_CHUNK_OVER_BYTES}",
                self.chunk_over_bytes
            )));
        }
        let expiries = [self.default_expiry, self.cache.map(|cache| cache.expiry)];
        if expiries
            .into_iter()
            .flatten()
            .any(|it| it.is_zero() || it > MAX_EXPIRY)
        {
            let days = MAX_EXPIRY.as_secs() / 86_400;
            return Err(refuse(format!("an expiry is over 0 and up to {days} days")));
        }
        let percent = self.hedging.map_or(1, |hedging| hedging.budget_percent);
        if !(1..=MAX_HEDGE_PERCENT).contains(&percent) {
            let reason =
                format!("budget_percent is {percent}, and must be 1 to {MAX_HEDGE_PERCENT}");
            return Err(refuse(reason));
        }
        Ok(())
    }

    /// Refuses to replace `old` where that would lose sight of its data.
    pub(crate) fn check_replaces(&self, old: &Self) -> Result<(), KvError> {
        if self.engine == old.engine {
            return Ok(());
        }
        Err(KvError::BadNamespace {
            name: self.name.clone(),
            reason: format!(
                "its data is on engine {:?}, and would not be seen on {:?}",
                old.engine, self.engine
            ),
        })
    }
}

/// The record as it is stored.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    version: u32,
    #[serde(flatten)]
    config: NamespaceConfig,
}

#[derive(Debug, Deserialize)]
struct Version {
    version: u32,
}

/// The record's bytes.
pub(crate) fn encode(config: &NamespaceConfig) -> Vec<u8> {
    let stored = Stored {
        version: VERSION,
        config: config.clone(),
    };
    serde_json::to_vec(&stored).expect("a record of names and numbers has a JSON form")
}

/// Reads a record.
pub(crate) fn decode(name: &str, stored: &[u8]) -> Result<NamespaceConfig, KvError> {
    let failed = |error: serde_json::Error| KvError::BadNamespace {
        name: name.to_owned(),
        reason: format!("its record cannot be read: {error}"),
    };
    let Version { version } = serde_json::from_slice(stored).map_err(failed)?;
    if version > VERSION {
        return Err(KvError::NewerFormat {
            what: format!("the record of namespace {name:?}"),
            found: version,
            reads: VERSION,
        });
    }
    let stored: Stored = serde_json::from_slice(stored).map_err(failed)?;
    Ok(stored.config)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record as version 1 wrote it.
    const FIRST: &str = r#"{"version":1,"name":"films","engine":"rows","durability":"power","compress_over_bytes":4096,"cache":{"expiry":{"secs":30,"nanos":0}},"default_expiry":null,"chunk_over_bytes":1048576,"hedging":{"delay":null,"budget_percent":5}}"#;

    #[test]
    fn records_read_back_and_version_one_stays_readable() {
        let config = NamespaceConfig {
            durability: Durability::Power,
            cache: Some(CacheConfig {
                expiry: Duration::from_secs(30),
            }),
            hedging: Some(Hedging {
                delay: None,
                budget_percent: 5,
            }),
            ..NamespaceConfig::new("films", "rows")
        };
        assert_eq!(String::from_utf8(encode(&config)).unwrap(), FIRST);
        assert_eq!(decode("films", FIRST.as_bytes()), Ok(config));
        let newer = decode("films", br#"{"version":2,"shape":"new"}"#).unwrap_err();
        assert!(matches!(newer, KvError::NewerFormat { found: 2, .. }));
        assert!(decode("films", b"{").is_err());
    }

    #[test]
    fn what_cannot_be_used_is_refused_in_words() {
        let good = NamespaceConfig::new("films", "rows");
        good.check().unwrap();
        for name in ["", "Films", "a b", "a.b", &"n".repeat(49)] {
            assert!(
                NamespaceConfig::new(name, "rows").check().is_err(),
                "{name}"
            );
        }
        let zero = NamespaceConfig {
            default_expiry: Some(Duration::ZERO),
            ..good.clone()
        };
        assert!(zero.check().is_err());
        let moved = NamespaceConfig::new("films", "elsewhere");
        let refused = moved.check_replaces(&good).unwrap_err();
        assert!(
            refused.to_string().contains("would not be seen"),
            "{refused}"
        );
    }
}
