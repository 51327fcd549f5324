//! What the store promises on every engine, as one suite that each engine's tests run.
//!
//! [`suite`] uses namespaces whose names begin with what it is given, so that it can run again on a server
//! that keeps them, and makes few slices, as making a table is slow there. It panics at the first promise
//! that is not kept. Times are those of a clock of its own that stands in the past.

pub mod faulty;
mod limits;
mod pages;
mod questions;
mod retention;
mod splits;
mod writes;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use data_engine::SharedEngine;
use platform_clock::{Clock as _, ManualClock, SharedClock, Timestamp};

use crate::{
    Event, EventItem, EventRecord, EventTime, NamespaceConfig, Progress, ReadQuery, TimeRange,
    TimeSeries, TimeSeriesError,
};

/// 2023-11-14T00:00:00Z, the beginning of a slice of a day.
const BEGINNING: Timestamp = Timestamp::from_millis(1_699_920_000_000);

/// Runs every check on an engine by the machine's clock. `run` is at most 16 lower-case letters, digits and
/// underscores that no earlier run on this engine has used.
///
/// # Panics
/// When a promise is broken; the message says which.
pub async fn suite(engine: SharedEngine, run: &str) {
    let checks = async {
        writes::events_are_read_back(&engine, run).await?;
        writes::a_repeated_event_changes_nothing(&engine, run).await?;
        writes::queued_events_are_written(&engine, run).await?;
        pages::pages_join_up_in_both_directions(&engine, run).await?;
        pages::a_page_token_is_bound_to_its_query(&engine, run).await?;
        questions::a_search_finds_what_meets_its_conditions(&engine, run).await?;
        questions::aggregates_come_to_the_same_in_any_pages(&engine, run).await?;
        limits::what_cannot_be_taken_is_refused_in_words(&engine, run).await?;
        retention::slices_are_dropped_whole(&engine, run).await?;
        retention::a_slice_keeps_the_layout_it_was_made_with(&engine, run).await?;
        splits::a_split_changes_no_read(&engine, run).await
    };
    let checked: Result<(), TimeSeriesError> = checks.await;
    checked.expect("the engine answers every call of the suite");
}

/// A namespace to try.
struct Trial {
    engine: SharedEngine,
    clock: Arc<ManualClock>,
    store: TimeSeries,
    namespace: String,
}

impl Trial {
    async fn new(
        engine: &SharedEngine,
        (run, name): (&str, &str),
        config: NamespaceConfig,
    ) -> Result<Self, TimeSeriesError> {
        let clock = ManualClock::at(BEGINNING);
        clock.advance(Duration::from_hours(12));
        let shared: SharedClock = clock.clone();
        let store = TimeSeries::open(Arc::clone(engine), shared).await?;
        let namespace = format!("{run}_{name}");
        store.configure(&namespace, config).await?;
        Ok(Self {
            engine: Arc::clone(engine),
            clock,
            store,
            namespace,
        })
    }

    /// The store as another process sees it.
    async fn another(&self) -> Result<TimeSeries, TimeSeriesError> {
        let clock: SharedClock = self.clock.clone();
        TimeSeries::open(Arc::clone(&self.engine), clock).await
    }

    fn now(&self) -> EventTime {
        EventTime::at(self.clock.now())
    }

    async fn write(&self, records: &[EventRecord]) -> Result<(), TimeSeriesError> {
        let (store, namespace) = (&self.store, &self.namespace);
        store.write_event_records_sync(namespace, records).await
    }

    /// Every event of a query, in pages.
    async fn read(&self, series: &str, query: &ReadQuery) -> Result<Vec<Event>, TimeSeriesError> {
        read_all(&self.store, (&self.namespace, series), query).await
    }

    async fn all(&self, series: &str) -> Result<Vec<Event>, TimeSeriesError> {
        self.read(series, &ReadQuery::over(TimeRange::ALL)).await
    }

    /// Lets the splitting work until it waits.
    async fn advance(&self) -> Result<usize, TimeSeriesError> {
        let mut steps = 0;
        let now = self.clock.now();
        while self.store.advance(&self.namespace, now).await? == Progress::Worked {
            steps += 1;
        }
        Ok(steps)
    }
}

async fn read_all(
    store: &TimeSeries,
    (namespace, series): (&str, &str),
    query: &ReadQuery,
) -> Result<Vec<Event>, TimeSeriesError> {
    let (mut events, mut query) = (Vec::new(), query.clone());
    loop {
        let page = store.read_event_records(namespace, series, &query).await?;
        events.extend(page.events);
        match page.next {
            Some(next) => query = query.after(next),
            None => return Ok(events),
        }
    }
}

fn event(time: EventTime, id: &str, value: impl Into<Bytes>) -> Event {
    Event::new(time, id.to_owned(), vec![EventItem::new("value", value)])
}

fn record(series: &str, event: &Event) -> EventRecord {
    EventRecord::new(series.to_owned(), event.clone())
}

fn micros(micros: u64) -> Duration {
    Duration::from_micros(micros)
}
