//! What is too large is refused by name, and leaves nothing behind.

use bytes::Bytes;
use data_engine::limits::{MAX_BATCH_BYTES, MAX_BATCH_ITEMS, MAX_VALUE_BYTES};
use data_engine::{
    CasTable, Change, Durability, EngineError, FjallEngine, MemoryEngine, Mutation, PageLimit,
    Range, RowTable, SharedEngine,
};

fn named<T: std::fmt::Debug>(answer: Result<T, EngineError>) -> String {
    match answer {
        Err(EngineError::TooLarge { what, unit, .. }) => format!("{what} {unit}"),
        other => format!("{other:?}"),
    }
}

/// Batches that are over one limit each, and which that is.
fn batches() -> [(Vec<(String, Bytes)>, &'static str); 3] {
    let value = |bytes| Bytes::from(vec![0; bytes]);
    let half = MAX_BATCH_BYTES / 2 + 1;
    let item = |at: usize| (at.to_string(), Bytes::new());
    [
        (
            vec![("a".into(), value(MAX_VALUE_BYTES + 1))],
            "value bytes",
        ),
        (
            vec![("a".into(), value(half)), ("b".into(), value(half))],
            "batch bytes",
        ),
        ((0..=MAX_BATCH_ITEMS).map(item).collect(), "batch items"),
    ]
}

async fn are_held(engine: SharedEngine) {
    let rows = RowTable::open(&engine, "rows").await.expect("it opens");
    let swaps = CasTable::open(&engine, "swaps").await.expect("it opens");
    for (batch, limit) in batches() {
        let puts = batch.iter().cloned();
        let puts = puts
            .map(|(item, value)| Mutation::put(item, value))
            .collect();
        assert_eq!(
            named(rows.write("p", puts, Durability::Process).await),
            limit
        );
        let puts = batch.into_iter();
        let puts = puts.map(|(item, value)| Change::put(item, value)).collect();
        let swapped = swaps.write_if("p", b"x", None, puts, Durability::Process);
        assert_eq!(named(swapped.await), limit);
    }
    let all = Range::all();
    for table in ["rows", "swaps"] {
        let left = engine.range(table, b"p", &all, PageLimit::default());
        let left = left.await.expect("the engine reads");
        assert!(left.items.is_empty(), "nothing is half written");
    }
}

#[tokio::test]
async fn are_held_in_memory() {
    are_held(MemoryEngine::shared()).await;
}

#[tokio::test]
async fn are_held_on_disk() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let engine = FjallEngine::open_shared(folder.path()).await;
    are_held(engine.expect("it opens")).await;
}
