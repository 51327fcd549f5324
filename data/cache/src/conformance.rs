//! What every engine must do, as a suite that a test calls with the engine to try.
//!
//! It asserts, and panics where the engine falls short. Keys are drawn anew in every run, so that it can run
//! on a server that keeps what earlier runs left, beside others.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use platform_clock::SharedClock;
use platform_entropy::{SystemEntropy, random_id};

use crate::limits::{MAX_BATCH, MAX_VALUE_BYTES};
use crate::{Cache, CacheError, CacheKey, Entry};

const LONG: Duration = Duration::from_mins(10);
const SHORT: Duration = Duration::from_millis(300);
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs the suite. `clock` is the one that the engine has; `pass` lets time go by on it: a manual clock is
/// moved, and with the machine's own it waits.
///
/// # Panics
/// When the engine falls short.
pub async fn suite<P: Future<Output = ()>>(
    cache: Arc<dyn Cache>,
    clock: SharedClock,
    pass: impl Fn(Duration) -> P,
) {
    let suite = Suite {
        cache,
        clock,
        namespace: format!("conformance-{}", random_id(&SystemEntropy)),
    };
    suite.values().await;
    suite.keys().await;
    suite.many().await;
    suite.filling().await;
    suite.counting().await;
    suite.counting_at_once().await;
    suite.expiry(&pass).await;
}

struct Suite {
    cache: Arc<dyn Cache>,
    clock: SharedClock,
    namespace: String,
}

impl Suite {
    fn key(&self, key: impl AsRef<[u8]>) -> CacheKey {
        CacheKey::new(&self.namespace, key.as_ref()).expect("the namespace is allowed")
    }

    fn entry(&self, value: Option<&[u8]>, ttl: Duration) -> Entry {
        let value = value.map(Bytes::copy_from_slice);
        Entry::new(value, ttl, &*self.clock).expect("the value is short enough")
    }

    async fn get(&self, key: &CacheKey) -> Option<Entry> {
        self.cache.get(key).await.expect("the cache answers")
    }

    async fn set(&self, key: &CacheKey, entry: &Entry) {
        self.cache
            .set(key, entry.clone())
            .await
            .expect("the cache takes it");
    }

    async fn values(&self) {
        let key = self.key("values");
        assert_eq!(self.get(&key).await, None);
        let longest: Vec<u8> = (0..MAX_VALUE_BYTES).map(|at| (at % 251) as u8).collect();
        let values = [
            Some(&b"v"[..]),
            Some(b""),
            None,
            Some(b"\0\r\n\xff"),
            Some(&longest),
        ];
        for value in values {
            let entry = self.entry(value, LONG);
            self.set(&key, &entry).await;
            assert!(
                self.get(&key).await == Some(entry),
                "it reads as it was set"
            );
        }
        self.cache.remove(&key).await.expect("it is removed");
        assert_eq!(self.get(&key).await, None);
        self.cache
            .remove(&key)
            .await
            .expect("there is nothing to remove");
        let too_long = Entry::new(
            Some(vec![0; MAX_VALUE_BYTES + 1].into()),
            LONG,
            &*self.clock,
        );
        assert!(matches!(too_long, Err(CacheError::ValueTooLarge { .. })));
    }

    async fn keys(&self) {
        let binary: Vec<u8> = (0..=255).collect();
        let keys = [
            &b""[..],
            b"plain",
            b"with space",
            b"line\r\nbreak",
            &binary,
            &binary[..90],
            &[b'x'; 300],
        ];
        for key in keys {
            let entry = self.entry(Some(key), LONG);
            self.set(&self.key(key), &entry).await;
        }
        for key in keys {
            let found = self.get(&self.key(key)).await.expect("it was set");
            assert_eq!(found.value.as_deref(), Some(key));
        }
    }

    async fn many(&self) {
        let key = |at: usize| self.key(format!("many {at}"));
        let count = MAX_BATCH + 7;
        for at in (0..count).step_by(2) {
            let entry = self.entry(Some(at.to_string().as_bytes()), LONG);
            self.set(&key(at), &entry).await;
        }
        let keys: Vec<CacheKey> = (0..count).map(key).collect();
        let found = self.cache.get_many(&keys).await.expect("the cache answers");
        assert_eq!(found.len(), count);
        for (at, entry) in found.into_iter().enumerate() {
            let expected = (at % 2 == 0).then(|| Bytes::from(at.to_string()));
            assert_eq!(entry.and_then(|entry| entry.value), expected, "key {at}");
        }
        assert_eq!(self.cache.get_many(&[]).await.expect("it answers"), []);
    }

    async fn filling(&self) {
        let key = self.key("filling");
        let (first, second) = (self.entry(Some(b"1"), LONG), self.entry(Some(b"2"), LONG));
        let fill = async |entry: &Entry| {
            let filled = self.cache.fill(&key, entry.clone()).await;
            filled.expect("the cache answers")
        };
        assert!(fill(&first).await);
        assert!(!fill(&second).await);
        assert_eq!(self.get(&key).await, Some(first));
        self.cache.remove(&key).await.expect("it is removed");
        assert!(fill(&second).await);
        assert_eq!(self.get(&key).await, Some(second));
    }

    async fn counting(&self) {
        let key = self.key("counting");
        let count = async || self.cache.count(&key).await.expect("the cache answers");
        assert_eq!(count().await, None);
        let mut sum = 0;
        for delta in [5, -3, 0, -100, 1 << 40, -(1 << 41), 7] {
            sum += delta;
            let added = self.cache.add(&key, delta, LONG).await;
            assert_eq!(added.expect("the cache counts"), sum);
            assert_eq!(count().await, Some(sum));
        }
        self.cache.remove(&key).await.expect("it is removed");
        assert_eq!(count().await, None);
        let value = self.key("not a counter");
        self.set(&value, &self.entry(Some(b"7"), LONG)).await;
        let added = self.cache.add(&value, 1, LONG).await;
        assert!(matches!(added, Err(CacheError::NotACounter)), "{added:?}");
        let read = self.cache.count(&value).await;
        assert!(matches!(read, Err(CacheError::NotACounter)), "{read:?}");
    }

    async fn counting_at_once(&self) {
        let key = self.key("counting at once");
        let adds = (0..40).map(|_| self.cache.add(&key, 3, LONG));
        for added in futures::future::join_all(adds).await {
            added.expect("the cache counts");
        }
        assert_eq!(self.cache.count(&key).await.expect("it answers"), Some(120));
    }

    async fn expiry<P: Future<Output = ()>>(&self, pass: &impl Fn(Duration) -> P) {
        let (short, long, counter) = (self.key("short"), self.key("long"), self.key("counter"));
        self.set(&long, &self.entry(Some(b"v"), LONG)).await;
        self.set(&short, &self.entry(Some(b"v"), SHORT)).await;
        self.cache
            .add(&counter, 1, SHORT)
            .await
            .expect("the cache counts");
        let mut passed = Duration::ZERO;
        while self.get(&short).await.is_some()
            || self
                .cache
                .count(&counter)
                .await
                .expect("it answers")
                .is_some()
        {
            assert!(
                passed < PATIENCE,
                "what expires after {SHORT:?} is there after {passed:?}"
            );
            pass(SHORT / 4).await;
            passed += SHORT / 4;
        }
        assert!(
            self.get(&long).await.is_some(),
            "what has not expired is there"
        );
        assert!(
            self.cache
                .fill(&short, self.entry(Some(b"2"), LONG))
                .await
                .expect("it answers")
        );
        let over = Entry {
            value: None,
            expires_at: self.clock.now(),
        };
        self.set(&long, &over).await;
        assert_eq!(
            self.get(&long).await,
            None,
            "what is set with no time left is gone"
        );
    }
}
