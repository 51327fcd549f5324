//! The address of a cache, as it stands in a configuration.

use std::sync::Arc;
use std::time::Duration;

use platform_clock::SharedClock;

use crate::limits::{DEFAULT_CAPACITY_BYTES, ZONE_TIMEOUT};
use crate::{CacheError, MemcachedCache, MemoryCache, RedisCache, SharedCache, Zones};

/// Opens the cache that an address names; the nearest zone stands first:
/// * `memory://?capacity=64MiB`
/// * `redis://host:port,host:port?timeout_ms=50`, with `user:password@` before the first host where the
///   servers want it
/// * `memcached://host:port,host:port?timeout_ms=50`
///
/// Servers are connected to when they are first asked, so one that is away is no error here. Must be called
/// within a Tokio runtime.
///
/// # Errors
/// [`CacheError::BadAddress`].
pub fn open(address: &str, clock: &SharedClock) -> Result<SharedCache, CacheError> {
    let parts = Parts::of(address)?;
    match parts.scheme {
        "memory" => parts.memory(clock),
        "redis" => parts.zones(clock, |host| {
            let login = parts
                .login
                .map(|login| format!("{login}@"))
                .unwrap_or_default();
            let server = format!("redis://{login}{host}");
            let zone = RedisCache::new(host, server, parts.timeout, Arc::clone(clock));
            Ok(Arc::new(zone?))
        }),
        "memcached" if parts.login.is_some() => Err(parts.bad("memcached takes no password")),
        "memcached" => parts.zones(clock, |host| {
            let zone = MemcachedCache::new(host, parts.timeout, Arc::clone(clock));
            Ok(Arc::new(zone))
        }),
        _ => Err(parts.bad("it must begin with memory://, redis:// or memcached://")),
    }
}

/// An address taken apart.
#[derive(Debug)]
struct Parts<'a> {
    scheme: &'a str,
    login: Option<&'a str>,
    hosts: Vec<&'a str>,
    capacity: u64,
    timeout: Duration,
}

impl<'a> Parts<'a> {
    fn of(address: &'a str) -> Result<Self, CacheError> {
        let (scheme, rest) = address.split_once("://").unwrap_or(("", ""));
        let (authority, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (login, hosts) = match authority.rsplit_once('@') {
            Some((login, hosts)) => (Some(login), hosts),
            None => (None, authority),
        };
        let hosts = hosts.trim_end_matches('/');
        let mut parts = Self {
            scheme,
            login,
            hosts: hosts.split(',').filter(|host| !host.is_empty()).collect(),
            capacity: DEFAULT_CAPACITY_BYTES,
            timeout: ZONE_TIMEOUT,
        };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            parts.take(pair)?;
        }
        let has_port = |host: &&str| {
            let port = host.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
            matches!(port, Some(Ok(1..)))
        };
        if parts.hosts.iter().all(has_port) {
            Ok(parts)
        } else {
            Err(parts.bad("every server is host:port"))
        }
    }

    fn take(&mut self, pair: &str) -> Result<(), CacheError> {
        match pair.split_once('=') {
            Some(("capacity", value)) if self.scheme == "memory" => {
                let capacity = size(value).ok_or_else(|| self.bad("capacity is like 64MiB"))?;
                self.capacity = capacity;
            }
            Some(("timeout_ms", value)) if self.scheme != "memory" => {
                let millis = value.parse().ok().filter(|millis| *millis > 0);
                let millis = millis.ok_or_else(|| self.bad("timeout_ms is a whole number"))?;
                self.timeout = Duration::from_millis(millis);
            }
            _ => return Err(self.bad(&format!("it has no parameter {pair:?}"))),
        }
        Ok(())
    }

    fn memory(&self, clock: &SharedClock) -> Result<SharedCache, CacheError> {
        if !self.hosts.is_empty() {
            return Err(self.bad("a cache in process has no host"));
        }
        let cache = MemoryCache::new(self.capacity, Arc::clone(clock));
        Ok(Arc::new(cache))
    }

    fn zones(
        &self,
        clock: &SharedClock,
        zone: impl Fn(&str) -> Result<SharedCache, CacheError>,
    ) -> Result<SharedCache, CacheError> {
        if self.hosts.is_empty() {
            return Err(self.bad("it names no server"));
        }
        let mut zones = Vec::with_capacity(self.hosts.len());
        for host in &self.hosts {
            zones.push(((*host).to_owned(), zone(host)?));
        }
        Ok(Arc::new(Zones::new(zones, Arc::clone(clock))))
    }

    /// The refusal, with whatever may be secret left out of the address.
    fn bad(&self, why: &str) -> CacheError {
        CacheError::BadAddress {
            address: format!("{}://{}", self.scheme, self.hosts.join(",")),
            why: why.to_owned(),
        }
    }
}

fn size(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let shift = match &text[digits.len()..] {
        "" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => return None,
    };
    digits
        .parse::<u64>()
        .ok()?
        .checked_mul(1 << shift)
        .filter(|size| *size > 0)
}

#[cfg(test)]
mod tests {
    use platform_clock::SystemClock;

    use super::*;

    #[tokio::test]
    async fn addresses_are_read() {
        let clock = SystemClock::shared();
        assert!(
            open("memory://?capacity=64MiB", &clock)
                .unwrap()
                .zones()
                .is_empty()
        );
        for scheme in ["redis", "memcached"] {
            let address = format!("{scheme}://10.0.0.1:7000,near:7001?timeout_ms=20");
            let zones = open(&address, &clock).unwrap().zones();
            let names: Vec<_> = zones.into_iter().map(|zone| zone.name).collect();
            assert_eq!(names, ["10.0.0.1:7000", "near:7001"]);
        }
        assert_eq!(size("3GiB"), Some(3 << 30));
    }

    #[tokio::test]
    async fn what_is_wrong_is_said_and_secrets_are_not() {
        let clock = SystemClock::shared();
        for (address, word) in [
            ("", "must begin"),
            ("ftp://a:1", "must begin"),
            ("memory://a:1", "no host"),
            ("memory://?capacity=64MB", "64MiB"),
            ("memory://?capacity=99999999999GiB", "64MiB"),
            ("redis://", "no server"),
            ("redis://a", "host:port"),
            ("redis://a:0", "host:port"),
            ("redis://:hunter2@a:1?timeout_ms=x", "whole number"),
            ("redis://:hunter2@a:1?db=1", "db=1"),
            ("memcached://u:hunter2@a:1", "no password"),
        ] {
            let error = open(address, &clock).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        let cache = open("redis://:hunter2@a:1", &clock).unwrap();
        assert!(!format!("{cache:?}").contains("hunter2"));
    }
}
