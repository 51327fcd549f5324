//! The store against a model: an ordered map.

#![expect(clippy::unwrap_used, reason = "a test fails where an unwrap does")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use data_engine::{Direction, MemoryEngine, SharedEngine};
use data_timeseries::{
    Event, EventItem, EventLimit, EventRecord, EventTime, NamespaceConfig, Progress, ReadQuery,
    SplitStrategy, TimeRange, TimeSeries, TimeSeriesError,
};
use platform_clock::{Clock as _, ManualClock, SharedClock, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;

const BEGIN: Timestamp = Timestamp::from_millis(1_699_963_200_000);
const RETENTION: Duration = Duration::from_hours(1);
const LATE: Duration = Duration::from_mins(2);
const SETTLE: Duration = Duration::from_secs(10);

#[derive(Debug, Clone)]
enum Op {
    /// Series, seconds ago, id and value, of each event.
    Write(Vec<(u8, u64, u8, u8)>),
    /// Series, seconds ago to begin and how many, newest first, events and bytes of a page.
    Read(u8, (u64, u64), bool, (usize, usize)),
    Wait(u64),
    Maintain,
    Advance(u8),
    Restart,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let event = (0_u8..2, 0_u64..140, 0_u8..12, any::<u8>());
    let span = (0_u64..4_000, 0_u64..4_000);
    let read = (0_u8..2, span, any::<bool>(), (1_usize..30, 1_usize..1_500));
    let op = prop_oneof![
        4 => vec(event, 1..40).prop_map(Op::Write),
        4 => read.prop_map(|(series, span, newest, limit)| Op::Read(series, span, newest, limit)),
        3 => (1_u64..400).prop_map(Op::Wait),
        1 => Just(Op::Maintain),
        3 => (1_u8..30).prop_map(Op::Advance),
        1 => Just(Op::Restart),
    ];
    vec(op, 1..60)
}

struct World {
    engine: SharedEngine,
    clock: Arc<ManualClock>,
    store: TimeSeries,
    /// Items by series, time and id.
    model: BTreeMap<(u8, EventTime, Bytes), BTreeMap<Bytes, Bytes>>,
}

impl World {
    async fn new(split_by: SplitStrategy, event_buckets: u32) -> Self {
        let clock = ManualClock::at(BEGIN);
        let engine = MemoryEngine::shared();
        let shared: SharedClock = clock.clone();
        let store = TimeSeries::open(Arc::clone(&engine), shared).await.unwrap();
        let config = NamespaceConfig {
            slice: Duration::from_mins(20),
            time_bucket: Duration::from_mins(5),
            event_buckets,
            retention: RETENTION,
            accept_late: LATE,
            settle: SETTLE,
            target_partition_bytes: 300,
            split_over_bytes: 600,
            split_by,
            ..NamespaceConfig::default()
        };
        store.configure("plays", config).await.unwrap();
        Self {
            engine,
            clock,
            store,
            model: BTreeMap::new(),
        }
    }

    fn now(&self) -> EventTime {
        EventTime::at(self.clock.now())
    }

    async fn run(&mut self, op: Op) {
        match op {
            Op::Write(events) => self.write(&events).await,
            Op::Read(series, span, newest, limit) => self.read(series, span, newest, limit).await,
            Op::Wait(seconds) => self.clock.advance(Duration::from_secs(seconds)),
            Op::Maintain => {
                self.store
                    .maintain("plays", self.clock.now())
                    .await
                    .unwrap();
            }
            Op::Advance(steps) => {
                for _ in 0..steps {
                    self.store.advance("plays", self.clock.now()).await.unwrap();
                }
            }
            Op::Restart => {
                let clock: SharedClock = self.clock.clone();
                self.store = TimeSeries::open(Arc::clone(&self.engine), clock)
                    .await
                    .unwrap();
            }
        }
    }

    async fn write(&mut self, events: &[(u8, u64, u8, u8)]) {
        for (series, ago, id, value) in events {
            let time = self.now().minus(Duration::from_secs(*ago));
            let id = Bytes::from(vec![*id; usize::from(*id % 3)]);
            let items = vec![
                EventItem::new(vec![value % 3], vec![*value; 10]),
                EventItem::new("n", vec![*value]),
            ];
            let event = Event::new(time, id.clone(), items.clone());
            let record = EventRecord::new(vec![*series + 1], event);
            let written = self
                .store
                .write_event_records_sync("plays", &[record])
                .await;
            if Duration::from_secs(*ago) > LATE {
                assert!(matches!(written, Err(TimeSeriesError::TooLate { .. })));
                continue;
            }
            written.unwrap();
            let held = self.model.entry((*series, time, id)).or_default();
            for item in items {
                let value = held.entry(item.key).or_default();
                *value = item.value.max(value.clone());
            }
        }
    }

    async fn read(
        &self,
        series: u8,
        (ago, length): (u64, u64),
        newest: bool,
        limit: (usize, usize),
    ) {
        let from = self.now().minus(Duration::from_secs(ago));
        let range = TimeRange::new(from, from.plus(Duration::from_secs(length))).unwrap();
        let mut query = ReadQuery::over(range);
        (query.limit.events, query.limit.bytes) = limit;
        if newest {
            query.direction = Direction::Reverse;
        }
        let (mut found, limit) = (Vec::new(), query.limit);
        loop {
            let page = self
                .store
                .read_event_records("plays", [series + 1], &query)
                .await
                .unwrap();
            assert_within(&page.events, limit);
            found.extend(page.events);
            match page.next {
                Some(next) => query = query.after(next),
                None => break,
            }
        }
        let kept = self.now().minus(RETENTION);
        let inside = |time: EventTime| range.contains(time) && time >= kept;
        let expected = self
            .model
            .iter()
            .filter(|((of, time, _), _)| *of == series && inside(*time));
        let mut expected: Vec<_> = expected
            .map(|((_, time, id), items)| {
                let items = items
                    .iter()
                    .map(|(key, value)| EventItem::new(key.clone(), value.clone()));
                Event::new(*time, id.clone(), items.collect())
            })
            .collect();
        if newest {
            expected.reverse();
        }
        assert_eq!(found, expected);
    }
}

fn assert_within(events: &[Event], limit: EventLimit) {
    assert!(events.len() <= limit.events);
    let bytes: usize = events.iter().map(Event::bytes).sum();
    assert!(events.len() <= 1 || bytes <= limit.bytes);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn reads_are_the_models(ops in ops(), by_time: bool, event_buckets in 1_u32..4) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let split_by = if by_time { SplitStrategy::Time } else { SplitStrategy::EventBuckets };
            let mut world = World::new(split_by, event_buckets).await;
            for op in ops {
                world.run(op).await;
            }
            while world.store.advance("plays", world.clock.now()).await.unwrap() == Progress::Worked {}
            world.read(0, (4_000, 4_000), false, (7, 1_000)).await;
            world.read(1, (4_000, 4_000), true, (7, 1_000)).await;
        });
    }
}
