//! Zones that are away, come back, and disagree.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use platform_clock::SharedClock;
use platform_testkit::World;

use super::Zones;
use crate::limits::{FAILURES_TO_REST, REST};
use crate::{Cache, CacheError, CacheKey, Entry, MemoryCache, conformance};

const TTL: Duration = Duration::from_mins(1);

/// A zone with a switch.
#[derive(Debug)]
struct Zone {
    cache: MemoryCache,
    away: AtomicBool,
    calls: AtomicUsize,
}

impl Zone {
    fn new(clock: SharedClock) -> Arc<Self> {
        Arc::new(Self {
            cache: MemoryCache::new(1 << 20, clock),
            away: AtomicBool::new(false),
            calls: AtomicUsize::new(0),
        })
    }

    fn away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn reach(&self) -> Result<&MemoryCache, CacheError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.away.load(Ordering::SeqCst) {
            return Err(CacheError::failed("zone", "connection refused"));
        }
        Ok(&self.cache)
    }
}

#[async_trait]
impl Cache for Zone {
    async fn get(&self, key: &CacheKey) -> Result<Option<Entry>, CacheError> {
        self.reach()?.get(key).await
    }

    async fn get_many(&self, keys: &[CacheKey]) -> Result<Vec<Option<Entry>>, CacheError> {
        self.reach()?.get_many(keys).await
    }

    async fn set(&self, key: &CacheKey, entry: Entry) -> Result<(), CacheError> {
        self.reach()?.set(key, entry).await
    }

    async fn fill(&self, key: &CacheKey, entry: Entry) -> Result<bool, CacheError> {
        self.reach()?.fill(key, entry).await
    }

    async fn remove(&self, key: &CacheKey) -> Result<(), CacheError> {
        self.reach()?.remove(key).await
    }

    async fn add(&self, key: &CacheKey, delta: i64, ttl: Duration) -> Result<i64, CacheError> {
        self.reach()?.add(key, delta, ttl).await
    }

    async fn count(&self, key: &CacheKey) -> Result<Option<i64>, CacheError> {
        self.reach()?.count(key).await
    }
}

struct Bed {
    world: World,
    near: Arc<Zone>,
    far: Arc<Zone>,
    zones: Zones,
}

impl Bed {
    fn new() -> Self {
        let world = World::new(1);
        let (near, far) = (
            Zone::new(world.shared_clock()),
            Zone::new(world.shared_clock()),
        );
        let zones = vec![
            ("near".to_owned(), Arc::clone(&near) as Arc<dyn Cache>),
            ("far".to_owned(), Arc::clone(&far) as Arc<dyn Cache>),
        ];
        let zones = Zones::new(zones, world.shared_clock());
        Self {
            world,
            near,
            far,
            zones,
        }
    }

    fn entry(&self, value: &'static str) -> Entry {
        Entry::new(
            Some(Bytes::from_static(value.as_bytes())),
            TTL,
            &*self.world.clock,
        )
        .unwrap()
    }

    async fn read(&self, key: &CacheKey) -> Option<String> {
        let found = self.zones.get(key).await.unwrap();
        found.map(|entry| String::from_utf8(entry.value.unwrap().to_vec()).unwrap())
    }
}

fn key(key: &str) -> CacheKey {
    CacheKey::new("zones", key.as_bytes()).unwrap()
}

#[tokio::test]
async fn the_suite_holds() {
    let Bed { world, zones, .. } = Bed::new();
    let pass = |by| {
        world.clock.advance(by);
        std::future::ready(())
    };
    conformance::suite(Arc::new(zones), world.shared_clock(), pass).await;
}

#[tokio::test]
async fn writes_go_everywhere_and_reads_to_the_nearest() {
    let bed = Bed::new();
    bed.zones.set(&key("a"), bed.entry("1")).await.unwrap();
    let calls = bed.far.calls();
    assert_eq!(bed.read(&key("a")).await.as_deref(), Some("1"));
    assert_eq!(bed.far.calls(), calls, "the far zone was not asked");
    assert_eq!(
        bed.far.cache.get(&key("a")).await.unwrap(),
        Some(bed.entry("1"))
    );
}

#[tokio::test]
async fn a_miss_falls_through_and_is_repaired() {
    let bed = Bed::new();
    bed.zones.set(&key("a"), bed.entry("1")).await.unwrap();
    bed.near.cache.remove(&key("a")).await.unwrap();
    assert_eq!(bed.read(&key("a")).await.as_deref(), Some("1"));
    let repaired = bed.near.cache.get(&key("a")).await.unwrap();
    assert_eq!(repaired, Some(bed.entry("1")), "with the expiry it had");
    bed.near.cache.remove(&key("a")).await.unwrap();
    let many = bed.zones.get_many(&[key("b"), key("a")]).await.unwrap();
    assert_eq!(many, [None, Some(bed.entry("1"))]);
}

#[tokio::test]
async fn a_zone_that_is_away_is_counted_rests_and_does_not_bring_back_the_past() {
    let bed = Bed::new();
    bed.zones.set(&key("a"), bed.entry("old")).await.unwrap();
    bed.zones.set(&key("b"), bed.entry("old")).await.unwrap();
    bed.near.away(true);
    let new = bed.entry("new");
    bed.zones.set(&key("a"), new.clone()).await.unwrap();
    bed.zones.remove(&key("b")).await.unwrap();
    assert_eq!(bed.read(&key("a")).await.as_deref(), Some("new"));
    while bed.zones.zones()[0].failures < u64::from(FAILURES_TO_REST) {
        assert_eq!(bed.read(&key("c")).await, None);
    }
    assert!(bed.zones.zones()[0].resting && !bed.zones.zones()[1].resting);
    let calls = bed.near.calls();
    assert_eq!(bed.read(&key("a")).await.as_deref(), Some("new"));
    assert_eq!(bed.near.calls(), calls, "a zone at rest is not asked");

    bed.near.away(false);
    bed.world.clock.advance(REST);
    assert_eq!(bed.read(&key("a")).await.as_deref(), Some("new"));
    assert_eq!(bed.read(&key("b")).await, None);
    let held = async |name| bed.near.cache.get(&key(name)).await.unwrap();
    assert_eq!(bed.read(&key("a")).await.as_deref(), Some("new"));
    assert_eq!(
        held("a").await,
        Some(new),
        "it has been given what it lacked"
    );
    assert_eq!(bed.zones.zones()[0].failures, u64::from(FAILURES_TO_REST));
}

#[tokio::test]
async fn every_zone_away_is_an_error_and_no_write() {
    let bed = Bed::new();
    bed.zones.set(&key("a"), bed.entry("old")).await.unwrap();
    for zone in [&bed.near, &bed.far] {
        zone.away(true);
    }
    assert!(bed.zones.get_many(&[key("a")]).await.is_err());
    let failed = bed.zones.get(&key("a")).await.unwrap_err();
    assert!(matches!(failed, CacheError::Failed { .. }) && failed.is_transient());
    assert!(bed.zones.set(&key("a"), bed.entry("new")).await.is_err());
    assert!(bed.zones.add(&key("n"), 1, TTL).await.is_err());
    for zone in [&bed.near, &bed.far] {
        zone.away(false);
    }
    bed.world.clock.advance(REST);
    assert_eq!(
        bed.read(&key("a")).await,
        None,
        "what may be too old is not read"
    );
}

#[tokio::test]
async fn a_counter_is_what_the_zone_that_missed_least_has() {
    let bed = Bed::new();
    assert_eq!(bed.zones.add(&key("n"), 5, TTL).await.unwrap(), 5);
    bed.near.away(true);
    assert_eq!(bed.zones.add(&key("n"), 2, TTL).await.unwrap(), 7);
    bed.near.away(false);
    assert_eq!(bed.zones.add(&key("n"), 1, TTL).await.unwrap(), 8);
    assert_eq!(bed.zones.count(&key("n")).await.unwrap(), Some(8));
}
