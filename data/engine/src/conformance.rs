//! What every engine promises, as one suite that each engine's tests run.
//!
//! [`suite`] opens tables of its own (`conformance.*`) on an engine that holds none of them, and panics at
//! the first promise that is not kept.

use bytes::Bytes;

use crate::limits::{MAX_KEY_BYTES, MAX_VALUE_BYTES};
use crate::{
    CasTable, Direction, Durability, EngineError, Mutation, PageLimit, Range, RowTable,
    SharedEngine, TableKind,
};

/// Runs every check.
///
/// # Panics
/// When the engine breaks a promise; the message says which.
pub async fn suite(engine: SharedEngine) {
    let checks = async {
        kinds_are_kept(&engine).await?;
        rows_are_read_back(&engine).await?;
        partitions_never_mix(&engine).await?;
        ranges_follow_key_order(&engine).await?;
        pages_join_up(&engine).await?;
        batches_are_atomic(&engine).await?;
        swaps_compare(&engine).await?;
        one_of_many_swaps_wins(&engine).await?;
        limits_are_held(&engine).await
    };
    checks
        .await
        .expect("the engine answers every call of the suite");
}

async fn kinds_are_kept(engine: &SharedEngine) -> Result<(), EngineError> {
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

async fn rows_are_read_back(engine: &SharedEngine) -> Result<(), EngineError> {
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

/// Keys chosen so that an engine that joins partition and item carelessly confuses them.
async fn partitions_never_mix(engine: &SharedEngine) -> Result<(), EngineError> {
    let table = RowTable::open(engine, "conformance.partitions").await?;
    let partitions: [&[u8]; 8] = [
        b"", b"\0", b"\0\0", b"\0\xff", b"a", b"a\0", b"a\0b", b"a\xff",
    ];
    for partition in partitions {
        for item in [&b""[..], b"\0", b"b", b"\xff"] {
            table
                .put(partition, item, partition, Durability::Process)
                .await?;
        }
    }
    for partition in partitions {
        let items = table.all(partition).await?;
        assert_eq!(
            items.len(),
            4,
            "partition {partition:?} holds its own items"
        );
        assert!(
            items.iter().all(|(_, value)| value == partition),
            "and no others"
        );
    }
    assert_eq!(
        table.partitions(None, 100).await?,
        partitions,
        "in byte order"
    );
    assert_eq!(
        table.partitions(Some(b"\0\0"), 2).await?,
        partitions[3..5],
        "after a key, limited"
    );
    assert_eq!(
        table.partitions(Some(b"a\0a"), 1).await?,
        [&b"a\0b"[..]],
        "after an absent key"
    );
    Ok(())
}

async fn ranges_follow_key_order(engine: &SharedEngine) -> Result<(), EngineError> {
    let table = RowTable::open(engine, "conformance.ranges").await?;
    for item in ["b", "d", "a", "c", "ca"] {
        table.put("p", item, item, Durability::Process).await?;
    }
    let keys = async |range: Range| {
        let page = table.range("p", &range, PageLimit::default()).await?;
        assert_eq!(page.next, None, "a range that fits has no next page");
        let keys = page.items.into_iter().map(|(key, _)| key);
        Ok::<_, EngineError>(
            keys.map(|key| String::from_utf8_lossy(&key).into_owned())
                .collect(),
        )
    };
    let between = |from: &'static str, until: &'static str, direction| Range {
        from: Some(Bytes::from(from)),
        until: Some(Bytes::from(until)),
        direction,
    };
    let all: Vec<String> = keys(Range::all()).await?;
    assert_eq!(all, ["a", "b", "c", "ca", "d"], "the whole partition");
    let reversed: Vec<String> = keys(Range::newest_first()).await?;
    assert_eq!(
        reversed,
        ["d", "ca", "c", "b", "a"],
        "the whole partition, backwards"
    );
    let part: Vec<String> = keys(between("b", "ca", Direction::Forward)).await?;
    assert_eq!(part, ["b", "c"], "half-open");
    let part: Vec<String> = keys(between("b", "ca", Direction::Reverse)).await?;
    assert_eq!(part, ["c", "b"], "half-open, backwards");
    let none: Vec<String> = keys(between("d", "b", Direction::Forward)).await?;
    assert!(none.is_empty(), "an inverted range is empty");
    let prefixed: Vec<String> = keys(Range::prefix("c")).await?;
    assert_eq!(prefixed, ["c", "ca"], "a prefix");
    Ok(())
}

async fn pages_join_up(engine: &SharedEngine) -> Result<(), EngineError> {
    let table = RowTable::open(engine, "conformance.pages").await?;
    for index in 0..25_u8 {
        table
            .put("p", vec![index], vec![index; 10], Durability::Process)
            .await?;
    }
    let limits = [
        PageLimit::items(7),
        PageLimit::items(0),
        PageLimit {
            items: 99,
            bytes: 40,
        },
    ];
    for limit in limits {
        for first in [Range::all(), Range::newest_first()] {
            let mut seen = Vec::new();
            let mut next = Some(first.clone());
            while let Some(range) = next {
                let page = table.range("p", &range, limit).await?;
                assert!(
                    !page.items.is_empty(),
                    "a page with a next one is never empty"
                );
                assert!(
                    page.items.len() <= limit.items.max(1),
                    "a page keeps to its items"
                );
                seen.extend(page.items.into_iter().map(|(key, _)| key[0]));
                next = page.next;
            }
            if first.direction == Direction::Reverse {
                seen.reverse();
            }
            assert!(
                seen.iter().copied().eq(0..25),
                "pages join without gap or overlap"
            );
        }
    }
    Ok(())
}

async fn batches_are_atomic(engine: &SharedEngine) -> Result<(), EngineError> {
    let table = RowTable::open(engine, "conformance.batches").await?;
    let put = |item: &'static str| Mutation::Put {
        item: item.into(),
        value: item.into(),
    };
    let over = Mutation::Put {
        item: "c".into(),
        value: vec![0; MAX_VALUE_BYTES + 1].into(),
    };
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
    let batch = vec![put("a"), put("b"), Mutation::Delete { item: "a".into() }];
    table.write("p", batch, Durability::Power).await?;
    assert_eq!(
        table.all("p").await?,
        [("b".into(), "b".into())],
        "mutations apply in order"
    );
    table.write("p", vec![], Durability::Power).await
}

async fn swaps_compare(engine: &SharedEngine) -> Result<(), EngineError> {
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
    let also = vec![Mutation::Put {
        item: "other".into(),
        value: "1".into(),
    }];
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

async fn one_of_many_swaps_wins(engine: &SharedEngine) -> Result<(), EngineError> {
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

async fn limits_are_held(engine: &SharedEngine) -> Result<(), EngineError> {
    let table = RowTable::open(engine, "conformance.limits").await?;
    let longest = vec![0; MAX_KEY_BYTES];
    table
        .put(&longest, longest.clone(), "v", Durability::Process)
        .await?;
    assert!(
        table.get(&longest, &longest).await?.is_some(),
        "the longest key is taken"
    );
    let longer = vec![0; MAX_KEY_BYTES + 1];
    let refused = table
        .put("p", longer.clone(), "v", Durability::Process)
        .await;
    assert!(
        matches!(refused, Err(EngineError::TooLarge { what: "key", .. })),
        "an item's key"
    );
    let refused = table.put(&longer, "i", "v", Durability::Process).await;
    assert!(
        matches!(refused, Err(EngineError::TooLarge { what: "key", .. })),
        "a partition's key"
    );
    let refused = engine
        .open(&"t".repeat(300), TableKind::LastWriteWins)
        .await;
    assert!(
        matches!(refused, Err(EngineError::TooLarge { .. })),
        "a table's name"
    );
    Ok(())
}
