//! The cache in a Redis server (6 or later, or one that speaks as it does).
//!
//! The client is `redis`: the project's own, released every few weeks, one connection that all calls share
//! and that is made anew behind the scenes when it breaks.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use platform_clock::SharedClock;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Cmd, FromRedisValue, IntoConnectionInfo, Pipeline, RedisError};

use crate::gate::Gate;
use crate::limits::{CONNECT_TIMEOUT, MAX_BATCH, MAX_TTL};
use crate::{Cache, CacheError, CacheKey, Entry, envelope};

/// Entries in one Redis server.
pub struct RedisCache {
    gate: Gate,
    connection: ConnectionManager,
    clock: SharedClock,
}

impl RedisCache {
    /// A cache in the server at `address`, which is connected to when it is first asked. Must be called
    /// within a Tokio runtime. `server` is what the client takes: a `redis://` URL or its parts.
    ///
    /// # Errors
    /// [`CacheError::BadAddress`].
    pub fn new(
        name: &str,
        server: impl IntoConnectionInfo,
        timeout: Duration,
        clock: SharedClock,
    ) -> Result<Self, CacheError> {
        let bad = |error: &RedisError| CacheError::BadAddress {
            address: format!("redis://{name}"),
            why: error.to_string(),
        };
        let client = redis::Client::open(server).map_err(|error| bad(&error))?;
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(timeout));
        let connection = ConnectionManager::new_lazy_with_config(client, config);
        Ok(Self {
            gate: Gate::new(name.to_owned(), timeout),
            connection: connection.map_err(|error| bad(&error))?,
            clock,
        })
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, CacheError> {
        let call = async {
            let mut connection = self.connection.clone();
            let answer = command.query_async(&mut connection).await;
            answer.map_err(|error| self.failed(error))
        };
        self.gate.pass(call).await
    }

    async fn ask_all<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, CacheError> {
        let call = async {
            let mut connection = self.connection.clone();
            let answer = commands.query_async(&mut connection).await;
            answer.map_err(|error| self.failed(error))
        };
        self.gate.pass(call).await
    }

    fn failed(&self, error: RedisError) -> CacheError {
        // The server's own words, the same since its first versions: there is no code for it.
        if error.to_string().contains("not an integer") {
            return CacheError::NotACounter;
        }
        CacheError::failed(self.gate.zone(), error)
    }

    fn read(&self, found: Option<Vec<u8>>) -> Option<Entry> {
        envelope::decode(&Bytes::from(found?), self.clock.now())
    }

    /// The entry's time left in whole milliseconds; `None` when it has none.
    fn left_ms(&self, entry: &Entry) -> Option<u64> {
        let left = entry.expires_at.since(self.clock.now()).min(MAX_TTL);
        u64::try_from(left.as_millis())
            .ok()
            .filter(|left| *left > 0)
    }
}

impl fmt::Debug for RedisCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisCache({})", self.gate.zone())
    }
}

#[async_trait]
impl Cache for RedisCache {
    async fn get(&self, key: &CacheKey) -> Result<Option<Entry>, CacheError> {
        let found = self.ask(redis::cmd("GET").arg(key.as_bytes())).await?;
        Ok(self.read(found))
    }

    async fn get_many(&self, keys: &[CacheKey]) -> Result<Vec<Option<Entry>>, CacheError> {
        let mut entries = Vec::with_capacity(keys.len());
        for keys in keys.chunks(MAX_BATCH) {
            let mut command = redis::cmd("MGET");
            for key in keys {
                command.arg(key.as_bytes());
            }
            let found: Vec<Option<Vec<u8>>> = self.ask(&command).await?;
            entries.extend(found.into_iter().map(|found| self.read(found)));
        }
        Ok(entries)
    }

    async fn set(&self, key: &CacheKey, entry: Entry) -> Result<(), CacheError> {
        let Some(left) = self.left_ms(&entry) else {
            return self.remove(key).await;
        };
        let mut command = redis::cmd("SET");
        command
            .arg(key.as_bytes())
            .arg(&envelope::encode(&entry)[..]);
        self.ask(command.arg("PX").arg(left)).await
    }

    async fn fill(&self, key: &CacheKey, entry: Entry) -> Result<bool, CacheError> {
        let Some(left) = self.left_ms(&entry) else {
            return Ok(false);
        };
        let mut command = redis::cmd("SET");
        command
            .arg(key.as_bytes())
            .arg(&envelope::encode(&entry)[..]);
        let done: Option<String> = self.ask(command.arg("NX").arg("PX").arg(left)).await?;
        Ok(done.is_some())
    }

    async fn remove(&self, key: &CacheKey) -> Result<(), CacheError> {
        self.ask(redis::cmd("DEL").arg(key.as_bytes())).await
    }

    async fn add(&self, key: &CacheKey, delta: i64, ttl: Duration) -> Result<i64, CacheError> {
        let ttl = u64::try_from(ttl.min(MAX_TTL).as_millis())
            .unwrap_or(1)
            .max(1);
        let mut both = redis::pipe();
        both.atomic();
        both.cmd("SET")
            .arg(key.as_bytes())
            .arg(0)
            .arg("NX")
            .arg("PX")
            .arg(ttl)
            .ignore();
        both.cmd("INCRBY").arg(key.as_bytes()).arg(delta);
        let (sum,): (i64,) = self.ask_all(&both).await?;
        Ok(sum)
    }

    async fn count(&self, key: &CacheKey) -> Result<Option<i64>, CacheError> {
        let found: Option<Vec<u8>> = self.ask(redis::cmd("GET").arg(key.as_bytes())).await?;
        let number = |found: Vec<u8>| {
            let text = std::str::from_utf8(&found).ok();
            text.and_then(|text| text.parse().ok())
                .ok_or(CacheError::NotACounter)
        };
        found.map(number).transpose()
    }
}
