//! Cassandra: the wide-row engine's suite. Those of what stands on the engine are in `cassandra_stores`.

use std::sync::Arc;

use data_cassandra::{CassandraEngine, Cluster};
use data_engine::{
    CasTable, Durability, EngineError, PageLimit, Range, RowTable, SharedEngine, TableKind,
    conformance,
};
use scylla::client::session_builder::SessionBuilder;
use tests_engines::{address, unique};

/// A keyspace that no earlier run has used.
fn keyspace() -> Option<Cluster> {
    let address = address("CASSANDRA")?;
    let cluster = format!("cassandra://{address}/{}?replication=1", unique("engine"));
    Some(cluster.parse().expect("the address has every part"))
}

async fn connect(cluster: &Cluster) -> SharedEngine {
    let engine = CassandraEngine::connect(cluster).await;
    Arc::new(engine.expect("the engine connects"))
}

async fn cql(cluster: &Cluster, statement: String) {
    let builder = SessionBuilder::new().known_nodes(&cluster.hosts);
    let session = builder.build().await.expect("the driver connects");
    let done = session.query_unpaged(statement, ()).await;
    done.expect("the server does as it is told");
}

async fn forget(cluster: &Cluster) {
    cql(cluster, format!("DROP KEYSPACE {}", cluster.keyspace)).await;
}

#[tokio::test]
async fn cassandra_keeps_what_every_engine_promises() {
    let Some(cluster) = keyspace() else {
        return;
    };
    conformance::suite(connect(&cluster).await, tokio::time::sleep).await;
    forget(&cluster).await;
}

#[tokio::test]
async fn engines_of_one_keyspace_open_the_same_tables() -> Result<(), EngineError> {
    let Some(cluster) = keyspace() else {
        return Ok(());
    };
    let (one, other) = tokio::join!(connect(&cluster), connect(&cluster));
    let (first, second) =
        tokio::join!(RowTable::open(&one, "rows"), RowTable::open(&other, "rows"));
    let (first, second) = (first?, second?);
    first.put("p", "i", "v", Durability::Process).await?;
    assert_eq!(second.get("p", "i").await?, Some("v".into()));
    let wrong = CasTable::open(&other, "rows").await;
    assert!(matches!(wrong, Err(EngineError::WrongKind { .. })));
    let third = connect(&cluster).await;
    let wrong = CasTable::open(&third, "rows").await;
    assert!(
        matches!(wrong, Err(EngineError::WrongKind { .. })),
        "a kind outlives the process"
    );
    third.drop_table("rows").await?;
    assert!(
        second.get("p", "i").await.is_err(),
        "a table dropped elsewhere is gone"
    );
    let again = RowTable::open(&third, "rows").await?;
    assert_eq!(
        again.get("p", "i").await?,
        None,
        "its next generation is empty"
    );
    forget(&cluster).await;
    Ok(())
}

#[tokio::test]
async fn a_drop_that_was_cut_short_is_ended() -> Result<(), EngineError> {
    let Some(cluster) = keyspace() else {
        return Ok(());
    };
    let engine = connect(&cluster).await;
    let table = RowTable::open(&engine, "rows").await?;
    table.put("p", "i", "v", Durability::Process).await?;
    let registry = format!("{}.marquee_registry", cluster.keyspace);
    cql(
        &cluster,
        format!("UPDATE {registry} SET dropped = true WHERE key = 'table/rows' IF EXISTS"),
    )
    .await;
    let next = connect(&cluster).await;
    let table = CasTable::open(&next, "rows").await?;
    assert_eq!(table.get("p", "i").await?, None);
    forget(&cluster).await;
    Ok(())
}

#[tokio::test]
async fn a_keyspace_of_a_newer_version_is_refused() {
    let Some(cluster) = keyspace() else {
        return;
    };
    drop(connect(&cluster).await);
    let registry = format!("{}.marquee_registry", cluster.keyspace);
    cql(
        &cluster,
        format!("UPDATE {registry} SET version = 99 WHERE key = 'format' IF EXISTS"),
    )
    .await;
    let refused = CassandraEngine::connect(&cluster).await.unwrap_err();
    assert!(
        matches!(refused, EngineError::NewerFormat { found: 99, .. }),
        "{refused}"
    );
    forget(&cluster).await;
}

#[tokio::test]
async fn a_cluster_that_does_not_answer_is_unavailable() {
    if address("CASSANDRA").is_none() {
        return;
    }
    let nobody: Cluster = "cassandra://127.0.0.1:1/k".parse().unwrap();
    let refused = CassandraEngine::connect(&nobody).await.unwrap_err();
    assert!(matches!(refused, EngineError::Unavailable(_)), "{refused}");
}

#[tokio::test]
async fn a_page_of_large_values_is_not_fetched_in_one() -> Result<(), EngineError> {
    let Some(cluster) = keyspace() else {
        return Ok(());
    };
    let engine = connect(&cluster).await;
    let table = RowTable::open(&engine, "large").await?;
    for index in 0..12_u8 {
        let value = vec![index; 1 << 20];
        table
            .put("p", vec![index], value, Durability::Process)
            .await?;
    }
    let (mut pages, mut seen) = (0, 0);
    let mut next = Some(Range::all());
    while let Some(range) = next {
        let page = table.range("p", &range, PageLimit::default()).await?;
        let bytes: usize = page.items.iter().map(|item| item.value.len()).sum();
        assert!(bytes <= PageLimit::default().bytes, "{bytes}");
        seen += page.items.len();
        pages += 1;
        next = page.next;
    }
    assert_eq!(
        (pages, seen),
        (12, 12),
        "two values and their keys are over a page"
    );
    forget(&cluster).await;
    Ok(())
}

#[tokio::test]
async fn a_comparison_moves_only_what_it_changes() -> Result<(), EngineError> {
    let Some(cluster) = keyspace() else {
        return Ok(());
    };
    let engine = connect(&cluster).await;
    engine.open("swaps", TableKind::CompareAndSet).await?;
    let compare = async |expected: Option<&[u8]>, changes| {
        engine
            .write_if("swaps", b"p", b"i", expected, changes, Durability::Process)
            .await
    };
    assert!(compare(None, vec![]).await?, "absent as expected");
    assert!(
        !compare(Some(b""), vec![]).await?,
        "an absent item is not an empty one"
    );
    assert_eq!(
        engine.get("swaps", b"p", b"i").await?,
        None,
        "and stays absent"
    );
    assert!(compare(None, vec![data_engine::Change::put("i", "")]).await?);
    assert!(!compare(None, vec![]).await?, "an empty item is not absent");
    let before = engine.get("swaps", b"p", b"i").await?;
    assert!(compare(Some(b""), vec![data_engine::Change::put("other", "1")]).await?);
    assert_eq!(
        engine.get("swaps", b"p", b"i").await?,
        before,
        "value, stamp and expiry"
    );
    assert!(compare(Some(b""), vec![data_engine::Change::delete("i")]).await?);
    assert_eq!(engine.get("swaps", b"p", b"i").await?, None);
    assert!(compare(None, vec![data_engine::Change::put("i", "again")]).await?);
    let page = engine
        .range("swaps", b"p", &Range::all(), PageLimit::default())
        .await?;
    assert_eq!(page.items.len(), 2);
    forget(&cluster).await;
    Ok(())
}
