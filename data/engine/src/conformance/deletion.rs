//! Deletion of ranges, and reading over what is deleted.

use bytes::Bytes;

use crate::limits::MAX_DEAD_ITEMS;
use crate::{
    Direction, Durability, EngineError, Mutation, PageLimit, Range, RowTable, SharedEngine, Stamp,
};

fn between(from: &'static str, until: &'static str) -> Range {
    Range {
        from: Some(Bytes::from(from)),
        until: Some(Bytes::from(until)),
        direction: Direction::Forward,
    }
}

async fn keys(table: &RowTable, partition: &str) -> Result<String, EngineError> {
    let items = table.all(partition).await?;
    let keys = items.iter().map(|item| String::from_utf8_lossy(&item.key));
    Ok(keys.collect())
}

pub(super) async fn a_range_is_deleted_whole(engine: &SharedEngine) -> Result<(), EngineError> {
    let table = RowTable::open(engine, "conformance.ranges-deleted").await?;
    let fill = || {
        "abcdef"
            .chars()
            .map(|it| Mutation::put(it.to_string(), "v"))
    };
    for partition in ["p", "q"] {
        let mutations = fill().collect();
        table
            .write(partition, mutations, Durability::Process)
            .await?;
    }
    let delete = async |range| {
        let mutations = vec![Mutation::delete_range(range)];
        table.write("p", mutations, Durability::Process).await
    };
    delete(between("b", "d")).await?;
    assert_eq!(keys(&table, "p").await?, "adef", "half-open");
    assert_eq!(table.get("p", "b").await?, None, "a get agrees");
    delete(between("f", "a")).await?;
    assert_eq!(
        keys(&table, "p").await?,
        "adef",
        "an inverted range deletes nothing"
    );
    let before = Stamp(table.stamp().0 - 1_000_000);
    let late = vec![Mutation::put("c", "late")];
    table
        .write_at("p", late, before, Durability::Process)
        .await?;
    assert_eq!(
        keys(&table, "p").await?,
        "adef",
        "an older write stays deleted"
    );
    table.put("p", "c", "again", Durability::Process).await?;
    assert_eq!(keys(&table, "p").await?, "acdef", "a newer one stands");
    delete(Range::all()).await?;
    assert_eq!(keys(&table, "p").await?, "", "the whole partition");
    assert_eq!(keys(&table, "q").await?, "abcdef", "and no other");
    let listed = table.partitions(None, 10).await?;
    assert_eq!(listed, ["q"], "a deleted partition is not listed");
    Ok(())
}

pub(super) async fn what_is_put_beside_a_deletion_stands(
    engine: &SharedEngine,
) -> Result<(), EngineError> {
    let table = RowTable::open(engine, "conformance.replaced").await?;
    for round in ["1", "2", "3"] {
        let replace = vec![
            Mutation::put(round, ""),
            Mutation::delete_range(Range::all()),
        ];
        table.write("p", replace, Durability::Process).await?;
        assert_eq!(
            keys(&table, "p").await?,
            round,
            "a partition is replaced whole"
        );
    }
    Ok(())
}

pub(super) async fn reading_over_the_dead_is_bounded(
    engine: &SharedEngine,
) -> Result<(), EngineError> {
    let table = RowTable::open(engine, "conformance.dead").await?;
    let count = 2 * MAX_DEAD_ITEMS + 10;
    let key = |index: usize| format!("{index:08}");
    let puts = (0..count).map(|index| Mutation::put(key(index), ""));
    table
        .write("p", puts.collect(), Durability::Process)
        .await?;
    let deletions = (1..count).map(|index| Mutation::delete(key(index)));
    table
        .write("p", deletions.collect(), Durability::Process)
        .await?;
    for first in [Range::all(), Range::newest_first()] {
        let (mut found, mut pages) = (0, 0);
        let mut next = Some(first);
        while let Some(range) = next {
            let page = table.range("p", &range, PageLimit::default()).await?;
            found += page.items.len();
            pages += 1;
            next = page.next;
        }
        assert_eq!(found, 1, "the one live item is found");
        assert!(pages <= 4, "in few pages");
    }
    Ok(())
}
