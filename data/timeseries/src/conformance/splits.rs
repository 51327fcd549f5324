//! Splitting.

use std::time::Duration;

use super::{Trial, event, micros, read_all, record};
use crate::limits::ORIGINAL_KEPT;
use crate::{
    Event, EventRecord, NamespaceConfig, ReadQuery, SharedEngine, SplitStrategy, TimeRange,
    TimeSeriesError,
};

const EVENTS: u64 = 400;

pub(super) async fn a_split_changes_no_read(
    engine: &SharedEngine,
    run: &str,
) -> Result<(), TimeSeriesError> {
    split_by(SplitStrategy::Time, engine, (run, "cut")).await?;
    split_by(SplitStrategy::EventBuckets, engine, (run, "buckets")).await
}

/// A hot series whose events of one time bucket come to 40 KB, and a quiet one beside it.
async fn wide(
    split_by: SplitStrategy,
    engine: &SharedEngine,
    of: (&str, &str),
) -> Result<(Trial, Vec<Event>), TimeSeriesError> {
    let config = NamespaceConfig {
        split_by,
        target_partition_bytes: 4_000,
        split_over_bytes: 8_000,
        ..NamespaceConfig::default()
    };
    let trial = Trial::new(engine, of, config).await?;
    let begin = trial.now();
    let events: Vec<_> = (0..EVENTS)
        .map(|nth| {
            event(
                begin.plus(micros(nth / 3)),
                &format!("{nth:03}"),
                vec![b'v'; 100],
            )
        })
        .collect();
    let mut records: Vec<EventRecord> = events.iter().map(|it| record("hot", it)).collect();
    records.push(record("quiet", &events[0]));
    trial.write(&records).await?;
    Ok((trial, events))
}

async fn split_by(
    strategy: SplitStrategy,
    engine: &SharedEngine,
    of: (&str, &str),
) -> Result<(), TimeSeriesError> {
    let (trial, events) = wide(strategy, engine, of).await?;
    let ten = ReadQuery::over(TimeRange::ALL).events(10);
    let read_ten = async |query: &ReadQuery| {
        let read = trial
            .store
            .read_event_records(&trial.namespace, "hot", query);
        read.await
    };
    assert_eq!(trial.all("hot").await?, events);
    assert_eq!(
        trial.advance().await?,
        0,
        "a bucket that is still written to is not split"
    );
    trial.clock.advance(Duration::from_hours(2));
    let begun = read_ten(&ten).await?;
    let newest = read_ten(&ten.clone().newest_first()).await?;
    assert_eq!(
        trial.all("hot").await?,
        events,
        "a read sees the partition's width"
    );
    assert_eq!(trial.all("quiet").await?.len(), 1);
    let other = trial.another().await?;
    assert_eq!(
        read_all(&other, (&trial.namespace, "hot"), &ten).await?,
        events
    );
    assert!(trial.advance().await? > 3, "planned, copied, verified");
    let tokens = (
        begun.next.expect("more pages"),
        newest.next.expect("more pages"),
    );
    for waited in [Duration::ZERO, ORIGINAL_KEPT, Duration::from_mins(1)] {
        trial.clock.advance(waited);
        trial.advance().await?;
        assert_eq!(trial.all("hot").await?, events, "the same events");
        let rest = trial
            .read("hot", &ten.clone().after(tokens.0.clone()))
            .await?;
        assert_eq!(rest, events[10..], "a token from before goes on after");
        let rest = trial
            .read("hot", &ten.clone().newest_first().after(tokens.1.clone()))
            .await?;
        assert!(
            rest.iter().eq(events[..390].iter().rev()),
            "in the other direction too"
        );
        let found = read_all(&other, (&trial.namespace, "hot"), &ten).await?;
        assert_eq!(found, events, "in every process");
    }
    let middle = TimeRange::new(events[150].time, events[151].time.plus(micros(2)))?;
    let found = trial.read("hot", &ReadQuery::over(middle)).await?;
    let expected = events.iter().filter(|it| middle.contains(it.time));
    assert!(found.iter().eq(expected), "a range within the partition");
    assert_eq!(
        trial.advance().await?,
        0,
        "and then there is nothing left to do"
    );
    assert_eq!(trial.all("quiet").await?.len(), 1);
    Ok(())
}
