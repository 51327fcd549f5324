//! Prints what splitting a wide partition costs a page from its middle on the embedded engine, and what a
//! check of the filter takes: `cargo run --release -p data-timeseries --example wide [megabytes]`.

#![expect(clippy::print_stdout, reason = "a command that prints figures")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use data_engine::FjallEngine;
use data_timeseries::limits::ORIGINAL_KEPT;
use data_timeseries::{
    Event, EventItem, EventRecord, EventTime, NamespaceConfig, Progress, ReadQuery, SplitFilter,
    TimeRange, TimeSeries,
};
use platform_clock::{Clock as _, ManualClock, SharedClock, SystemClock, Timestamp};

const NAMESPACE: &str = "wide";
const BUCKET: Duration = Duration::from_hours(1);
/// A slice's beginning.
const BEGIN: Timestamp = Timestamp::from_millis(1_699_920_000_000);
const EVENT_BYTES: usize = 1_000;
const PAGES: u64 = 500;

struct World {
    store: TimeSeries,
    clock: Arc<ManualClock>,
    stopwatch: SystemClock,
    events: u64,
}

impl World {
    fn time(&self, nth: u64) -> EventTime {
        let step = BUCKET.as_micros() as u64 / self.events;
        EventTime::at(BEGIN).plus(Duration::from_micros(nth * step))
    }

    async fn fill(&self) -> Result<(), Box<dyn Error>> {
        let mut state = 1_u64;
        let mut records = Vec::new();
        for nth in 0..self.events {
            // Bytes that do not compress, as the disk's share should be real.
            let value: Vec<u8> = std::iter::repeat_with(|| random(&mut state))
                .flat_map(u64::to_le_bytes)
                .take(EVENT_BYTES)
                .collect();
            let event = Event::new(
                self.time(nth),
                nth.to_string(),
                vec![EventItem::new("v", value)],
            );
            records.push(EventRecord::new("hot", event));
            if records.len() == 1_000 {
                self.store
                    .write_event_records_sync(NAMESPACE, &records)
                    .await?;
                records.clear();
            }
        }
        self.store
            .write_event_records_sync(NAMESPACE, &records)
            .await?;
        Ok(())
    }

    /// Times of pages of 1,000 events from the partition's middle half: the median and the 99th percentile.
    async fn pages(&self) -> Result<(Duration, Duration), Box<dyn Error>> {
        let (mut times, mut state) = (Vec::new(), 7_u64);
        for _ in 0..PAGES {
            let from = self.events / 4 + random(&mut state) % (self.events / 2);
            let range = TimeRange::new(self.time(from), EventTime::at(BEGIN).plus(BUCKET))?;
            let query = ReadQuery::over(range).events(1_000);
            let begun = self.stopwatch.monotonic();
            let page = self
                .store
                .read_event_records(NAMESPACE, "hot", &query)
                .await?;
            times.push(self.stopwatch.monotonic().saturating_sub(begun));
            assert_eq!(page.events.len(), 1_000, "a page from the middle is full");
        }
        times.sort();
        Ok((times[times.len() / 2], times[times.len() * 99 / 100]))
    }

    async fn advance(&self) -> Result<(u64, Duration), Box<dyn Error>> {
        let (mut steps, begun) = (0, self.stopwatch.monotonic());
        while self.store.advance(NAMESPACE, self.clock.now()).await? == Progress::Worked {
            steps += 1;
        }
        Ok((steps, self.stopwatch.monotonic().saturating_sub(begun)))
    }
}

fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// Nanoseconds of a check, of partitions that the filter holds and of others: the median of many batches, as
/// other programs take the processor now and then.
fn filter(stopwatch: &SystemClock) -> (f64, f64) {
    const PARTITIONS: u64 = 1_000_000;
    const BATCH: u64 = 1_000;
    let filter = SplitFilter::with_capacity(PARTITIONS as usize);
    let key = |nth: u64| {
        let mut key = [0; 24];
        key[8..16].copy_from_slice(&nth.to_be_bytes());
        key[16..].copy_from_slice(b"a-series");
        key
    };
    (0..PARTITIONS).for_each(|nth| filter.insert(1, &key(nth)));
    let mut state = 3;
    let mut time = |from: u64| {
        let batches = (0..PARTITIONS / BATCH).map(|_| {
            let keys = std::iter::repeat_with(|| key(from + random(&mut state) % PARTITIONS));
            let keys: Vec<_> = keys.take(BATCH as usize).collect();
            let begun = stopwatch.monotonic();
            let held = keys.iter().filter(|key| filter.may_hold(1, *key)).count();
            let took = stopwatch.monotonic().saturating_sub(begun);
            assert!(held as u64 == BATCH || held < BATCH as usize / 20);
            took.as_nanos() as f64 / BATCH as f64
        });
        let mut batches: Vec<_> = batches.collect();
        batches.sort_by(f64::total_cmp);
        batches[batches.len() / 2]
    };
    (time(0), time(PARTITIONS))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let megabytes = std::env::args()
        .nth(1)
        .map_or(Ok(500), |text| text.parse::<u64>())?;
    let stopwatch = SystemClock::new();
    let (held, other) = filter(&stopwatch);
    println!("filter of 1M partitions: {held:.0} ns a hit, {other:.0} ns a miss");
    let folder = tempfile::tempdir()?;
    let engine = FjallEngine::open_shared(folder.path()).await?;
    let clock = ManualClock::at(BEGIN);
    let shared: SharedClock = clock.clone();
    let config = NamespaceConfig {
        accept_late: BUCKET * 2,
        ..NamespaceConfig::default()
    };
    let world = World {
        store: TimeSeries::open(engine, shared).await?,
        clock,
        stopwatch,
        events: megabytes * 1_000_000 / EVENT_BYTES as u64,
    };
    world.store.configure(NAMESPACE, config).await?;
    world.clock.advance(BUCKET);
    world.fill().await?;
    world.clock.advance(BUCKET * 3);
    world.pages().await?;
    let before = world.pages().await?;
    println!("before: median {:?}, p99 {:?}", before.0, before.1);
    let (steps, took) = world.advance().await?;
    println!("split in {steps} steps, {took:?}");
    world.pages().await?;
    let after = world.pages().await?;
    println!("after: median {:?}, p99 {:?}", after.0, after.1);
    world.clock.advance(ORIGINAL_KEPT);
    let (steps, took) = world.advance().await?;
    println!("original removed in {steps} steps, {took:?}");
    let alone = world.pages().await?;
    println!("alone: median {:?}, p99 {:?}", alone.0, alone.1);
    let ratio = |of: fn((Duration, Duration)) -> Duration| {
        of(after).as_secs_f64() / of(before).as_secs_f64()
    };
    println!(
        "after over before: median {:.2}, p99 {:.2}",
        ratio(|it| it.0),
        ratio(|it| it.1)
    );
    Ok(())
}
