//! Values over the chunk threshold.

use bytes::Bytes;
use futures::future::try_join;

use super::CHUNK_OVER_BYTES;
use super::run::{Run, noise as large};
use crate::limits::CHUNK_BYTES;
use crate::{KvError, Predicate, PutItem};

pub(super) async fn large_values_are_read_back(run: &Run) -> Result<(), KvError> {
    let record = "large";
    let sizes = [
        CHUNK_OVER_BYTES,
        CHUNK_OVER_BYTES + 1,
        CHUNK_BYTES,
        CHUNK_BYTES + 1,
        3 * CHUNK_BYTES + 7,
    ];
    for (at, bytes) in sizes.into_iter().enumerate() {
        run.put_one(record, &at.to_string(), large(bytes, 1))
            .await?;
    }
    for (at, bytes) in sizes.into_iter().enumerate() {
        let value = run.value(record, &at.to_string()).await?;
        assert!(value == Some(large(bytes, 1)), "{bytes} bytes");
    }
    let (items, pages) = run.read(run.asks(record, Predicate::All)).await?;
    let found = items.iter().filter_map(|item| item.value.as_ref());
    let expected = sizes.map(|bytes| large(bytes, 1));
    assert!(
        found.map(|value| &value.bytes).eq(&expected),
        "in pages too"
    );
    assert!(pages > 1, "which stay within their bytes");
    Ok(())
}

pub(super) async fn large_values_are_repeated_and_replaced(run: &Run) -> Result<(), KvError> {
    let record = "replaced";
    let value = |seed| large(CHUNK_BYTES + 100, seed);
    let token = run.token();
    let write = async || {
        let items = ["a", "b"].map(|key| PutItem::new(key, value(1)));
        run.put(record, items.into(), token).await
    };
    write().await?;
    write().await?;
    assert!(run.value(record, "a").await? == Some(value(1)), "repeated");
    run.put_one(record, "a", value(2)).await?;
    write().await?;
    assert!(
        run.value(record, "a").await? == Some(value(2)),
        "replaced by a large one"
    );
    run.put_one(record, "a", "small").await?;
    assert!(
        run.value(record, "a").await? == Some("small".into()),
        "by a small one"
    );
    run.delete(record, Predicate::key("a"), run.token()).await?;
    write().await?;
    assert!(run.value(record, "a").await?.is_none(), "and deleted");
    assert!(run.value(record, "b").await? == Some(value(1)), "alone");
    Ok(())
}

/// A reader beside a writer gets one of the values written, whole, and never an older one than before.
pub(super) async fn nobody_reads_half_a_value(run: &Run) -> Result<(), KvError> {
    const ROUNDS: u8 = 12;
    let record = "raced";
    let value = |round| Bytes::from(vec![round; 2 * CHUNK_BYTES]);
    run.put_one(record, "a", value(0)).await?;
    let write = async {
        for round in 1..ROUNDS {
            run.put_one(record, "a", value(round)).await?;
        }
        Ok::<_, KvError>(())
    };
    let read = async {
        let mut last = 0;
        while last < ROUNDS - 1 {
            let read = run.value(record, "a").await?;
            let read = read.expect("there is a value at any time");
            let is_whole = read.len() == 2 * CHUNK_BYTES && read.iter().all(|it| *it == read[0]);
            assert!(is_whole, "one value, whole");
            assert!(read[0] >= last, "and none older than before");
            last = read[0];
            tokio::task::yield_now().await;
        }
        Ok(())
    };
    try_join(write, read).await?;
    Ok(())
}
