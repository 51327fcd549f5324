//! Additions, rollups and recounts that are cut off at any call to the engine, and tried again.

#![expect(clippy::unwrap_used, reason = "a test fails where an unwrap does")]

use std::sync::Arc;
use std::time::Duration;

use data_cache::MemoryCache;
use data_counter::{CounterConfig, CounterError, Counters, Token};
use data_engine::{MemoryEngine, SharedEngine};
use data_timeseries::TimeSeries;
use data_timeseries::conformance::faulty::{Cut, FaultyEngine};
use platform_clock::{Clock as _, ManualClock, SharedClock, Timestamp};
use proptest::prelude::*;

async fn open(engine: &SharedEngine, clock: &Arc<ManualClock>) -> Result<Counters, CounterError> {
    let clock: SharedClock = clock.clone();
    let series = TimeSeries::open(Arc::clone(engine), Arc::clone(&clock)).await?;
    let cache = Arc::new(MemoryCache::new(1 << 20, Arc::clone(&clock)));
    Counters::open(engine, Arc::new(series), cache, clock).await
}

/// Adds 1 to 8, each at its own time, with rollups and a recount between. The clock is set back for a
/// second run, as by a client that repeats what it asked for then.
async fn history(counters: &Counters, clock: &ManualClock) -> Result<(), CounterError> {
    for delta in 1..=8 {
        let token = Token::of(clock.now(), vec![delta as u8]);
        counters.add("plays", "views", delta, &token).await?;
        if delta % 3 == 0 {
            clock.advance(Duration::from_secs(100));
            let done = counters.roll_up(clock.now()).await;
            if done.failed > 0 {
                return Err(CounterError::Damaged);
            }
        }
        if delta == 6 {
            counters.recount("plays", "views").await?;
        }
        counters.get("plays", "views").await?;
    }
    counters.maintain("plays", clock.now()).await.map(drop)
}

#[tokio::test]
async fn what_is_tried_again_after_a_crash_counts_once() {
    let begin = Timestamp::from_millis(1_699_963_200_000);
    for cut in [Cut::Before, Cut::After] {
        for last in 1.. {
            let engine = MemoryEngine::shared();
            let clock = ManualClock::at(begin);
            let first = open(&engine, &clock).await.unwrap();
            first
                .configure("plays", CounterConfig::eventually_consistent())
                .await
                .unwrap();
            let faulty = FaultyEngine::new(&engine, last, cut);
            let cut_off: SharedEngine = faulty.clone();
            if let Ok(counters) = open(&cut_off, &clock).await {
                drop(history(&counters, &clock).await);
            }
            // Whoever was cut off says it all again in time, which a slow clock stands for.
            let clock = ManualClock::at(begin);
            let counters = open(&engine, &clock).await.unwrap();
            history(&counters, &clock).await.unwrap();
            assert_eq!(
                counters.get_accurate("plays", "views").await.unwrap().value,
                36
            );
            clock.advance(Duration::from_mins(10));
            let recounted = counters.recount("plays", "views").await.unwrap();
            assert_eq!(recounted.value, 36, "{cut:?} {last}");
            assert_eq!(counters.get("plays", "views").await.unwrap(), recounted);
            if !faulty.has_stopped() {
                assert!(last > 50, "the whole history was cut at each of its calls");
                break;
            }
        }
    }
}

#[derive(Debug, Clone)]
enum Op {
    /// By the first or the second process: delta, seconds ago, and how often it is repeated.
    Add(bool, i8, u64, u8),
    Clear(bool, u64),
    Wait(u64),
    RollUp(bool),
    Read(bool),
    Maintain(bool),
    Restart,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (any::<bool>(), any::<i8>(), 0_u64..59, 0_u8..3).prop_map(|(by, d, ago, n)| Op::Add(by, d, ago, n)),
        1 => (any::<bool>(), 0_u64..59).prop_map(|(by, ago)| Op::Clear(by, ago)),
        4 => (1_u64..4_000).prop_map(Op::Wait),
        3 => any::<bool>().prop_map(Op::RollUp),
        3 => any::<bool>().prop_map(Op::Read),
        1 => any::<bool>().prop_map(Op::Maintain),
        1 => Just(Op::Restart),
    ]
}

/// What happened, by time and nonce; `None` is a clearing.
type Model = std::collections::BTreeMap<(Timestamp, [u8; 8]), Option<i64>>;

fn sum(model: &Model, until: Timestamp) -> i64 {
    let settled = model.iter().filter(|((time, _), _)| *time < until);
    settled.fold(0, |sum, (_, delta)| delta.map_or(0, |delta| sum + delta))
}

async fn run(ops: Vec<Op>) {
    let engine = MemoryEngine::shared();
    let clock = ManualClock::at(Timestamp::from_millis(1_699_963_200_000));
    let mut both = [
        open(&engine, &clock).await.unwrap(),
        open(&engine, &clock).await.unwrap(),
    ];
    both[0]
        .configure("plays", CounterConfig::eventually_consistent())
        .await
        .unwrap();
    let mut model = Model::new();
    for (nonce, op) in ops.into_iter().enumerate() {
        let nonce = (nonce as u64).to_be_bytes();
        let ago = |seconds: u64| Timestamp::from_millis(clock.now().millis() - seconds * 1_000);
        match op {
            Op::Add(by, delta, seconds, repeats) => {
                let token = Token::of(ago(seconds), nonce.to_vec());
                for _ in 0..=repeats {
                    let add = both[usize::from(by)].add("plays", "views", delta.into(), &token);
                    add.await.unwrap();
                }
                model.insert((ago(seconds), nonce), Some(delta.into()));
            }
            Op::Clear(by, seconds) => {
                let token = Token::of(ago(seconds), nonce.to_vec());
                both[usize::from(by)]
                    .clear("plays", "views", &token)
                    .await
                    .unwrap();
                model.insert((ago(seconds), nonce), None);
            }
            Op::Wait(seconds) => clock.advance(Duration::from_secs(seconds)),
            Op::RollUp(by) => {
                let done = both[usize::from(by)].roll_up(clock.now()).await;
                assert_eq!(done.failed, 0);
            }
            Op::Read(by) => {
                let count = both[usize::from(by)].get("plays", "views").await.unwrap();
                let until = count
                    .counted_until
                    .map_or(0, |until| until.micros() / 1_000);
                assert_eq!(count.value, sum(&model, Timestamp::from_millis(until)));
                let accurate = both[usize::from(by)]
                    .get_accurate("plays", "views")
                    .await
                    .unwrap();
                assert_eq!(
                    accurate.value,
                    sum(&model, clock.now().plus(Duration::from_secs(1)))
                );
            }
            Op::Maintain(by) => {
                both[usize::from(by)]
                    .maintain("plays", clock.now())
                    .await
                    .unwrap();
            }
            Op::Restart => both[0] = open(&engine, &clock).await.unwrap(),
        }
    }
    clock.advance(Duration::from_mins(2));
    let recounted = both[1].recount("plays", "views").await.unwrap();
    assert_eq!(recounted.value, sum(&model, clock.now()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn counts_are_the_models(ops in proptest::collection::vec(op(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(ops));
    }
}
