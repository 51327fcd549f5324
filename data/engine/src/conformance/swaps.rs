//! Compare-and-set tables.

use bytes::Bytes;

use crate::{CasTable, Change, Durability, EngineError, SharedEngine};

pub(super) async fn swaps_compare(engine: &SharedEngine) -> Result<(), EngineError> {
    let table = CasTable::open(engine, "conformance.swaps").await?;
    let swap = async |expected: Option<&'static [u8]>, value: Option<&'static str>| {
        table
            .swap(
                "p",
                "i",
                expected,
                value.map(Bytes::from),
                Durability::Process,
            )
            .await
    };
    assert!(
        !swap(Some(b"x"), Some("1")).await?,
        "an absent item holds nothing"
    );
    assert!(swap(None, Some("1")).await?, "absent as expected");
    assert!(
        !swap(None, Some("2")).await?,
        "present, though expected absent"
    );
    assert!(swap(Some(b"1"), Some("2")).await?, "the expected value");
    assert_eq!(
        table.get("p", "i").await?.as_deref(),
        Some(&b"2"[..]),
        "the swap stands"
    );
    assert!(swap(Some(b"2"), None).await?, "a swap can remove");
    assert_eq!(table.get("p", "i").await?, None, "and did");
    let also = vec![Change::put("other", "1")];
    let held = table
        .write_if("p", b"i", Some(b"x"), also.clone(), Durability::Power)
        .await?;
    assert!(
        !held && table.get("p", "other").await?.is_none(),
        "a lost comparison writes nothing"
    );
    assert!(
        table
            .write_if("p", b"i", None, also, Durability::Power)
            .await?
    );
    assert!(
        table.get("p", "other").await?.is_some(),
        "a won comparison may write other items"
    );
    Ok(())
}

pub(super) async fn one_of_many_swaps_wins(engine: &SharedEngine) -> Result<(), EngineError> {
    const WRITERS: u32 = 8;
    const INCREMENTS: u32 = 10;
    let table = CasTable::open(engine, "conformance.counter").await?;
    let writers = (0..WRITERS).map(|_| {
        let table = table.clone();
        tokio::spawn(async move {
            for _ in 0..INCREMENTS {
                while !increment(&table).await? {}
            }
            Ok::<(), EngineError>(())
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("a writer does not panic")?;
    }
    let total = table.get("p", "count").await?;
    assert_eq!(
        number(total.as_deref()),
        WRITERS * INCREMENTS,
        "no increment is lost"
    );
    Ok(())
}

async fn increment(table: &CasTable) -> Result<bool, EngineError> {
    let current = table.get("p", "count").await?;
    let next = number(current.as_deref()) + 1;
    let next = Bytes::copy_from_slice(&next.to_be_bytes());
    table
        .swap(
            "p",
            "count",
            current.as_deref(),
            Some(next),
            Durability::Process,
        )
        .await
}

fn number(bytes: Option<&[u8]>) -> u32 {
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(0, u32::from_be_bytes)
}
