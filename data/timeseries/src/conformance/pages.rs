//! Pages and their tokens.

use std::time::Duration;

use super::{Trial, event, micros, record};
use crate::{
    EventLimit, EventRecord, NamespaceConfig, ReadQuery, SharedEngine, TimeRange, TimeSeriesError,
};

pub(super) async fn pages_join_up_in_both_directions(
    engine: &SharedEngine,
    run: &str,
) -> Result<(), TimeSeriesError> {
    const EVENTS: u64 = 200;
    let config = NamespaceConfig {
        time_bucket: Duration::from_mins(1),
        event_buckets: 3,
        ..NamespaceConfig::default()
    };
    let trial = Trial::new(engine, (run, "pages"), config).await?;
    let begin = trial.now().minus(Duration::from_secs(400));
    let times = (0..EVENTS).map(|nth| begin.plus(Duration::from_secs(2 * (nth / 2))));
    let events: Vec<_> = times
        .enumerate()
        .map(|(nth, time)| event(time, &format!("{nth:03}"), vec![b'v'; 40 + nth % 7]))
        .collect();
    let records: Vec<EventRecord> = events.iter().rev().map(|it| record("s", it)).collect();
    trial.write(&records).await?;
    let range = TimeRange::new(events[20].time, events[180].time.plus(micros(1)))?;
    let limits = [(1_000, 1 << 20), (7, 1 << 20), (1_000, 700), (1, 1)];
    let inside: Vec<_> = events
        .iter()
        .filter(|it| range.contains(it.time))
        .cloned()
        .collect();
    for (most, bytes) in limits {
        let mut query = ReadQuery::over(range);
        query.limit = EventLimit {
            events: most,
            bytes,
        };
        assert_eq!(
            trial.read("s", &query).await?,
            inside,
            "{most} events, {bytes} bytes"
        );
        let mut newest = trial.read("s", &query.newest_first()).await?;
        newest.reverse();
        assert_eq!(newest, inside, "newest first, {most} events, {bytes} bytes");
    }
    let query = ReadQuery::over(range).events(7);
    let page = trial
        .store
        .read_event_records(&trial.namespace, "s", &query)
        .await?;
    assert_eq!(page.events.len(), 7, "a page is filled across buckets");
    let empty = TimeRange::new(range.from(), range.from())?;
    assert_eq!(
        trial.read("s", &ReadQuery::over(empty)).await?,
        [],
        "an empty range"
    );
    Ok(())
}

pub(super) async fn a_page_token_is_bound_to_its_query(
    engine: &SharedEngine,
    run: &str,
) -> Result<(), TimeSeriesError> {
    let trial = Trial::new(engine, (run, "token"), NamespaceConfig::default()).await?;
    let now = trial.now();
    for id in ["a", "b", "c"] {
        trial.write(&[record("s", &event(now, id, "v"))]).await?;
    }
    let query = ReadQuery::over(TimeRange::ALL).events(1);
    let read = async |series, query: &ReadQuery| {
        let page = trial
            .store
            .read_event_records(&trial.namespace, series, query);
        page.await
    };
    let first = read("s", &query).await?;
    let token = first
        .next
        .expect("a page that is full and not the last has a token");
    let again: crate::PageToken = token.to_string().parse()?;
    let second = read("s", &query.clone().after(again)).await?;
    assert_eq!(
        second.events[0].id, "b",
        "a token in text goes on where the page ended"
    );
    let foreign = [
        read("other", &query.clone().after(token.clone())).await,
        read("s", &query.clone().newest_first().after(token.clone())).await,
        read(
            "s",
            &ReadQuery::over(TimeRange::new(now, now)?).after(token.clone()),
        )
        .await,
        trial
            .store
            .search_event_records(&trial.namespace, "s", &query.after(token), &[])
            .await,
    ];
    for refused in foreign {
        assert!(
            matches!(refused, Err(TimeSeriesError::ForeignPageToken)),
            "a token of another query is refused: {refused:?}"
        );
    }
    let refused = "no token".parse::<crate::PageToken>();
    assert!(
        matches!(refused, Err(TimeSeriesError::MalformedPageToken)),
        "nor is any text one"
    );
    Ok(())
}
