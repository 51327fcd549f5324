//! Expiry: the namespace's default of 3 s, and an item's own.

use std::future::Future;
use std::time::Duration;

use super::run::Run;
use crate::{Expiry, KvError, Predicate, PutItem};

pub(super) async fn items_expire<F: Future<Output = ()>>(
    run: &Run,
    elapse: &impl Fn(Duration) -> F,
) -> Result<(), KvError> {
    let record = "expiry";
    let at = run.clock.now().plus(Duration::from_secs(2));
    let item = |key: &'static str, expiry| PutItem {
        expiry,
        ..PutItem::new(key, "v")
    };
    let large = PutItem {
        expiry: Expiry::Never,
        ..PutItem::new("e", vec![7; 2 * super::CHUNK_OVER_BYTES])
    };
    let items = vec![
        item("a", Expiry::Default),
        item("b", Expiry::At(at)),
        item("c", Expiry::Never),
        item("d", Expiry::At(at.plus(Duration::from_hours(1)))),
        large,
    ];
    run.put(record, items, run.token()).await?;
    let (items, _) = run.read(run.asks(record, Predicate::All)).await?;
    assert_eq!(items.len(), 5, "nothing has expired yet");
    let expires = items[0].metadata.expires;
    assert!(
        expires.is_some_and(|it| it > at),
        "the default is told: {expires:?}"
    );
    assert_eq!(items[2].metadata.expires, None);
    elapse(Duration::from_secs(6)).await;
    assert_eq!(
        run.keys(record, Predicate::All).await?,
        "cde",
        "what is past is gone"
    );
    assert_eq!(run.value(record, "a").await?, None);
    run.put_one(record, "a", "again").await?;
    assert_eq!(
        run.keys(record, Predicate::All).await?,
        "acde",
        "and can be written again"
    );
    Ok(())
}
