//! What a caller may rely on: one load for many, near copies that age, absences that are remembered.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt as _;
use futures::future::join_all;
use platform_testkit::World;
use tokio::sync::oneshot;

use super::{Lookup, Namespace, NamespaceSettings};
use crate::{Cache as _, CacheKey, Entry, MemoryCache};

const TTL: Duration = Duration::from_mins(1);
const NEAR: Duration = Duration::from_secs(2);
const ABSENT: Duration = Duration::from_secs(5);

struct Bed {
    world: World,
    far: Arc<MemoryCache>,
    namespace: Namespace,
}

/// A namespace over a cache that does not answer inline, as one elsewhere would not.
fn bed(near: bool) -> Bed {
    let world = World::new(1);
    let far = Arc::new(MemoryCache::new(1 << 20, world.shared_clock()));
    let zones = vec![("far".to_owned(), Arc::clone(&far) as _)];
    let elsewhere = Arc::new(elsewhere::Elsewhere(crate::Zones::new(
        zones,
        world.shared_clock(),
    )));
    let settings = NamespaceSettings {
        name: "films".to_owned(),
        ttl: TTL,
        near_ttl: near.then_some(NEAR),
        absent_ttl: Some(ABSENT),
    };
    let copies = Arc::new(MemoryCache::new(1 << 20, world.shared_clock()));
    let namespace = Namespace::new(settings, elsewhere, Some(copies), world.shared_clock());
    Bed {
        far,
        namespace: namespace.unwrap(),
        world,
    }
}

mod elsewhere {
    use std::time::Duration;

    use async_trait::async_trait;

    use crate::{Cache, CacheError, CacheKey, Entry, Zones};

    #[derive(Debug)]
    pub(super) struct Elsewhere(pub(super) Zones);

    #[async_trait]
    impl Cache for Elsewhere {
        async fn get(&self, key: &CacheKey) -> Result<Option<Entry>, CacheError> {
            self.0.get(key).await
        }

        async fn get_many(&self, keys: &[CacheKey]) -> Result<Vec<Option<Entry>>, CacheError> {
            self.0.get_many(keys).await
        }

        async fn set(&self, key: &CacheKey, entry: Entry) -> Result<(), CacheError> {
            self.0.set(key, entry).await
        }

        async fn fill(&self, key: &CacheKey, entry: Entry) -> Result<bool, CacheError> {
            self.0.fill(key, entry).await
        }

        async fn remove(&self, key: &CacheKey) -> Result<(), CacheError> {
            self.0.remove(key).await
        }

        async fn add(&self, key: &CacheKey, delta: i64, ttl: Duration) -> Result<i64, CacheError> {
            self.0.add(key, delta, ttl).await
        }

        async fn count(&self, key: &CacheKey) -> Result<Option<i64>, CacheError> {
            self.0.count(key).await
        }
    }
}

fn value(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

#[tokio::test]
async fn a_thousand_misses_load_once() {
    let bed = bed(false);
    let loads = AtomicUsize::new(0);
    let load = || async {
        loads.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        Ok::<_, io::Error>(Some(value("film")))
    };
    let asks = join_all((0..1000).map(|_| bed.namespace.get_or_load(b"k", load())));
    assert!(
        asks.await
            .into_iter()
            .all(|found| found.unwrap() == Some(value("film")))
    );
    assert_eq!(loads.load(Ordering::SeqCst), 1);
    assert_eq!(bed.namespace.stats().loads, 1);
    assert_eq!(bed.namespace.get(b"k").await, Lookup::Hit(value("film")));
    assert_eq!(bed.namespace.inner.flights.under_way(), 0);
}

#[tokio::test]
async fn a_failed_load_fails_all_who_waited_and_is_not_kept() {
    let bed = bed(false);
    let loads = AtomicUsize::new(0);
    let load = || async {
        loads.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        Err::<Option<Bytes>, _>(io::Error::other("the store is away"))
    };
    let asks = join_all((0..50).map(|_| bed.namespace.get_or_load(b"k", load())));
    for failed in asks.await {
        let error = failed.unwrap_err();
        assert_eq!(error.to_string(), "the store is away");
        assert!(error.downcast_ref::<io::Error>().is_some());
    }
    assert_eq!(loads.load(Ordering::SeqCst), 1);
    let again = async { Ok::<_, io::Error>(Some(value("film"))) };
    assert_eq!(
        bed.namespace.get_or_load(b"k", again).await.unwrap(),
        Some(value("film"))
    );
}

#[tokio::test]
async fn when_who_loads_goes_away_another_does() {
    let bed = bed(false);
    let never = std::future::pending::<io::Result<Option<Bytes>>>();
    let mut first = Box::pin(bed.namespace.get_or_load(b"k", never));
    assert!(first.as_mut().now_or_never().is_none());
    let load = async { Ok::<_, io::Error>(Some(value("film"))) };
    let mut second = Box::pin(bed.namespace.get_or_load(b"k", load));
    assert!(second.as_mut().now_or_never().is_none());
    drop(first);
    assert_eq!(second.await.unwrap(), Some(value("film")));
    let never = std::future::pending::<io::Result<Option<Bytes>>>();
    drop(bed.namespace.get_or_load(b"other", never).now_or_never());
    assert_eq!(bed.namespace.inner.flights.under_way(), 0);
}

#[tokio::test]
async fn a_load_that_a_write_overtook_is_not_kept() {
    let bed = bed(true);
    let (loaded, load) = oneshot::channel::<Bytes>();
    let load = async { load.await.map(Some) };
    let mut asked = Box::pin(bed.namespace.get_or_load(b"k", load));
    assert!(asked.as_mut().now_or_never().is_none());
    bed.namespace.remove(b"k").await.unwrap();
    loaded.send(value("old")).unwrap();
    assert_eq!(
        asked.await.unwrap(),
        Some(value("old")),
        "who asked before gets what was there"
    );
    assert_eq!(bed.namespace.get(b"k").await, Lookup::Miss);
}

#[tokio::test]
async fn an_absence_is_remembered_for_its_own_time() {
    let bed = bed(false);
    let none = async { Ok::<_, io::Error>(None) };
    assert_eq!(bed.namespace.get_or_load(b"k", none).await.unwrap(), None);
    assert_eq!(bed.namespace.get(b"k").await, Lookup::Absent);
    let no_load = async { Err(io::Error::other("it should not be loaded")) };
    assert_eq!(
        bed.namespace.get_or_load(b"k", no_load).await.unwrap(),
        None
    );
    bed.world.clock.advance(ABSENT);
    assert_eq!(bed.namespace.get(b"k").await, Lookup::Miss);
}

#[tokio::test]
async fn a_near_copy_answers_at_once_until_it_is_too_old() {
    let bed = bed(true);
    bed.namespace.set(b"k", value("1")).await.unwrap();
    assert_eq!(bed.namespace.get_now(b"k"), Lookup::Hit(value("1")));
    let key = CacheKey::new("films", b"k").unwrap();
    let newer = Entry::new(Some(value("2")), TTL, &*bed.world.clock).unwrap();
    bed.far.set(&key, newer).await.unwrap();
    assert_eq!(
        bed.namespace.get(b"k").await,
        Lookup::Hit(value("1")),
        "as another process may see"
    );
    bed.world.clock.advance(NEAR);
    assert_eq!(bed.namespace.get_now(b"k"), Lookup::Miss);
    assert_eq!(bed.namespace.get(b"k").await, Lookup::Hit(value("2")));
    assert_eq!(
        bed.namespace.get_now(b"k"),
        Lookup::Hit(value("2")),
        "a read leaves a copy"
    );
    bed.namespace.remove(b"k").await.unwrap();
    assert_eq!(bed.namespace.get(b"k").await, Lookup::Miss);
    let stats = bed.namespace.stats();
    assert_eq!((stats.near_hits, stats.hits, stats.misses), (3, 1, 1));
}

#[tokio::test]
async fn many_keys_are_read_near_and_far() {
    let bed = bed(true);
    for key in ["a", "b", "c"] {
        bed.namespace.set(key.as_bytes(), value(key)).await.unwrap();
    }
    bed.world.clock.advance(NEAR);
    assert_eq!(bed.namespace.get(b"b").await, Lookup::Hit(value("b")));
    let found = bed.namespace.get_many(&[b"x", b"c", b"b", b"a"]).await;
    let hit = |key| Lookup::Hit(value(key));
    assert_eq!(found, [Lookup::Miss, hit("c"), hit("b"), hit("a")]);
    assert_eq!(bed.namespace.get_now(b"a"), hit("a"));
}

#[tokio::test]
async fn namespaces_are_apart_and_count() {
    let bed = bed(false);
    assert_eq!(bed.namespace.add(b"n", 2).await.unwrap(), 2);
    assert_eq!(bed.namespace.add(b"n", -5).await.unwrap(), -3);
    assert_eq!(bed.namespace.count(b"n").await.unwrap(), Some(-3));
    bed.namespace.set(b"k", value("v")).await.unwrap();
    bed.world.clock.advance(TTL);
    assert_eq!(bed.namespace.get(b"k").await, Lookup::Miss);
    assert_eq!(bed.namespace.count(b"n").await.unwrap(), None);
}
