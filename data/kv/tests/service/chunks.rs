//! Chunks of writes that fail, of values that are replaced, and chunks that are lost.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use data_engine::{Durability, RowTable, SharedEngine};
use data_kv::limits::{CHUNK_BYTES, STAGED_GRACE};
use data_kv::{
    Collected, KeyValue as _, KvError, NamespaceConfig, Predicate, PutItem, PutItemsRequest,
};

use crate::probe::serve;

fn config() -> NamespaceConfig {
    NamespaceConfig {
        compress_over_bytes: None,
        ..NamespaceConfig::new("films", "rows")
    }
}

fn large(byte: u8) -> Bytes {
    vec![byte; 2 * CHUNK_BYTES + 5].into()
}

fn films() -> Arc<str> {
    "films".into()
}

async fn rows(engine: SharedEngine, table: &str) -> usize {
    let table = RowTable::open(&engine, table).await.unwrap();
    table.partitions(None, 1_000).await.unwrap().len()
}

#[tokio::test]
async fn a_failed_write_leaves_nothing_for_ever_and_can_be_repeated() {
    let (service, client, probe, clock) = serve(config()).await;
    let request = PutItemsRequest {
        namespace: films(),
        id: "id".into(),
        items: vec![PutItem::new("a", large(1))],
        token: client.token(),
    };
    probe.commits_fail.store(true, Ordering::SeqCst);
    let failed = service.put_items(request.clone()).await.unwrap_err();
    assert!(matches!(failed, KvError::Unavailable { .. }), "{failed}");
    assert_eq!(rows(probe.clone(), "kv.films.chunks").await, 3);
    let collected = service.collect_chunks("films").await.unwrap();
    let kept = Collected {
        kept: 1,
        removed: 0,
    };
    assert_eq!(collected, kept, "its commit may still be under way");
    clock.advance(STAGED_GRACE);
    let collected = service.collect_chunks("films").await.unwrap();
    let removed = Collected {
        kept: 0,
        removed: 1,
    };
    assert_eq!(collected, removed);
    for table in ["kv.films.chunks", "kv.films.blobs"] {
        assert_eq!(rows(probe.clone(), table).await, 0, "{table}");
    }
    probe.commits_fail.store(false, Ordering::SeqCst);
    service.put_items(request).await.unwrap();
    clock.advance(STAGED_GRACE);
    service.collect_chunks("films").await.unwrap();
    let value = client.get(&films(), "id", "a").await.unwrap();
    assert!(
        value == Some(large(1)),
        "the same write, repeated after the collection"
    );
}

#[tokio::test]
async fn what_is_replaced_deleted_or_expired_is_collected() {
    let (service, client, probe, clock) = serve(config()).await;
    let films = films();
    for (key, byte) in [("a", 1), ("b", 1), ("c", 1), ("d", 1), ("a", 2), ("e", 1)] {
        let item = PutItem::new(key, large(byte));
        client.put(&films, "id", item).await.unwrap();
    }
    client
        .put(&films, "id", PutItem::new("b", "small"))
        .await
        .unwrap();
    client
        .delete(&films, "id", Predicate::key("c"))
        .await
        .unwrap();
    let range = Predicate::Prefix("d".into());
    client.delete(&films, "id", range).await.unwrap();
    clock.advance(STAGED_GRACE + Duration::from_secs(1));
    let collected = service.collect_chunks("films").await.unwrap();
    let expected = Collected {
        kept: 2,
        removed: 4,
    };
    assert_eq!(collected, expected);
    assert_eq!(rows(probe, "kv.films.chunks").await, 6);
    for (key, byte) in [("a", 2), ("e", 1)] {
        let value = client.get(&films, "id", key).await.unwrap();
        assert!(value == Some(large(byte)), "{key}");
    }
}

#[tokio::test]
async fn a_lost_or_changed_chunk_is_an_error_not_a_value() {
    let (_service, client, probe, _clock) = serve(config()).await;
    let films = films();
    client
        .put(&films, "id", PutItem::new("a", large(1)))
        .await
        .unwrap();
    let engine: SharedEngine = probe;
    let chunks = RowTable::open(&engine, "kv.films.chunks").await.unwrap();
    let names = chunks.partitions(None, 10).await.unwrap();
    let put = async |value: Vec<u8>| {
        chunks
            .put(&names[0], "", value, Durability::Process)
            .await
            .unwrap();
        client.get(&films, "id", "a").await.unwrap_err()
    };
    let changed = put(vec![9; 5]).await;
    assert!(
        matches!(&changed, KvError::Damaged { key, .. } if key == "a"),
        "{changed}"
    );
    chunks
        .delete(&names[0], "", Durability::Process)
        .await
        .unwrap();
    let lost = client.get(&films, "id", "a").await.unwrap_err();
    assert!(lost.to_string().contains("is missing"), "{lost}");
    assert!(!lost.is_transient());
}
