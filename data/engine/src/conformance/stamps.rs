//! Write stamps and expiry.

use std::future::Future;
use std::time::Duration;

use bytes::Bytes;

use crate::{Durability, EngineError, Mutation, RowTable, SharedEngine, Stamp};

pub(super) async fn the_greater_stamp_stands(engine: &SharedEngine) -> Result<(), EngineError> {
    let table = RowTable::open(engine, "conformance.stamps").await?;
    let now = table.stamp();
    let write = async |mutation, before: u64| {
        let (mutations, stamp) = (vec![mutation], Stamp(now.0 - before));
        table
            .write_at("p", mutations, stamp, Durability::Process)
            .await
    };
    write(Mutation::put("i", "newer"), 10).await?;
    write(Mutation::put("i", "older"), 20).await?;
    let held = table.cell("p", "i").await?;
    let held = held.map(|cell| (cell.value, cell.stamp));
    let newer = (Bytes::from("newer"), Stamp(now.0 - 10));
    assert_eq!(
        held,
        Some(newer),
        "an older write that arrives late is not seen"
    );
    write(Mutation::delete("i"), 15).await?;
    assert!(
        table.get("p", "i").await?.is_some(),
        "nor is an older deletion"
    );
    write(Mutation::delete("i"), 5).await?;
    write(Mutation::put("i", "late"), 7).await?;
    assert_eq!(
        table.get("p", "i").await?,
        None,
        "a deletion outlives older writes"
    );
    for value in ["lesser", "z greater", "lesser"] {
        write(Mutation::put("i", value), 2).await?;
    }
    let held = table.get("p", "i").await?;
    assert_eq!(
        held,
        Some("z greater".into()),
        "of equal stamps the greater value"
    );
    let expiring = |value: &'static str, hours: u64| Mutation::Put {
        item: "i".into(),
        value: value.into(),
        expires: Some(now.moment().plus(Duration::from_hours(hours))),
    };
    write(expiring("lesser, expiring", 2), 2).await?;
    for mutation in [Mutation::put("i", "z greater"), expiring("sooner", 1)] {
        write(mutation, 2).await?;
    }
    let held = table.get("p", "i").await?;
    assert_eq!(
        held,
        Some("lesser, expiring".into()),
        "before them one that expires, the latest first"
    );
    write(Mutation::delete("i"), 2).await?;
    assert_eq!(
        table.get("p", "i").await?,
        None,
        "and a deletion before any value"
    );
    assert!(table.stamp() > now, "stamps grow");
    Ok(())
}

pub(super) async fn a_repeated_write_changes_nothing(
    engine: &SharedEngine,
) -> Result<(), EngineError> {
    let table = RowTable::open(engine, "conformance.repeats").await?;
    let first = table.stamp();
    let write_first = async || {
        let batch = vec![Mutation::put("a", "first"), Mutation::delete("b")];
        table.write_at("p", batch, first, Durability::Process).await
    };
    write_first().await?;
    table.put("p", "a", "second", Durability::Process).await?;
    table.put("p", "b", "second", Durability::Process).await?;
    write_first().await?;
    for item in ["a", "b"] {
        let held = table.get("p", item).await?;
        assert_eq!(
            held,
            Some("second".into()),
            "a retry undoes nothing written since"
        );
    }
    Ok(())
}

pub(super) async fn items_expire<F: Future<Output = ()>>(
    engine: &SharedEngine,
    elapse: &impl Fn(Duration) -> F,
) -> Result<(), EngineError> {
    let table = RowTable::open(engine, "conformance.expiry").await?;
    let put = |item: &'static str, after: Option<u64>| Mutation::Put {
        item: item.into(),
        value: Bytes::new(),
        expires: after.map(|after| table.stamp().moment().plus(Duration::from_secs(after))),
    };
    let batch = vec![
        put("soon", Some(2)),
        put("late", Some(3_600)),
        put("never", None),
    ];
    table.write("p", batch, Durability::Process).await?;
    assert_eq!(table.all("p").await?.len(), 3, "nothing has expired yet");
    let late = table.cell("p", "late").await?.and_then(|cell| cell.expires);
    let left = late.map(|at| at.since(table.stamp().moment()).as_secs());
    assert!(
        left.is_some_and(|left| (3_500..3_602).contains(&left)),
        "an item tells its expiry"
    );
    elapse(Duration::from_secs(4)).await;
    assert_eq!(
        table.get("p", "soon").await?,
        None,
        "an expired item is gone"
    );
    let left = table.all("p").await?.into_iter().map(|item| item.key);
    assert!(left.eq(["late", "never"]), "from ranges too");
    table.put("p", "soon", "again", Durability::Process).await?;
    assert!(
        table.get("p", "soon").await?.is_some(),
        "and can be written again"
    );
    Ok(())
}
