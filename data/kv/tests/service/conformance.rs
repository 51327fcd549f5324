//! The suite on the engines of this workspace that need no server.

use std::sync::Arc;

use data_cache::MemoryCache;
use data_engine::{FjallEngine, MemoryEngine, SharedEngine};
use data_kv::{Client, KvError, NamespaceConfig, Service, ServiceParts, conformance};
use platform_clock::ManualClock;
use platform_entropy::SeededEntropy;

use crate::probe::START;

async fn keeps_its_promises(engine: SharedEngine, clock: Arc<ManualClock>) {
    let cache = Arc::new(MemoryCache::new(64 << 20, clock.clone()));
    let parts = ServiceParts {
        cache: Some(cache),
        ..ServiceParts::on("rows", engine, clock.clone())
    };
    let service = Service::open(parts).await.unwrap();
    for namespace in conformance::namespaces("rows") {
        service.configure(namespace).await.unwrap();
    }
    let service = Arc::new(service);
    let elapse = |by| {
        clock.advance(by);
        std::future::ready(())
    };
    conformance::suite(service.clone(), clock.clone(), elapse).await;
    let client = Client::new(service, clock.clone(), &SeededEntropy::shared(1));
    conformance::suite(Arc::new(client), clock.clone(), elapse).await;
}

#[tokio::test]
async fn in_memory() {
    let clock = ManualClock::at(START);
    let engine = Arc::new(MemoryEngine::on(clock.clone()));
    keeps_its_promises(engine, clock).await;
}

#[tokio::test]
async fn on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(START);
    let engine = FjallEngine::open_on(folder.path(), clock.clone()).await;
    keeps_its_promises(Arc::new(engine.unwrap()), clock).await;
}

#[tokio::test]
async fn namespaces_are_kept_and_guarded() {
    let clock = ManualClock::at(START);
    let engine: SharedEngine = Arc::new(MemoryEngine::on(clock.clone()));
    let open = || Service::open(ServiceParts::on("rows", engine.clone(), clock.clone()));
    let first = open().await.unwrap();
    let config = NamespaceConfig::new("films", "rows");
    first.configure(config.clone()).await.unwrap();
    let second = open().await.unwrap();
    assert_eq!(second.config("films").await.unwrap(), config);
    assert_eq!(second.namespaces().await.unwrap(), ["films"]);
    let elsewhere = second
        .configure(NamespaceConfig::new("films", "other"))
        .await;
    assert!(matches!(elsewhere, Err(KvError::BadNamespace { .. })));
    let nowhere = second
        .configure(NamespaceConfig::new("songs", "other"))
        .await;
    assert!(matches!(nowhere, Err(KvError::BadNamespace { .. })));
    assert_eq!(
        second.config("films").await.unwrap(),
        config,
        "nothing was changed"
    );
    let homeless = ServiceParts {
        home: "other".to_owned(),
        ..ServiceParts::on("rows", engine.clone(), clock.clone())
    };
    let homeless = Service::open(homeless).await.unwrap_err();
    assert!(matches!(homeless, KvError::Invalid { .. }), "{homeless}");
}
