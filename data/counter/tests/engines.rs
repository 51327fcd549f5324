//! The conformance suite on the engines of this machine.

use std::sync::Arc;

use data_cache::{MemoryCache, SharedCache};
use data_counter::conformance;
use data_engine::{FjallEngine, MemoryEngine};
use platform_clock::SystemClock;

fn cache() -> SharedCache {
    Arc::new(MemoryCache::new(1 << 20, SystemClock::shared()))
}

#[tokio::test]
async fn keeps_its_promises_in_memory() {
    conformance::suite(MemoryEngine::shared(), cache(), "memory").await;
}

#[tokio::test]
async fn keeps_its_promises_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let engine = FjallEngine::open_shared(folder.path()).await.unwrap();
    conformance::suite(engine, cache(), "disk").await;
}
