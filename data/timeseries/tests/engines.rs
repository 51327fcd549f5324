//! The conformance suite on the engines of this machine.

use data_engine::{FjallEngine, MemoryEngine};
use data_timeseries::conformance;

#[tokio::test]
async fn keeps_its_promises_in_memory() {
    conformance::suite(MemoryEngine::shared(), "memory").await;
}

#[tokio::test]
async fn keeps_its_promises_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let engine = FjallEngine::open_shared(folder.path()).await.unwrap();
    conformance::suite(engine, "disk").await;
}
