//! Searching and aggregating.

use std::time::Duration;

use super::{Trial, micros, record};
use crate::{
    Aggregate, Aggregation, Condition, Event, EventItem, EventRecord, EventTime, NamespaceConfig,
    ReadQuery, SharedEngine, Test, TimeRange, TimeSeriesError,
};

const EVENTS: u64 = 60;

/// Sixty events a second apart: `n` counts them, `kind` is one of three.
async fn filled(engine: &SharedEngine, of: (&str, &str)) -> Result<Trial, TimeSeriesError> {
    let trial = Trial::new(engine, of, NamespaceConfig::default()).await?;
    let begin = beginning(&trial);
    let events = (0..EVENTS).map(|nth| {
        let kind = ["play", "pause", "stop"][nth as usize % 3];
        let items = vec![
            EventItem::new("n", nth.to_string()),
            EventItem::new("kind", kind),
        ];
        Event::new(begin.plus(Duration::from_secs(nth)), nth.to_string(), items)
    });
    let records: Vec<EventRecord> = events.map(|event| record("s", &event)).collect();
    trial.write(&records).await?;
    Ok(trial)
}

fn beginning(trial: &Trial) -> EventTime {
    trial.now().minus(Duration::from_mins(2))
}

pub(super) async fn a_search_finds_what_meets_its_conditions(
    engine: &SharedEngine,
    run: &str,
) -> Result<(), TimeSeriesError> {
    let trial = filled(engine, (run, "search")).await?;
    let search = async |conditions: &[Condition], newest: bool| {
        let mut query = ReadQuery::over(TimeRange::ALL).events(7);
        if newest {
            query = query.newest_first();
        }
        let (store, namespace, mut found) = (&trial.store, &trial.namespace, Vec::new());
        loop {
            let page = store
                .search_event_records(namespace, "s", &query, conditions)
                .await?;
            assert!(page.events.len() <= 7, "a page of a search is bounded");
            found.extend(page.events.into_iter().map(|event| event.id));
            match page.next {
                Some(next) => query = query.after(next),
                None => return Ok::<_, TimeSeriesError>(found),
            }
        }
    };
    let plays = search(&[Condition::equals("kind", "play")], false).await?;
    assert_eq!(plays.len() as u64, EVENTS / 3, "by an item's value");
    let mut newest = search(&[Condition::equals("kind", "play")], true).await?;
    newest.reverse();
    assert_eq!(plays, newest, "in both directions");
    let p = Condition::new("kind", Test::Prefix("p".into()));
    assert_eq!(
        search(std::slice::from_ref(&p), false).await?.len() as u64,
        EVENTS * 2 / 3,
        "by prefix"
    );
    let between = Test::Between {
        from: Some("3".into()),
        until: Some("4".into()),
    };
    let both = search(&[p, Condition::new("n", between)], false).await?;
    assert_eq!(
        both,
        ["3", "30", "31", "33", "34", "36", "37", "39"],
        "all conditions hold"
    );
    Ok(())
}

pub(super) async fn aggregates_come_to_the_same_in_any_pages(
    engine: &SharedEngine,
    run: &str,
) -> Result<(), TimeSeriesError> {
    let trial = filled(engine, (run, "sums")).await?;
    let begin = beginning(&trial);
    let aggregate =
        async |what: Aggregation, (from, until): (u64, u64), conditions: &[Condition]| {
            let at = |nth| begin.plus(Duration::from_secs(nth));
            let query = ReadQuery::over(TimeRange::new(at(from), at(until))?);
            let (store, namespace) = (&trial.store, &trial.namespace);
            let page = store
                .aggregate_event_records(namespace, "s", &query, &what, conditions)
                .await?;
            assert_eq!(page.next, None, "a small range is one page");
            Ok::<_, TimeSeriesError>(page.aggregate)
        };
    let halves = async |what: Aggregation, conditions: &[Condition]| {
        let whole = aggregate(what.clone(), (0, EVENTS), conditions).await?;
        let mut halves = aggregate(what.clone(), (0, 25), conditions).await?;
        halves.merge(aggregate(what, (25, EVENTS), conditions).await?);
        assert_eq!(whole, halves, "aggregates merge");
        Ok::<_, TimeSeriesError>(whole)
    };
    assert_eq!(
        halves(Aggregation::Count, &[]).await?,
        Aggregate::Count(EVENTS)
    );
    let plays = [Condition::equals("kind", "play")];
    assert_eq!(
        halves(Aggregation::Count, &plays).await?,
        Aggregate::Count(EVENTS / 3)
    );
    let Aggregate::Numbers(numbers) = halves(Aggregation::Numbers("n".into()), &[]).await? else {
        panic!("numbers come to numbers");
    };
    assert_eq!(
        (numbers.min, numbers.max, numbers.sum),
        (Some(0.0), Some(59.0), 1_770.0)
    );
    let distinct = halves(Aggregation::Distinct("kind".into()), &[]).await?;
    let kinds = ["pause", "play", "stop"].map(Into::into);
    assert_eq!(distinct, Aggregate::Distinct(kinds.into()));
    let width = Duration::from_secs(20);
    let Aggregate::Histogram(intervals) = halves(Aggregation::Histogram(width), &[]).await? else {
        panic!("a histogram comes to one");
    };
    assert_eq!(
        intervals.values().sum::<u64>(),
        EVENTS,
        "every event is in an interval"
    );
    assert!(
        intervals
            .keys()
            .all(|start| start.micros() % 20_000_000 == 0)
    );
    let narrow = ReadQuery::over(TimeRange::ALL);
    let (store, what) = (&trial.store, Aggregation::Histogram(micros(1)));
    let refused = store
        .aggregate_event_records(&trial.namespace, "s", &narrow, &what, &[])
        .await;
    assert!(
        matches!(refused, Err(TimeSeriesError::TooLarge { .. })),
        "intervals are bounded"
    );
    Ok(())
}
