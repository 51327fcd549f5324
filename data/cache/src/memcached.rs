//! The cache in a memcached server (1.6 or later), by its meta commands.
//!
//! The client is our own, four commands of a text protocol: of the crates there are the one that is kept up,
//! `async-memcached`, has one connection with one call at a time, no timeouts, and a dependency (`fxhash`)
//! that nobody maintains, so that the pool and the bounds would be written here all the same.

mod pool;
mod wire;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::BytesMut;
use platform_clock::SharedClock;

use crate::gate::Gate;
use crate::limits::{MAX_BATCH, MAX_TTL};
use crate::{Cache, CacheError, CacheKey, Entry, envelope};

use pool::Pool;
use wire::{Mode, Reply};

/// Entries in one memcached server.
pub struct MemcachedCache {
    gate: Gate,
    pool: Pool,
    clock: SharedClock,
}

impl MemcachedCache {
    /// A cache in the server at `address`, `host:port`, which is connected to when it is first asked.
    pub fn new(address: &str, timeout: Duration, clock: SharedClock) -> Self {
        Self {
            gate: Gate::new(address.to_owned(), timeout),
            pool: Pool::new(address.to_owned()),
            clock,
        }
    }

    /// Sends requests that are answered by `replies` replies.
    async fn ask(&self, requests: BytesMut, replies: usize) -> Result<Vec<Reply>, CacheError> {
        let call = async {
            let asked = self.pool.ask(&requests, replies).await;
            asked.map_err(|error| CacheError::failed(self.gate.zone(), error))
        };
        self.gate.pass(call).await
    }

    async fn ask_one(&self, request: BytesMut) -> Result<Reply, CacheError> {
        let mut replies = self.ask(request, 1).await?;
        Ok(replies.pop().unwrap_or(Reply::Absent))
    }

    /// What a reply says that the request does not expect.
    fn unexpected(&self, reply: &Reply) -> CacheError {
        match reply {
            // The server's own words, in its protocol's description.
            Reply::Error(text) if text.contains("non-numeric") => CacheError::NotACounter,
            Reply::Error(text) => CacheError::failed(self.gate.zone(), text.clone()),
            _ => CacheError::failed(self.gate.zone(), "it answered what was not asked"),
        }
    }

    fn read(&self, reply: &Reply) -> Result<Option<Entry>, CacheError> {
        match reply {
            Reply::Value(bytes) => Ok(envelope::decode(bytes, self.clock.now())),
            Reply::Absent => Ok(None),
            other => Err(self.unexpected(other)),
        }
    }

    async fn store(&self, key: &CacheKey, entry: Entry, mode: Mode) -> Result<bool, CacheError> {
        let left = entry.expires_at.since(self.clock.now());
        let mut request = BytesMut::new();
        if left.is_zero() {
            return Ok(false);
        }
        wire::set(
            &mut request,
            key,
            &envelope::encode(&entry),
            seconds(left),
            mode,
        );
        match self.ask_one(request).await? {
            Reply::Done => Ok(true),
            Reply::NotStored => Ok(false),
            other => Err(self.unexpected(&other)),
        }
    }
}

/// Whole seconds, rounded up: 0 would say "for ever", and the envelope holds the exact time.
fn seconds(ttl: Duration) -> u64 {
    let ttl = ttl.min(MAX_TTL);
    (ttl.as_secs() + u64::from(ttl.subsec_nanos() > 0)).max(1)
}

/// memcached counts without a sign and stops at 0 going down, so 0 is kept as 2^63.
const ZERO: u64 = 1 << 63;

fn to_wire(value: i64) -> u64 {
    ZERO.wrapping_add_signed(value)
}

fn from_wire(digits: &[u8]) -> Result<i64, CacheError> {
    let text = std::str::from_utf8(digits).map_err(|_| CacheError::NotACounter)?;
    // A number that became shorter is padded with spaces.
    let number = text.trim_end().parse::<u64>();
    let number = number.map_err(|_| CacheError::NotACounter)?;
    Ok(number.wrapping_sub(ZERO).cast_signed())
}

impl fmt::Debug for MemcachedCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemcachedCache({})", self.gate.zone())
    }
}

#[async_trait]
impl Cache for MemcachedCache {
    async fn get(&self, key: &CacheKey) -> Result<Option<Entry>, CacheError> {
        let mut request = BytesMut::new();
        wire::get(&mut request, key);
        self.read(&self.ask_one(request).await?)
    }

    async fn get_many(&self, keys: &[CacheKey]) -> Result<Vec<Option<Entry>>, CacheError> {
        let mut entries = Vec::with_capacity(keys.len());
        for keys in keys.chunks(MAX_BATCH) {
            let mut requests = BytesMut::new();
            for key in keys {
                wire::get(&mut requests, key);
            }
            for reply in self.ask(requests, keys.len()).await? {
                entries.push(self.read(&reply)?);
            }
        }
        Ok(entries)
    }

    async fn set(&self, key: &CacheKey, entry: Entry) -> Result<(), CacheError> {
        if self.store(key, entry, Mode::Set).await? {
            return Ok(());
        }
        self.remove(key).await
    }

    async fn fill(&self, key: &CacheKey, entry: Entry) -> Result<bool, CacheError> {
        self.store(key, entry, Mode::Add).await
    }

    async fn remove(&self, key: &CacheKey) -> Result<(), CacheError> {
        let mut request = BytesMut::new();
        wire::remove(&mut request, key);
        match self.ask_one(request).await? {
            Reply::Done | Reply::Absent => Ok(()),
            other => Err(self.unexpected(&other)),
        }
    }

    async fn add(&self, key: &CacheKey, delta: i64, ttl: Duration) -> Result<i64, CacheError> {
        let mut request = BytesMut::new();
        wire::add(&mut request, key, delta, to_wire(delta), seconds(ttl));
        match self.ask_one(request).await? {
            Reply::Value(digits) => from_wire(&digits),
            other => Err(self.unexpected(&other)),
        }
    }

    async fn count(&self, key: &CacheKey) -> Result<Option<i64>, CacheError> {
        let mut request = BytesMut::new();
        wire::get(&mut request, key);
        match self.ask_one(request).await? {
            Reply::Value(digits) => from_wire(&digits).map(Some),
            Reply::Absent => Ok(None),
            other => Err(self.unexpected(&other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_below_zero_and_whole_seconds() {
        for value in [0, 1, -1, i64::MAX, i64::MIN] {
            let digits = format!("{} ", to_wire(value));
            assert_eq!(from_wire(digits.as_bytes()).unwrap(), value);
        }
        assert!(matches!(from_wire(b"\x01x"), Err(CacheError::NotACounter)));
        assert_eq!(seconds(Duration::ZERO), 1);
        assert_eq!(seconds(Duration::from_millis(1001)), 2);
        assert_eq!(seconds(Duration::MAX), MAX_TTL.as_secs());
    }
}
