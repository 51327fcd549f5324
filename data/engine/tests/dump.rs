//! Dumps: what goes in comes out, from a store that is written to meanwhile, and damage is seen.

use std::sync::Arc;
use std::time::Duration;

use data_engine::dump::{DUMP_VERSION, DumpError, DumpReader, restore};
use data_engine::{
    CasTable, Durability, EngineError, FjallEngine, MemoryEngine, Mutation, Range, RowTable,
    SharedEngine,
};

async fn filled(folder: &std::path::Path) -> Result<Arc<FjallEngine>, EngineError> {
    let store = Arc::new(FjallEngine::open(folder).await?);
    let engine: SharedEngine = store.clone();
    let rows = RowTable::open(&engine, "rows").await?;
    for partition in 0..30_u8 {
        let puts = (0..40_u8).map(|item| Mutation::put(vec![item], vec![partition; 20]));
        rows.write([partition], puts.collect(), Durability::Process)
            .await?;
    }
    let expiring = Mutation::Put {
        item: "expiring".into(),
        value: "v".into(),
        expires: Some(rows.stamp().moment().plus(Duration::from_hours(1))),
    };
    rows.write([0], vec![expiring], Durability::Process).await?;
    let all = vec![Mutation::delete_range(Range::all())];
    rows.write([1], all, Durability::Process).await?;
    rows.delete([2], vec![0], Durability::Process).await?;
    let swaps = CasTable::open(&engine, "swaps").await?;
    swaps
        .swap("p", "i", None, Some("v".into()), Durability::Power)
        .await?;
    Ok(store)
}

#[tokio::test]
async fn a_restored_store_holds_the_same_rows() -> Result<(), DumpError> {
    let folder = tempfile::tempdir()?;
    let store = filled(folder.path()).await?;
    let (dump, count) = store.dump(Vec::new()).await?;
    assert_eq!(
        count,
        29 * 40 + 1,
        "deleted rows stay out, and one is of the other table"
    );
    let again = tempfile::tempdir()?;
    let before: SharedEngine = store;
    for after in [
        FjallEngine::open_shared(again.path()).await?,
        MemoryEngine::shared(),
    ] {
        let restored = restore(&after, dump.as_slice()).await?;
        assert_eq!((restored.tables, restored.rows), (2, count));
        let [one, other] = [&before, &after].map(|engine| RowTable::open(engine, "rows"));
        let (one, other) = (one.await?, other.await?);
        assert_eq!(
            one.partitions(None, 100).await?,
            other.partitions(None, 100).await?
        );
        for partition in 0..30_u8 {
            assert_eq!(one.all([partition]).await?, other.all([partition]).await?);
        }
        let swaps = CasTable::open(&after, "swaps").await?;
        assert_eq!(swaps.get("p", "i").await?, Some("v".into()));
        assert_eq!(
            restore(&after, dump.as_slice()).await?.rows,
            count,
            "again changes nothing"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_dump_is_of_one_moment() -> Result<(), DumpError> {
    let folder = tempfile::tempdir()?;
    let store = Arc::new(FjallEngine::open(folder.path()).await?);
    let engine: SharedEngine = store.clone();
    let left = RowTable::open(&engine, "left").await?;
    let right = RowTable::open(&engine, "right").await?;
    let (stop, mut stopped) = tokio::sync::watch::channel(false);
    let writer = tokio::spawn(async move {
        let mut count = 0_u32;
        while !*stopped.borrow_and_update() {
            // The right never runs ahead of the left.
            left.put("p", "i", count.to_be_bytes().to_vec(), Durability::Process)
                .await?;
            right
                .put("p", "i", count.to_be_bytes().to_vec(), Durability::Process)
                .await?;
            count += 1;
            tokio::task::yield_now().await;
        }
        Ok::<_, EngineError>(())
    });
    for _ in 0..20 {
        let (dump, _) = store.dump(Vec::new()).await?;
        let restored = MemoryEngine::shared();
        restore(&restored, dump.as_slice()).await?;
        let mut counts = Vec::new();
        for table in ["left", "right"] {
            let held = RowTable::open(&restored, table)
                .await?
                .get("p", "i")
                .await?;
            counts.push(held.map_or(-1, |it| {
                i64::from(u32::from_be_bytes(it[..].try_into().unwrap()))
            }));
        }
        assert!(
            counts[0] == counts[1] || counts[0] == counts[1] + 1,
            "{counts:?}"
        );
    }
    stop.send_replace(true);
    writer.await.unwrap()?;
    Ok(())
}

#[tokio::test]
async fn damage_is_seen_wherever_it_lies() -> Result<(), DumpError> {
    let folder = tempfile::tempdir()?;
    let (dump, _) = filled(folder.path()).await?.dump(Vec::new()).await?;
    let verify = |bytes: &[u8]| -> Result<(), DumpError> {
        let mut reader = DumpReader::new(bytes)?;
        while reader.next_entry()?.is_some() {}
        Ok(())
    };
    verify(&dump)?;
    for at in (0..dump.len()).step_by(97) {
        assert!(verify(&dump[..at]).is_err(), "cut at {at}");
        let mut damaged = dump.clone();
        damaged[at] ^= 1;
        assert!(verify(&damaged).is_err(), "changed at {at}");
    }
    let mut newer = dump;
    newer[4..6].copy_from_slice(&(DUMP_VERSION + 1).to_le_bytes());
    assert!(matches!(verify(&newer), Err(DumpError::Newer { .. })));
    assert!(matches!(
        verify(b"no dump at all"),
        Err(DumpError::NotADump)
    ));
    Ok(())
}
