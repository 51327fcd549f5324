//! Writing.

use std::time::Duration;

use super::{Trial, event, record};
use crate::{
    Event, EventItem, EventRecord, EventTime, NamespaceConfig, SharedEngine, TimeRange,
    TimeSeriesError,
};

pub(super) async fn events_are_read_back(
    engine: &SharedEngine,
    run: &str,
) -> Result<(), TimeSeriesError> {
    let trial = Trial::new(engine, (run, "rows"), NamespaceConfig::default()).await?;
    assert_eq!(trial.all("a").await?, [], "a new series is empty");
    let now = trial.now();
    let items = vec![
        EventItem::new("a", "1"),
        EventItem::new("", "2"),
        EventItem::new("b", ""),
    ];
    let many = Event::new(now, vec![0, 1, 0], items);
    let earlier = event(now.minus(Duration::from_mins(5)), "e", "3");
    trial
        .write(&[
            record("a", &many),
            record("a", &earlier),
            record("b", &many),
        ])
        .await?;
    let found = trial.all("a").await?;
    assert_eq!(found.len(), 2, "every event once");
    assert_eq!(found[0], earlier, "in the order of their times");
    let keys: Vec<_> = found[1].items.iter().map(|item| &item.key[..]).collect();
    assert_eq!(
        keys,
        [&b""[..], b"a", b"b"],
        "items in the order of their keys"
    );
    assert_eq!(
        (&found[1].id, found[1].time),
        (&many.id, now),
        "with time and id"
    );
    assert_eq!(trial.all("b").await?.len(), 1, "series never mix");
    assert!(trial.all("").await.is_err(), "a series has a name");
    let before = TimeRange::new(EventTime::default(), now)?;
    let found = trial.read("a", &crate::ReadQuery::over(before)).await?;
    assert_eq!(found, [earlier], "a range ends before its end");
    Ok(())
}

pub(super) async fn a_repeated_event_changes_nothing(
    engine: &SharedEngine,
    run: &str,
) -> Result<(), TimeSeriesError> {
    let trial = Trial::new(engine, (run, "same"), NamespaceConfig::default()).await?;
    let now = trial.now();
    let one = event(now, "e", "one");
    for _ in 0..3 {
        trial.write(&[record("s", &one), record("s", &one)]).await?;
    }
    assert_eq!(
        trial.all("s").await?,
        std::slice::from_ref(&one),
        "a repeated event is one event"
    );
    trial
        .write(&[record("s", &event(now.plus(super::micros(1)), "e", "one"))])
        .await?;
    assert_eq!(
        trial.all("s").await?.len(),
        2,
        "the time is part of the identity"
    );
    let two = event(now, "e", "two");
    for (series, order) in [("x", [&one, &two]), ("y", [&two, &one])] {
        for event in order {
            trial.write(&[record(series, event)]).await?;
        }
        let found = trial.all(series).await?;
        assert_eq!(
            found,
            std::slice::from_ref(&two),
            "of two values the greater, in any order"
        );
        trial
            .write(&[record(series, order[0]), record(series, order[1])])
            .await?;
        assert_eq!(trial.all(series).await?, found, "in one call too");
    }
    Ok(())
}

pub(super) async fn queued_events_are_written(
    engine: &SharedEngine,
    run: &str,
) -> Result<(), TimeSeriesError> {
    const EVENTS: u64 = 2_500;
    let trial = Trial::new(engine, (run, "queue"), NamespaceConfig::default()).await?;
    let now = trial.now();
    let records: Vec<EventRecord> = (0..EVENTS)
        .map(|nth| {
            record(
                "s",
                &event(now.minus(super::micros(nth)), &nth.to_string(), "v"),
            )
        })
        .collect();
    for part in records.chunks(700) {
        let queued = trial
            .store
            .write_event_records(&trial.namespace, part.to_vec());
        queued.await?;
    }
    trial.store.flush().await?;
    let found = trial.all("s").await?;
    assert_eq!(found.len() as u64, EVENTS, "what was flushed is written");
    let late = record("s", &event(EventTime::default(), "late", "v"));
    let refused = trial
        .store
        .write_event_records(&trial.namespace, vec![late])
        .await;
    assert!(
        matches!(refused, Err(TimeSeriesError::TooLate { .. })),
        "what cannot be written is refused before it is queued"
    );
    Ok(())
}
