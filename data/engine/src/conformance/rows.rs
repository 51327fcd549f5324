//! Tables and rows.

use crate::limits::MAX_VALUE_BYTES;
use crate::{CasTable, Durability, EngineError, Mutation, RowTable, SharedEngine};

pub(super) async fn kinds_are_kept(engine: &SharedEngine) -> Result<(), EngineError> {
    RowTable::open(engine, "conformance.kind").await?;
    RowTable::open(engine, "conformance.kind").await?;
    let wrong = CasTable::open(engine, "conformance.kind").await;
    assert!(
        matches!(wrong, Err(EngineError::WrongKind { .. })),
        "a table keeps its kind"
    );
    let mixed = engine
        .write_if(
            "conformance.kind",
            b"p",
            b"i",
            None,
            vec![],
            Durability::Process,
        )
        .await;
    assert!(
        matches!(mixed, Err(EngineError::WrongKind { .. })),
        "writes keep to the table's kind"
    );
    let unknown = engine.get("conformance.unknown", b"p", b"i").await;
    assert!(
        matches!(unknown, Err(EngineError::NotOpen { .. })),
        "a table is opened before use"
    );
    Ok(())
}

pub(super) async fn rows_are_read_back(engine: &SharedEngine) -> Result<(), EngineError> {
    let table = RowTable::open(engine, "conformance.rows").await?;
    assert_eq!(table.get("p", "a").await?, None, "a new table is empty");
    table.put("p", "a", "1", Durability::Process).await?;
    table.put("p", "a", "2", Durability::Power).await?;
    table.put("p", "", "", Durability::Process).await?;
    assert_eq!(
        table.get("p", "a").await?.as_deref(),
        Some(&b"2"[..]),
        "the last write stands"
    );
    assert_eq!(
        table.get("p", "").await?.as_deref(),
        Some(&b""[..]),
        "empty key, empty value"
    );
    table.delete("p", "a", Durability::Process).await?;
    table.delete("p", "a", Durability::Process).await?;
    assert_eq!(table.get("p", "a").await?, None, "a deleted item is gone");
    table.delete("p", "", Durability::Process).await?;
    assert!(
        table.partitions(None, 10).await?.is_empty(),
        "an emptied partition is not listed"
    );
    Ok(())
}

pub(super) async fn batches_are_atomic(engine: &SharedEngine) -> Result<(), EngineError> {
    let table = RowTable::open(engine, "conformance.batches").await?;
    let put = |item: &'static str| Mutation::put(item, item);
    let over = Mutation::put("c", vec![0; MAX_VALUE_BYTES + 1]);
    let refused = table
        .write("p", vec![put("a"), over], Durability::Process)
        .await;
    assert!(
        matches!(refused, Err(EngineError::TooLarge { .. })),
        "an oversized value is refused"
    );
    assert!(
        table.all("p").await?.is_empty(),
        "a refused batch leaves nothing"
    );
    let batch = vec![put("a"), put("b"), Mutation::delete("a")];
    table.write("p", batch, Durability::Power).await?;
    let items = table.all("p").await?.into_iter().map(|item| item.key);
    assert!(items.eq(["b"]), "of each item the last mutation stands");
    table.write("p", vec![], Durability::Power).await
}

pub(super) async fn a_dropped_table_is_gone(engine: &SharedEngine) -> Result<(), EngineError> {
    let table = RowTable::open(engine, "conformance.dropped").await?;
    table.put("p", "i", "v", Durability::Power).await?;
    table.clone().drop_table().await?;
    let gone = table.get("p", "i").await;
    assert!(
        matches!(gone, Err(EngineError::NotOpen { .. })),
        "a dropped table is not open"
    );
    let table = CasTable::open(engine, "conformance.dropped").await?;
    assert_eq!(
        table.get("p", "i").await?,
        None,
        "a new table of its name is empty, and may be of the other kind"
    );
    engine.drop_table("conformance.dropped").await?;
    engine.drop_table("conformance.dropped").await
}
