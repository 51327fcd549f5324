//! One hot series in one partition, and its two readers.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use data_engine::SharedEngine;
use data_timeseries::limits::{FILTER_REFRESH, SPLIT_STEP_BYTES};
use data_timeseries::{
    Event, EventItem, EventPage, EventRecord, EventTime, NamespaceConfig, Progress, ReadQuery,
    TimeRange, TimeSeries,
};
use platform_clock::{Clock, ManualClock, SystemClock, Timestamp};

use crate::limits::VALUE_BYTES;
use crate::rounds::{median, percentile};
use crate::values::Values;

const NAMESPACE: &str = "wide";
const SERIES: &str = "hot";
/// Events of one write.
const WRITE_EVENTS: usize = 1_000;
/// Time between two events: all of them lie in one time bucket, and none ahead of the clock by too much.
const APART: Duration = Duration::from_micros(40);
/// Events of a page.
const PAGE_EVENTS: usize = 1_000;
/// Of so many parts of the partition pages are read from the middle one.
const MIDDLE: usize = 5;
const HOUR: Duration = Duration::from_hours(1);

/// A partition, read as it is by one reader and in parts by the other.
pub(super) struct Partition {
    whole: TimeSeries,
    parts: TimeSeries,
    clock: Arc<ManualClock>,
    begin: EventTime,
    events: usize,
}

/// What pages took, in seconds.
pub(super) struct Pages {
    pub(super) count: usize,
    pub(super) before: f64,
    pub(super) after: f64,
    pub(super) median_before: f64,
    pub(super) median_after: f64,
}

impl Partition {
    /// Writes so many bytes into one partition, and lets it become immutable.
    pub(super) async fn fill(engine: SharedEngine, bytes: usize) -> anyhow::Result<Self> {
        let hour = HOUR.as_millis() as u64;
        let start = SystemClock::new().now().millis() / hour * hour;
        let start = Timestamp::from_millis(start).plus(Duration::from_mins(1));
        let clock = ManualClock::at(start);
        let parts = TimeSeries::open(Arc::clone(&engine), clock.clone()).await?;
        parts
            .configure(NAMESPACE, NamespaceConfig::default())
            .await?;
        let (begin, events) = (EventTime::at(start), bytes / VALUE_BYTES);
        write(&parts, begin, events).await?;
        clock.advance(2 * HOUR);
        let whole = TimeSeries::open(engine, ManualClock::at(clock.now())).await?;
        Ok(Self {
            whole,
            parts,
            clock,
            begin,
            events,
        })
    }

    /// Splits it, and sees to it that it was copied and verified, and that only one reader knows.
    pub(super) async fn split(&self) -> anyhow::Result<()> {
        let middle = self.query(self.events / 2)?;
        page(&self.whole, &middle).await?;
        page(&self.parts, &middle).await?;
        let mut steps = 0;
        while self.parts.advance(NAMESPACE, self.clock.now()).await? == Progress::Worked {
            steps += 1;
        }
        let passes = self.events * VALUE_BYTES / SPLIT_STEP_BYTES;
        ensure!(
            steps > 2 * passes,
            "{steps} steps: the partition was not split"
        );
        self.clock.advance(2 * FILTER_REFRESH);
        let (whole, parts) = (
            page(&self.whole, &middle).await?,
            page(&self.parts, &middle).await?,
        );
        ensure!(
            whole.events == parts.events,
            "the parts hold something else"
        );
        Ok(())
    }

    /// Reads so many pages of its middle by each reader.
    pub(super) async fn read(&self, count: usize) -> anyhow::Result<Pages> {
        let clock = SystemClock::new();
        let span = self.events / MIDDLE;
        let picks = Values::new().picks(count, span);
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for (round, pick) in picks.into_iter().enumerate() {
            let query = self.query((self.events - span) / 2 + pick)?;
            let mut sides = [(&self.whole, &mut before), (&self.parts, &mut after)];
            if round % 2 == 1 {
                sides.reverse();
            }
            for (store, times) in sides {
                let began = clock.monotonic();
                let found = page(store, &query).await?;
                times.push(clock.monotonic().saturating_sub(began).as_secs_f64());
                ensure!(
                    found.events.len() == PAGE_EVENTS,
                    "{} events",
                    found.events.len()
                );
            }
        }
        Ok(Pages {
            count,
            before: percentile(before.iter().copied(), 99),
            after: percentile(after.iter().copied(), 99),
            median_before: median(before.into_iter()),
            median_after: median(after.into_iter()),
        })
    }

    /// The page that begins with an event.
    fn query(&self, event: usize) -> anyhow::Result<ReadQuery> {
        let from = self.begin.plus(APART * event as u32);
        let range = TimeRange::new(from, TimeRange::ALL.until())?;
        Ok(ReadQuery::over(range).events(PAGE_EVENTS))
    }
}

async fn page(store: &TimeSeries, query: &ReadQuery) -> anyhow::Result<EventPage> {
    Ok(store.read_event_records(NAMESPACE, SERIES, query).await?)
}

async fn write(store: &TimeSeries, begin: EventTime, events: usize) -> anyhow::Result<()> {
    let values = Values::new();
    for first in (0..events).step_by(WRITE_EVENTS) {
        let record = |number: usize| {
            let time = begin.plus(APART * number as u32);
            let item = EventItem::new("v", values.value(number));
            EventRecord::new(
                SERIES,
                Event::new(time, number.to_be_bytes().to_vec(), vec![item]),
            )
        };
        let until = events.min(first + WRITE_EVENTS);
        let records: Vec<EventRecord> = (first..until).map(record).collect();
        store.write_event_records_sync(NAMESPACE, &records).await?;
    }
    Ok(())
}
