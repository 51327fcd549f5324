//! A crash at every call to the engine: what was begun is finished, and no read ever differs.

#![expect(clippy::unwrap_used, reason = "a test fails where an unwrap does")]

use std::sync::Arc;
use std::time::Duration;

use data_engine::{MemoryEngine, RowTable, SharedEngine};
use data_timeseries::conformance::faulty::{Cut, FaultyEngine};
use data_timeseries::limits::{FILTER_REFRESH, ORIGINAL_KEPT};
use data_timeseries::{
    Event, EventItem, EventRecord, EventTime, NamespaceConfig, Progress, ReadQuery, SplitStrategy,
    TimeRange, TimeSeries, TimeSeriesError,
};
use platform_clock::{Clock as _, ManualClock, SharedClock, Timestamp};

const BEGIN: Timestamp = Timestamp::from_millis(1_699_963_200_000);
const SLICE: u64 = 1_699_963_200_000 / 86_400_000;

struct World {
    engine: SharedEngine,
    clock: Arc<ManualClock>,
    events: Vec<Event>,
}

impl World {
    async fn new(split_by: SplitStrategy) -> Self {
        let clock = ManualClock::at(BEGIN);
        let at = |nth: u64| EventTime::at(BEGIN).plus(Duration::from_secs(nth));
        let events = (0..36).map(|nth| {
            let items = vec![
                EventItem::new("a", vec![b'v'; 100]),
                EventItem::new("b", "w"),
            ];
            Event::new(at(nth / 2), nth.to_string(), items)
        });
        let mut events: Vec<_> = events.collect();
        events.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
        let world = Self {
            engine: MemoryEngine::shared(),
            clock,
            events,
        };
        let config = NamespaceConfig {
            split_by,
            target_partition_bytes: 900,
            split_over_bytes: 1_800,
            retention: Duration::from_hours(24),
            ..NamespaceConfig::default()
        };
        let store = world.store(&world.engine).await.unwrap();
        store.configure("plays", config).await.unwrap();
        world.clock.advance(Duration::from_mins(1));
        store
            .write_event_records_sync("plays", &world.records())
            .await
            .unwrap();
        world.clock.advance(Duration::from_hours(2));
        world
    }

    fn records(&self) -> Vec<EventRecord> {
        let events = self.events.iter().cloned();
        events.map(|event| EventRecord::new("hot", event)).collect()
    }

    async fn store(&self, engine: &SharedEngine) -> Result<TimeSeries, TimeSeriesError> {
        let clock: SharedClock = self.clock.clone();
        TimeSeries::open(Arc::clone(engine), clock).await
    }

    async fn read(store: &TimeSeries) -> Result<Vec<Event>, TimeSeriesError> {
        let (mut events, mut query) = (Vec::new(), ReadQuery::over(TimeRange::ALL).events(13));
        loop {
            let page = store.read_event_records("plays", "hot", &query).await?;
            events.extend(page.events);
            match page.next {
                Some(next) => query = query.after(next),
                None => return Ok(events),
            }
        }
    }

    /// Splits from detection to the removal of the original, reading all the while.
    async fn split(&self, store: &TimeSeries) -> Result<(), TimeSeriesError> {
        for wait in [
            FILTER_REFRESH,
            ORIGINAL_KEPT,
            FILTER_REFRESH,
            FILTER_REFRESH,
        ] {
            let mut steps = 0;
            while store.advance("plays", self.clock.now()).await? == Progress::Worked {
                steps += 1;
                if steps % 3 == 0 {
                    assert_eq!(Self::read(store).await?, self.events);
                }
            }
            assert_eq!(Self::read(store).await?, self.events);
            self.clock.advance(wait);
        }
        Ok(())
    }

    /// Partitions that hold events as they were written, and parts.
    async fn partitions(&self) -> (usize, usize) {
        let table = RowTable::open(&self.engine, &format!("ts.plays.{SLICE}"))
            .await
            .unwrap();
        let keys = table.partitions(None, 1_000).await.unwrap();
        let originals = keys.iter().filter(|key| key[..4] == [0; 4]).count();
        (originals, keys.len() - originals)
    }
}

async fn a_split_survives_a_crash_at_any_call(split_by: SplitStrategy) {
    for cut in [Cut::Before, Cut::After] {
        for last in 1.. {
            let world = World::new(split_by).await;
            let faulty = FaultyEngine::new(&world.engine, last, cut);
            let engine: SharedEngine = faulty.clone();
            if let Ok(store) = world.store(&engine).await
                && let Err(error) = world.split(&store).await
            {
                assert!(error.is_transient(), "{error}");
            }
            let store = world.store(&world.engine).await.unwrap();
            assert_eq!(
                World::read(&store).await.unwrap(),
                world.events,
                "{cut:?} {last}"
            );
            world.clock.advance(FILTER_REFRESH);
            world.split(&store).await.unwrap();
            let (originals, parts) = world.partitions().await;
            assert!(
                originals == 0 && parts > 3,
                "{cut:?} {last}: {originals} left, {parts} made"
            );
            if !faulty.has_stopped() {
                assert!(last > 60, "the whole split was cut at each of its calls");
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_split_by_time_survives_a_crash_at_any_call() {
    a_split_survives_a_crash_at_any_call(SplitStrategy::Time).await;
}

#[tokio::test]
async fn a_split_by_event_buckets_survives_a_crash_at_any_call() {
    a_split_survives_a_crash_at_any_call(SplitStrategy::EventBuckets).await;
}

#[tokio::test]
async fn a_dropped_slice_is_gone_whenever_the_janitor_was_cut_off() {
    for cut in [Cut::Before, Cut::After] {
        for last in 1.. {
            let world = World::new(SplitStrategy::Time).await;
            let store = world.store(&world.engine).await.unwrap();
            world.split(&store).await.unwrap();
            world.clock.advance(Duration::from_hours(60));
            let faulty = FaultyEngine::new(&world.engine, last, cut);
            let engine: SharedEngine = faulty.clone();
            let now = world.clock.now();
            if let Ok(store) = world.store(&engine).await {
                drop(store.maintain("plays", now).await);
            }
            assert_eq!(World::read(&store).await.unwrap(), []);
            store.maintain("plays", now).await.unwrap();
            let again = store.maintain("plays", now).await.unwrap();
            assert_eq!(again.dropped, 0, "{cut:?} {last}");
            assert_eq!(World::read(&store).await.unwrap(), []);
            assert_eq!(world.partitions().await, (0, 0));
            if !faulty.has_stopped() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn what_slips_into_an_original_is_found_before_it_goes() {
    let world = World::new(SplitStrategy::Time).await;
    // A process whose clock stands still takes what is late, and never hears of the split.
    let slow = ManualClock::at(BEGIN);
    slow.advance(Duration::from_mins(2));
    let lagging = TimeSeries::open(Arc::clone(&world.engine), slow)
        .await
        .unwrap();
    lagging
        .write_event_records_sync("plays", &world.records()[..1])
        .await
        .unwrap();
    let store = world.store(&world.engine).await.unwrap();
    World::read(&store).await.unwrap();
    while store.advance("plays", world.clock.now()).await.unwrap() == Progress::Worked {}
    let late = Event::new(EventTime::at(BEGIN), "late", vec![EventItem::new("a", "v")]);
    let record = EventRecord::new("hot", late.clone());
    lagging
        .write_event_records_sync("plays", &[record])
        .await
        .unwrap();
    assert_eq!(
        World::read(&store).await.unwrap(),
        world.events,
        "reads go to the parts"
    );
    for _ in 0..3 {
        world.clock.advance(ORIGINAL_KEPT);
        while store.advance("plays", world.clock.now()).await.unwrap() == Progress::Worked {}
    }
    let found = World::read(&store).await.unwrap();
    assert_eq!(found.len(), world.events.len() + 1);
    assert!(
        found.contains(&late),
        "and the late event is among them in the end"
    );
    assert_eq!(world.partitions().await.0, 0, "then the original goes");
}
