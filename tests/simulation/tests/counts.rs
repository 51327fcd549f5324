//! Counters: each acknowledged addition counts once, each other one at most once, repeats included.
//!
//! Every addition of a history is another power of two, so that a count says which it holds.

use std::sync::Arc;
use std::time::Duration;

use data_cache::MemoryCache;
use data_counter::{CounterConfig, CounterError, Counters, Token};
use data_engine::{Durability, SharedEngine};
use data_timeseries::{NamespaceConfig, TimeSeries};
use parking_lot::Mutex;
use platform_clock::{Clock as _, ManualClock, SharedClock};
use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use tests_simulation::{Cut, Faults, World, each_seed};

const LIVES: usize = 4;
const CLIENTS: usize = 3;
const ROUNDS: usize = 4;
/// How long after an addition no more is taken, and a little more.
const SETTLED: Duration = Duration::from_mins(2);

const _: () = assert!(LIVES * CLIENTS * ROUNDS < 63);

/// Additions as bits.
#[derive(Debug, Clone, Copy, Default)]
struct Additions {
    count: u32,
    tried: i64,
    acknowledged: i64,
}

impl Additions {
    fn check(&self, known: i64, value: i64) {
        assert_eq!(
            value & !self.tried,
            0,
            "{value:#b} holds more than {self:x?}"
        );
        assert_eq!(known & !value, 0, "{value:#b} lacks some of {known:#b}");
    }
}

type Told = Arc<Mutex<Additions>>;

fn config(durability: Durability) -> CounterConfig {
    CounterConfig::EventuallyConsistent {
        events: NamespaceConfig {
            durability,
            accept_late: Duration::from_mins(1),
            settle: Duration::from_secs(30),
            ..NamespaceConfig::default()
        },
    }
}

async fn open(
    engine: &SharedEngine,
    clock: SharedClock,
    config: CounterConfig,
) -> Result<Arc<Counters>, CounterError> {
    let cache = Arc::new(MemoryCache::new(1 << 20, clock.clone()));
    let series = TimeSeries::open(engine.clone(), clock.clone()).await?;
    let counters = Counters::open(engine, Arc::new(series), cache, clock).await?;
    while let Err(error) = counters.configure("plays", config.clone()).await {
        assert!(error.is_transient(), "{error}");
    }
    Ok(Arc::new(counters))
}

/// Adds, under one token however often that takes, and reads.
async fn client(counters: Arc<Counters>, clock: Arc<ManualClock>, told: Told, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    for _ in 0..ROUNDS {
        let delta = {
            let mut told = told.lock();
            let delta = 1 << told.count;
            told.count += 1;
            told.tried |= delta;
            delta
        };
        let token = Token::of(clock.now(), delta.to_string());
        for _ in 0..rng.random_range(1..5) {
            match counters.add("plays", "views", delta, &token).await {
                Ok(()) => told.lock().acknowledged |= delta,
                Err(error) => assert!(error.is_transient(), "{error}"),
            }
        }
        clock.advance(Duration::from_millis(rng.random_range(0..500)));
        let known = told.lock().acknowledged;
        if let Ok(count) = counters.get_accurate("plays", "views").await {
            told.lock().check(known, count.value);
        }
        if let Ok(count) = counters.get("plays", "views").await {
            told.lock().check(0, count.value);
        }
    }
}

/// Rolls up, recounts and sweeps beside the clients.
async fn keep(counters: Arc<Counters>, clock: Arc<ManualClock>, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    for _ in 0..6 {
        let failed = match rng.random_range(0..4) {
            0 => counters.recount("plays", "views").await.err(),
            1 => counters.maintain("plays", clock.now()).await.err(),
            _ => {
                counters.roll_up(clock.now()).await;
                None
            }
        };
        if let Some(error) = failed {
            assert!(error.is_transient(), "{error}");
        }
        tokio::task::yield_now().await;
    }
}

fn history(seed: u64) {
    let mut world = World::new(seed, Faults::MANY);
    let durability = match world.rng.random_range(0..2) {
        0 => Durability::Process,
        _ => Durability::Power,
    };
    let told = Told::default();
    for _ in 0..LIVES {
        let (engine, clock) = (world.shared_engine(), world.clock.clone());
        let seeds: Vec<u64> = (0..=CLIENTS).map(|_| world.rng.next_u64()).collect();
        let adding = told.clone();
        let lived = world.live(async move {
            let Ok(counters) = open(&engine, clock.clone(), config(durability)).await else {
                return;
            };
            let keeping = keep(counters.clone(), clock.clone(), seeds[0]);
            let mut running = vec![tokio::spawn(keeping)];
            for seed in &seeds[1..] {
                let client = client(counters.clone(), clock.clone(), adding.clone(), *seed);
                running.push(tokio::spawn(client));
            }
            for one in running {
                one.await.expect("a client does not panic");
            }
        });
        if lived == Err(Cut::PowerLoss) && durability == Durability::Process {
            told.lock().acknowledged = 0;
        }
        if world.rng.random_bool(0.6) {
            world.pass(SETTLED);
        }
    }
    world.pass(SETTLED);
    let (engine, clock) = (world.shared_engine(), world.clock.clone());
    let counted = world.settle(async {
        let counters = open(&engine, clock.clone(), config(durability)).await?;
        clock.advance(SETTLED);
        let accurate = counters.get_accurate("plays", "views").await?;
        let recounted = counters.recount("plays", "views").await?;
        let got = counters.get("plays", "views").await?;
        Ok::<_, CounterError>([accurate.value, recounted.value, got.value])
    });
    let counted = counted.expect("a healed engine answers");
    assert_eq!(counted, [counted[0]; 3]);
    let told = told.lock();
    told.check(told.acknowledged, counted[0]);
}

#[test]
fn counts_hold_each_addition_once() {
    each_seed(history);
}
