//! Redis: the cache's suite, on one server and on a server in each of two zones.

use std::sync::Arc;
use std::time::Duration;

use data_cache::{CacheKey, Entry, SharedCache, conformance, open};
use platform_clock::SystemClock;
use tests_engines::{unique, zones};

/// The cache of some zones. It may take longer than a region's would: the servers share two cores with
/// everything that is tested beside them.
fn cache(zones: &[String]) -> SharedCache {
    let address = format!("redis://{}?timeout_ms=5000", zones.join(","));
    open(&address, &SystemClock::shared()).expect("the address has every part")
}

#[tokio::test]
async fn one_redis_keeps_what_every_cache_promises() {
    let Some(zones) = zones("REDIS") else {
        return;
    };
    let clock = SystemClock::shared();
    conformance::suite(cache(&zones[..1]), clock, tokio::time::sleep).await;
}

#[tokio::test]
async fn zones_of_redis_keep_what_every_cache_promises() {
    let Some(zones) = zones("REDIS") else {
        return;
    };
    let clock = SystemClock::shared();
    let cache = cache(&zones);
    conformance::suite(Arc::clone(&cache), clock, tokio::time::sleep).await;
    let names: Vec<_> = cache.zones().into_iter().map(|zone| zone.name).collect();
    assert_eq!(names, zones, "the nearest first");
}

#[tokio::test]
async fn what_is_set_is_in_every_zone() {
    let Some(zones) = zones("REDIS") else {
        return;
    };
    let clock = SystemClock::shared();
    let key = CacheKey::new("zones", unique("key").as_bytes()).expect("the name is allowed");
    let entry = Entry::new(Some("v".into()), Duration::from_mins(1), &*clock).expect("it is short");
    let both = cache(&zones);
    both.set(&key, entry.clone()).await.expect("both take it");
    for zone in &zones {
        let alone = cache(std::slice::from_ref(zone));
        assert_eq!(
            alone.get(&key).await.expect("it answers"),
            Some(entry.clone())
        );
    }
    let first = cache(&zones[..1]);
    first.remove(&key).await.expect("it is removed");
    let found = both.get(&key).await.expect("they answer");
    assert_eq!(found, Some(entry), "a read falls through to the next zone");
}
