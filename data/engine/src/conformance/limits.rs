//! Limits.

use crate::limits::{MAX_CLOCK_AHEAD, MAX_KEY_BYTES};
use crate::{Durability, EngineError, Mutation, RowTable, SharedEngine, Stamp, TableKind};

pub(super) async fn limits_are_held(engine: &SharedEngine) -> Result<(), EngineError> {
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

pub(super) async fn a_clock_far_ahead_is_refused(engine: &SharedEngine) -> Result<(), EngineError> {
    let table = RowTable::open(engine, "conformance.ahead").await?;
    let ahead = Stamp::at(table.stamp().moment().plus(2 * MAX_CLOCK_AHEAD));
    let put = vec![Mutation::put("i", "v")];
    let refused = table.write_at("p", put, ahead, Durability::Process).await;
    let Err(EngineError::ClockAhead { ahead }) = refused else {
        panic!("a stamp from the far future is refused: {refused:?}");
    };
    assert!(ahead > MAX_CLOCK_AHEAD, "and told how far ahead it is");
    assert_eq!(table.get("p", "i").await?, None, "and nothing is written");
    Ok(())
}
