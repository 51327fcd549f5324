//! Partitions and the ring.

use bytes::Bytes;

use crate::{Durability, EngineError, RowTable, SharedEngine, TokenRange};

/// Keys chosen so that an engine that joins partition and item carelessly confuses them.
pub(super) async fn partitions_never_mix(engine: &SharedEngine) -> Result<(), EngineError> {
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
        let own = items.iter().all(|item| item.value == partition);
        assert!(items.len() == 4 && own, "{partition:?} holds its own items");
    }
    let listed = table.partitions(None, 100).await?;
    let mut sorted = listed.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, partitions, "each partition once");
    for after in 0..listed.len() {
        let rest = table.partitions(Some(&listed[after]), 3).await?;
        let expected = listed.iter().skip(after + 1).take(3);
        assert!(rest.iter().eq(expected), "after a key, in the same order");
    }
    Ok(())
}

/// However the ring is cut, each part lists its own partitions.
pub(super) async fn parts_of_the_ring_join_up(engine: &SharedEngine) -> Result<(), EngineError> {
    let table = RowTable::open(engine, "conformance.ring").await?;
    for partition in 0..50_u8 {
        table.put([partition], "i", "", Durability::Process).await?;
    }
    let whole = table.partitions(None, 100).await?;
    for parts in [1, 2, 7] {
        let mut joined: Vec<Bytes> = Vec::new();
        for tokens in TokenRange::split(parts) {
            let mut after: Option<Bytes> = None;
            loop {
                let page = table.partitions_in(tokens, after.as_deref(), 3).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.clone());
                joined.extend(page);
            }
        }
        assert_eq!(joined, whole, "{parts} parts of the ring join up");
    }
    Ok(())
}
