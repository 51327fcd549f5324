//! Redis and memcached: the cache's suite, on one server and on a server in each of two zones.

use std::sync::Arc;
use std::time::Duration;

use data_cache::{CacheKey, Entry, SharedCache, conformance, open};
use platform_clock::SystemClock;
use tests_engines::{unique, zones};

/// A kind of server, by the scheme of its addresses.
#[derive(Clone, Copy)]
struct Kind(&'static str);

const REDIS: Kind = Kind("redis");
const MEMCACHED: Kind = Kind("memcached");

impl Kind {
    fn zones(self) -> Option<Vec<String>> {
        zones(&self.0.to_uppercase())
    }

    /// The cache of some zones. It may take longer than a region's would: the servers share two cores with
    /// everything that is tested beside them.
    fn cache(self, zones: &[String]) -> SharedCache {
        let address = format!("{}://{}?timeout_ms=5000", self.0, zones.join(","));
        open(&address, &SystemClock::shared()).expect("the address has every part")
    }

    async fn one_server_keeps_what_every_cache_promises(self) {
        let Some(zones) = self.zones() else {
            return;
        };
        let clock = SystemClock::shared();
        conformance::suite(self.cache(&zones[..1]), clock, tokio::time::sleep).await;
    }

    async fn zones_keep_what_every_cache_promises(self) {
        let Some(zones) = self.zones() else {
            return;
        };
        let clock = SystemClock::shared();
        let cache = self.cache(&zones);
        conformance::suite(Arc::clone(&cache), clock, tokio::time::sleep).await;
        let names: Vec<_> = cache.zones().into_iter().map(|zone| zone.name).collect();
        assert_eq!(names, zones, "the nearest first");
    }

    async fn what_is_set_is_in_every_zone(self) {
        let Some(zones) = self.zones() else {
            return;
        };
        let clock = SystemClock::shared();
        let key = CacheKey::new("zones", unique("key").as_bytes()).expect("the name is allowed");
        let entry =
            Entry::new(Some("v".into()), Duration::from_mins(1), &*clock).expect("it is short");
        let both = self.cache(&zones);
        both.set(&key, entry.clone()).await.expect("both take it");
        for zone in &zones {
            let alone = self.cache(std::slice::from_ref(zone));
            let found = alone.get(&key).await.expect("it answers");
            assert_eq!(found, Some(entry.clone()));
        }
        let first = self.cache(&zones[..1]);
        first.remove(&key).await.expect("it is removed");
        let found = both.get(&key).await.expect("they answer");
        assert_eq!(found, Some(entry), "a read falls through to the next zone");
    }
}

macro_rules! kinds {
    ($($name:ident $kind:ident;)*) => {
        $(
            mod $name {
                #[tokio::test]
                async fn one_server_keeps_what_every_cache_promises() {
                    super::$kind.one_server_keeps_what_every_cache_promises().await;
                }

                #[tokio::test]
                async fn zones_keep_what_every_cache_promises() {
                    super::$kind.zones_keep_what_every_cache_promises().await;
                }

                #[tokio::test]
                async fn what_is_set_is_in_every_zone() {
                    super::$kind.what_is_set_is_in_every_zone().await;
                }
            }
        )*
    };
}

kinds! {
    redis REDIS;
    memcached MEMCACHED;
}
