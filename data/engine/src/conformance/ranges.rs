//! Ranges and pages.

use bytes::Bytes;

use crate::{Direction, Durability, EngineError, PageLimit, Range, RowTable, SharedEngine};

pub(super) async fn ranges_follow_key_order(engine: &SharedEngine) -> Result<(), EngineError> {
    let table = RowTable::open(engine, "conformance.ranges").await?;
    for item in ["b", "d", "a", "c", "ca"] {
        table.put("p", item, item, Durability::Process).await?;
    }
    let keys = async |range: Range| {
        let page = table.range("p", &range, PageLimit::default()).await?;
        assert_eq!(page.next, None, "a range that fits has no next page");
        let keys = page.items.into_iter().map(|item| item.key);
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

pub(super) async fn pages_join_up(engine: &SharedEngine) -> Result<(), EngineError> {
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
                seen.extend(page.items.into_iter().map(|item| item.key[0]));
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
