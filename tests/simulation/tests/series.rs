//! Series: reads show every acknowledged event, once and in order, while wide partitions are split under them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use data_engine::{Durability, SharedEngine};
use data_timeseries::{
    Event, EventItem, EventRecord, EventTime, NamespaceConfig, ReadQuery, SplitStrategy, TimeRange,
    TimeSeries, TimeSeriesError,
};
use parking_lot::Mutex;
use platform_clock::{Clock as _, ManualClock, SharedClock};
use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use tests_simulation::{Cut, Faults, World, each_seed};

const LIVES: usize = 5;
const WRITERS: usize = 2;
const SERIES: [&str; 2] = ["hot", "cold"];

/// An event by its series, its time and its id.
type Key = (&'static str, EventTime, Bytes);

/// What was tried, and whether it was acknowledged and nothing lost it since.
type Told = Arc<Mutex<BTreeMap<Key, bool>>>;

/// Partitions become wide from a few events on.
fn config(world: &mut World) -> NamespaceConfig {
    NamespaceConfig {
        slice: Duration::from_hours(1),
        time_bucket: Duration::from_mins(10),
        event_buckets: world.rng.random_range(1..3),
        retention: Duration::from_hours(48),
        accept_late: Duration::from_mins(2),
        settle: Duration::from_secs(30),
        durability: match world.rng.random_range(0..2) {
            0 => Durability::Process,
            _ => Durability::Power,
        },
        target_partition_bytes: 300,
        split_over_bytes: 600,
        split_by: match world.rng.random_range(0..2) {
            0 => SplitStrategy::Time,
            _ => SplitStrategy::EventBuckets,
        },
        ..NamespaceConfig::default()
    }
}

/// The event of a key: two rows, whose values the key decides.
fn event((_, time, id): &Key) -> Event {
    let value = format!("{id:?} at {time}: {}", "v".repeat(40));
    let items = vec![EventItem::new("a", value), EventItem::new("b", id.clone())];
    Event::new(*time, id.clone(), items)
}

/// Writes batches of events, out of order, again when that fails and now and then when it does not.
async fn writer(
    store: Arc<TimeSeries>,
    clock: Arc<ManualClock>,
    told: Told,
    (name, seed): (String, u64),
) {
    let mut rng = StdRng::seed_from_u64(seed);
    for round in 0..4 {
        let keys = (0..rng.random_range(1..5)).map(|nth| {
            let ago = Duration::from_millis(rng.random_range(0..90_000));
            let time = EventTime::at(clock.now()).minus(ago);
            let series = SERIES[usize::from(rng.random_range(0..5) == 0)];
            (series, time, Bytes::from(format!("{name}-{round}-{nth}")))
        });
        let keys: Vec<Key> = keys.collect();
        let records = keys.iter().map(|key| EventRecord::new(key.0, event(key)));
        let records: Vec<_> = records.collect();
        for key in &keys {
            told.lock().insert(key.clone(), false);
        }
        for _ in 0..rng.random_range(1..4) {
            match store.write_event_records_sync("plays", &records).await {
                Ok(()) => {
                    for key in &keys {
                        told.lock().insert(key.clone(), true);
                    }
                    if rng.random_bool(0.7) {
                        break;
                    }
                }
                Err(error) => assert!(error.is_transient(), "{error}"),
            }
        }
        clock.advance(Duration::from_millis(rng.random_range(0..500)));
    }
}

/// All pages of a series, oldest or newest first, as far as they come.
async fn pages(
    store: &TimeSeries,
    series: &str,
    newest_first: bool,
    limit: usize,
) -> Result<Vec<Event>, TimeSeriesError> {
    let mut query = ReadQuery::over(TimeRange::ALL).events(limit);
    if newest_first {
        query = query.newest_first();
    }
    let mut events = Vec::new();
    loop {
        let page = store.read_event_records("plays", series, &query).await?;
        events.extend(page.events);
        match page.next {
            Some(next) => query = query.after(next),
            None => break,
        }
    }
    if newest_first {
        events.reverse();
    }
    Ok(events)
}

/// Reads a series and holds it against what was known before.
async fn look(store: &TimeSeries, told: &Told, rng: &mut StdRng) -> Result<(), TimeSeriesError> {
    let series = SERIES[usize::from(rng.random_range(0..4) == 0)];
    let before = told.lock().clone();
    let found = pages(store, series, rng.random_bool(0.5), rng.random_range(1..12)).await?;
    let in_order = found.is_sorted_by(|a, b| (a.time, &a.id) < (b.time, &b.id));
    assert!(in_order, "not in order, or twice: {found:?}");
    let keys: Vec<Key> = found
        .iter()
        .map(|it| (series, it.time, it.id.clone()))
        .collect();
    for (key, found) in keys.iter().zip(&found) {
        assert!(told.lock().contains_key(key), "{found:?} was never written");
        assert_eq!(found, &event(key));
    }
    for (key, _) in before
        .iter()
        .filter(|(key, known)| key.0 == series && **known)
    {
        assert!(keys.contains(key), "{key:?} is lacking in {keys:?}");
    }
    Ok(())
}

async fn reader(store: Arc<TimeSeries>, told: Told, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    for _ in 0..4 {
        if let Err(error) = look(&store, &told, &mut rng).await {
            assert!(error.is_transient(), "{error}");
        }
    }
}

/// Maintains the store and takes steps of splits.
async fn keep(store: Arc<TimeSeries>, clock: Arc<ManualClock>, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    for _ in 0..30 {
        let now = clock.now();
        let failed = match rng.random_range(0..8) {
            0 => store.maintain("plays", now).await.err(),
            _ => store.advance("plays", now).await.err(),
        };
        if let Some(error) = failed {
            assert!(error.is_transient(), "{error}");
        }
        tokio::task::yield_now().await;
    }
}

async fn open(
    engine: SharedEngine,
    clock: SharedClock,
    config: &NamespaceConfig,
) -> Result<Arc<TimeSeries>, TimeSeriesError> {
    let store = TimeSeries::open(engine, clock).await?;
    while let Err(error) = store.configure("plays", config.clone()).await {
        assert!(error.is_transient(), "{error}");
    }
    Ok(Arc::new(store))
}

/// Two processes on one engine: one that writes, and one that reads; both split.
async fn life(
    (engine, clock): (SharedEngine, Arc<ManualClock>),
    config: &NamespaceConfig,
    told: Told,
    (name, seeds): (usize, Vec<u64>),
) -> Result<(), TimeSeriesError> {
    let writing = open(engine.clone(), clock.clone(), config).await?;
    let reading = open(engine, clock.clone(), config).await?;
    let mut running = vec![
        tokio::spawn(keep(writing.clone(), clock.clone(), seeds[0])),
        tokio::spawn(keep(reading.clone(), clock.clone(), seeds[1])),
        tokio::spawn(reader(writing.clone(), told.clone(), seeds[2])),
        tokio::spawn(reader(reading, told.clone(), seeds[3])),
    ];
    for nth in 0..WRITERS {
        let who = (format!("{name}-{nth}"), seeds[4 + nth]);
        let writer = writer(writing.clone(), clock.clone(), told.clone(), who);
        running.push(tokio::spawn(writer));
    }
    for one in running {
        one.await.expect("a client does not panic");
    }
    Ok(())
}

fn history(seed: u64) {
    let mut world = World::new(seed, Faults::MANY);
    let config = config(&mut world);
    let told = Told::default();
    for name in 0..LIVES {
        let on = (world.shared_engine(), world.clock.clone());
        let seeds = (0..4 + WRITERS).map(|_| world.rng.next_u64()).collect();
        let lived = world.live(life(on, &config, told.clone(), (name, seeds)));
        assert!(!matches!(lived, Ok(Err(_))), "{lived:?}");
        if matches!(lived, Err(Cut::PowerLoss)) && config.durability == Durability::Process {
            told.lock().values_mut().for_each(|known| *known = false);
        }
        // Until events are settled, until an original may go, or on at once.
        let minutes = [0, 3, 11][world.rng.random_range(0..3)];
        if minutes > 0 {
            world.pass(Duration::from_mins(minutes));
        }
    }
    world.pass(Duration::from_mins(11));
    let (engine, clock) = (world.shared_engine(), world.clock.clone());
    let mut rng = StdRng::seed_from_u64(seed);
    let settled = world.settle(async {
        let store = open(engine, clock.clone(), &config).await?;
        for _ in 0..4 {
            keep(store.clone(), clock.clone(), seed).await;
            for _ in 0..4 {
                look(&store, &told, &mut rng).await?;
            }
            clock.advance(Duration::from_mins(11));
        }
        Ok::<_, TimeSeriesError>(())
    });
    settled.expect("a healed engine answers");
}

#[test]
fn series_show_each_event_once() {
    each_seed(history);
}
