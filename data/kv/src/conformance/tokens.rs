//! Idempotency tokens.

use std::time::Duration;

use super::run::Run;
use crate::{IdempotencyToken, KvError, Predicate, PutItem, Stamp};

/// A token from this long before another, in microseconds.
fn before(token: IdempotencyToken, micros: u64) -> IdempotencyToken {
    IdempotencyToken {
        generation_time: Stamp(token.generation_time.0 - micros),
        nonce: token.nonce ^ u128::from(micros),
    }
}

pub(super) async fn the_later_write_stands(run: &Run) -> Result<(), KvError> {
    let (record, now) = ("order", run.token());
    let put = async |key: &'static str, value: &'static str, micros| {
        let items = vec![PutItem::new(key, value)];
        run.put(record, items, before(now, micros)).await
    };
    put("a", "newer", 10).await?;
    put("a", "older", 20).await?;
    assert_eq!(
        run.value(record, "a").await?,
        Some("newer".into()),
        "an older write that arrives late is not seen"
    );
    run.delete(record, Predicate::key("a"), before(now, 15))
        .await?;
    assert!(
        run.value(record, "a").await?.is_some(),
        "nor an older deletion"
    );
    run.delete(record, Predicate::key("a"), before(now, 5))
        .await?;
    put("a", "late", 7).await?;
    assert_eq!(
        run.value(record, "a").await?,
        None,
        "a deletion outlives older writes"
    );
    put("a", "new", 3).await?;
    run.delete(record, Predicate::All, before(now, 1)).await?;
    put("a", "late", 2).await?;
    assert_eq!(
        run.value(record, "a").await?,
        None,
        "so does that of a record"
    );
    put("a", "new", 0).await?;
    assert_eq!(
        run.keys(record, Predicate::All).await?,
        "a",
        "a later write stands"
    );
    Ok(())
}

pub(super) async fn a_repeat_changes_nothing(run: &Run) -> Result<(), KvError> {
    let record = "repeats";
    let (put, delete) = (run.token(), run.token());
    let write = async || run.put(record, vec![PutItem::new("a", "1")], put).await;
    write().await?;
    write().await?;
    assert_eq!(run.value(record, "a").await?, Some("1".into()));
    run.put_one(record, "a", "2").await?;
    write().await?;
    assert_eq!(
        run.value(record, "a").await?,
        Some("2".into()),
        "a repeat undoes nothing written since"
    );
    run.delete(record, Predicate::All, delete).await?;
    assert!(
        run.value(record, "a").await?.is_some(),
        "a deletion asked for earlier deletes nothing written since"
    );
    let delete = run.token();
    run.delete(record, Predicate::All, delete).await?;
    write().await?;
    assert_eq!(
        run.value(record, "a").await?,
        None,
        "nor brings anything back"
    );
    run.put_one(record, "a", "3").await?;
    run.delete(record, Predicate::All, delete).await?;
    assert_eq!(
        run.value(record, "a").await?,
        Some("3".into()),
        "a repeated deletion deletes nothing written since"
    );
    Ok(())
}

pub(super) async fn a_clock_far_ahead_is_refused(run: &Run) -> Result<(), KvError> {
    let mut token = run.token();
    token.generation_time.0 += Duration::from_hours(1).as_micros() as u64;
    let refused = run.put("ahead", vec![PutItem::new("a", "1")], token).await;
    assert!(
        matches!(refused, Err(KvError::ClockAhead { .. })),
        "a token from the far future is refused: {refused:?}"
    );
    assert_eq!(run.value("ahead", "a").await?, None, "and leaves nothing");
    Ok(())
}
