//! Items and predicates.

use bytes::Bytes;

use super::run::{Run, joined, letters};
use crate::{Direction, GetItemsRequest, KvError, Predicate, PutItem};

fn between(from: &'static str, until: &'static str) -> Predicate {
    Predicate::Range {
        from: Some(from.into()),
        until: Some(until.into()),
    }
}

pub(super) async fn items_are_read_back(run: &Run) -> Result<(), KvError> {
    let record = "items";
    assert_eq!(run.value(record, "a").await?, None, "a new record is empty");
    run.put_one(record, "a", "1").await?;
    assert_eq!(
        run.value(record, "a").await?,
        Some("1".into()),
        "put, then read"
    );
    run.put_one(record, "a", "2").await?;
    assert_eq!(
        run.value(record, "a").await?,
        Some("2".into()),
        "the last write stands"
    );
    let odd = vec![
        PutItem::new("", ""),
        PutItem::new(vec![0], vec![0, 0xff]),
        PutItem::new(vec![0xff, 0], "last"),
    ];
    run.put(record, odd.clone(), run.token()).await?;
    let (items, _) = run.read(run.asks(record, Predicate::All)).await?;
    assert_eq!(items.len(), 4, "every item");
    for put in odd {
        let found = items.iter().find(|item| item.key == put.key);
        let value = found.and_then(|item| item.value.clone());
        assert_eq!(value, Some(put.value), "any bytes are a key and a value");
    }
    let keys: Vec<_> = items.iter().map(|item| &item.key).collect();
    assert!(keys.is_sorted(), "in the order of bytes");
    assert_eq!(run.value("items2", "a").await?, None, "records do not mix");
    Ok(())
}

pub(super) async fn predicates_select(run: &Run) -> Result<(), KvError> {
    let record = "predicates";
    run.put(record, letters("abcde"), run.token()).await?;
    run.put_one(record, "ca", "").await?;
    let named =
        |keys: &[&'static str]| Predicate::Keys(keys.iter().copied().map(Bytes::from).collect());
    let cases = [
        (Predicate::All, "abccade"),
        (between("b", "d"), "bcca"),
        (between("d", "b"), ""),
        (Predicate::Prefix("c".into()), "cca"),
        (Predicate::Prefix("".into()), "abccade"),
        (named(&["d", "x", "a", "a"]), "ad"),
        (named(&[]), ""),
    ];
    for (predicate, keys) in cases {
        assert_eq!(
            run.keys(record, predicate.clone()).await?,
            keys,
            "{predicate:?}"
        );
        let backwards = GetItemsRequest {
            direction: Direction::Reverse,
            ..run.asks(record, predicate.clone())
        };
        let (mut items, _) = run.read(backwards).await?;
        items.reverse();
        assert_eq!(joined(&items), keys, "{predicate:?}, backwards");
    }
    Ok(())
}

pub(super) async fn deletions_match_predicates(run: &Run) -> Result<(), KvError> {
    let record = "deletions";
    run.put(record, letters("abcdefg"), run.token()).await?;
    let cases = [
        (Predicate::key("b"), "acdefg"),
        (Predicate::key("absent"), "acdefg"),
        (Predicate::Prefix("c".into()), "adefg"),
        (between("d", "f"), "afg"),
        (Predicate::Keys(vec!["a".into(), "g".into()]), "f"),
        (Predicate::All, ""),
        (Predicate::All, ""),
    ];
    for (predicate, left) in cases {
        for key in ["a", "b", "c"] {
            run.value(record, key).await?;
        }
        run.delete(record, predicate.clone(), run.token()).await?;
        assert_eq!(
            run.keys(record, Predicate::All).await?,
            left,
            "{predicate:?}"
        );
        for key in ["a", "b", "c", "d", "e", "f", "g"] {
            let is_left = run.value(record, key).await?.is_some();
            assert_eq!(is_left, left.contains(key), "{key} after {predicate:?}");
        }
    }
    run.put(record, letters("b"), run.token()).await?;
    assert_eq!(
        run.keys(record, Predicate::All).await?,
        "b",
        "and can be written again"
    );
    Ok(())
}
