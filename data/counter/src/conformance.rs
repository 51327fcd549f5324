//! What counters promise on every engine and cache, as one suite that their tests run.
//!
//! [`suite`] uses namespaces whose names begin with what it is given, and panics at the first promise that
//! is not kept. Times are those of a clock of its own that stands in the past.

use std::sync::Arc;
use std::time::Duration;

use data_cache::SharedCache;
use data_engine::SharedEngine;
use data_timeseries::{NamespaceConfig, TimeSeries, TimeSeriesError};
use platform_clock::{Clock as _, ManualClock, SharedClock, Timestamp};

use crate::{Count, CounterConfig, CounterError, Counters, Token};

const BEGINNING: Timestamp = Timestamp::from_millis(1_699_963_200_000);
/// Longer than additions take to settle.
const SETTLED: Duration = Duration::from_mins(2);

/// Runs every check, on an engine by the machine's clock. `run` is at most 14 lower-case letters, digits
/// and underscores that no earlier run on this engine has used.
///
/// # Panics
/// When a promise is broken; the message says which.
pub async fn suite(engine: SharedEngine, cache: SharedCache, run: &str) {
    let trial = async |name: &str, config| {
        let clock = ManualClock::at(BEGINNING);
        let namespace = format!("{run}_{name}");
        let trial = Trial {
            counters: counters(&engine, &cache, &clock).await?,
            another: counters(&engine, &cache, &clock).await?,
            clock,
            namespace,
        };
        trial.counters.configure(&trial.namespace, config).await?;
        Ok::<_, CounterError>(trial)
    };
    let checks = async {
        let consistent = CounterConfig::eventually_consistent;
        additions_count_once(&trial("adds", consistent()).await?).await?;
        a_clearing_is_in_its_place(&trial("clear", consistent()).await?).await?;
        bad_input_is_refused(&trial("bad", consistent()).await?).await?;
        let expiry = Duration::from_hours(1);
        best_effort_counts(&trial("best", CounterConfig::BestEffort { expiry }).await?).await?;
        let events = NamespaceConfig {
            retention: Duration::from_hours(48),
            ..NamespaceConfig::default()
        };
        let short = CounterConfig::EventuallyConsistent { events };
        a_count_outlives_its_events(&trial("keep", short).await?).await
    };
    let checked: Result<(), CounterError> = checks.await;
    checked.expect("the engine and the cache answer every call of the suite");
}

async fn counters(
    engine: &SharedEngine,
    cache: &SharedCache,
    clock: &Arc<ManualClock>,
) -> Result<Counters, CounterError> {
    let clock: SharedClock = clock.clone();
    let series = TimeSeries::open(Arc::clone(engine), Arc::clone(&clock)).await?;
    Counters::open(engine, Arc::new(series), Arc::clone(cache), clock).await
}

struct Trial {
    counters: Counters,
    /// The same counters as another process sees them.
    another: Counters,
    clock: Arc<ManualClock>,
    namespace: String,
}

impl Trial {
    fn token(&self, nonce: u64) -> Token {
        Token::of(self.clock.now(), nonce.to_be_bytes().to_vec())
    }

    async fn add(&self, delta: i64, nonce: u64) -> Result<(), CounterError> {
        let token = self.token(nonce);
        self.counters
            .add(&self.namespace, "views", delta, &token)
            .await
    }

    async fn get(&self) -> Result<i64, CounterError> {
        Ok(self.counters.get(&self.namespace, "views").await?.value)
    }

    async fn accurate(&self) -> Result<i64, CounterError> {
        Ok(self
            .counters
            .get_accurate(&self.namespace, "views")
            .await?
            .value)
    }

    async fn recount(&self) -> Result<Count, CounterError> {
        self.counters.recount(&self.namespace, "views").await
    }

    async fn roll_up(&self, counters: &Counters) -> usize {
        let done = counters.roll_up(self.clock.now()).await;
        assert_eq!(done.failed, 0, "rollups succeed");
        done.counters
    }
}

async fn additions_count_once(trial: &Trial) -> Result<(), CounterError> {
    assert_eq!(
        (trial.get().await?, trial.accurate().await?),
        (0, 0),
        "a counter begins at 0"
    );
    for nonce in 0..20 {
        trial.add(5, nonce).await?;
        trial.add(5, nonce).await?;
    }
    trial.add(-30, 99).await?;
    assert_eq!(trial.get().await?, 0, "a count lags");
    assert_eq!(trial.accurate().await?, 70, "an accurate one does not");
    assert_eq!(
        trial.roll_up(&trial.counters).await,
        0,
        "nothing has settled"
    );
    trial.clock.advance(SETTLED);
    trial.another.get(&trial.namespace, "views").await?;
    assert_eq!(
        trial.roll_up(&trial.counters).await,
        1,
        "an addition asks for a rollup"
    );
    assert_eq!(
        trial.roll_up(&trial.another).await,
        1,
        "so does a read, elsewhere too"
    );
    assert_eq!(trial.get().await?, 70, "two rollups count once");
    assert_eq!(
        trial.roll_up(&trial.counters).await,
        0,
        "a counter waits once"
    );
    trial.add(1, 100).await?;
    assert_eq!((trial.get().await?, trial.accurate().await?), (70, 71));
    assert_eq!(
        trial.recount().await?.value,
        70,
        "a recount comes to the same"
    );
    trial.clock.advance(SETTLED);
    let counted = trial.recount().await?;
    assert_eq!(counted.value, 71, "and to what has settled since");
    let read = trial.another.get(&trial.namespace, "views").await?;
    assert_eq!(read, counted, "for everyone");
    Ok(())
}

async fn a_clearing_is_in_its_place(trial: &Trial) -> Result<(), CounterError> {
    trial.add(7, 1).await?;
    let late = trial.token(2);
    trial.clock.advance(Duration::from_secs(1));
    let clear = trial.token(3);
    trial.clock.advance(Duration::from_secs(1));
    trial.add(2, 4).await?;
    trial
        .counters
        .clear(&trial.namespace, "views", &clear)
        .await?;
    trial
        .counters
        .add(&trial.namespace, "views", 100, &late)
        .await?;
    assert_eq!(
        trial.accurate().await?,
        2,
        "what came before a clearing does not count"
    );
    trial.clock.advance(SETTLED);
    trial.roll_up(&trial.counters).await;
    assert_eq!(
        (trial.get().await?, trial.recount().await?.value),
        (2, 2),
        "in a rollup neither"
    );
    Ok(())
}

async fn bad_input_is_refused(trial: &Trial) -> Result<(), CounterError> {
    let (counters, token) = (&trial.counters, trial.token(1));
    let unknown = counters.get("unknown", "views").await;
    assert!(
        matches!(unknown, Err(CounterError::UnknownNamespace { .. })),
        "{unknown:?}"
    );
    for name in [String::new(), "n".repeat(600)] {
        let refused = counters.add(&trial.namespace, &name, 1, &token).await;
        assert!(
            matches!(refused, Err(CounterError::Name { .. })),
            "{refused:?}"
        );
    }
    trial.clock.advance(SETTLED);
    let refused = counters.add(&trial.namespace, "views", 1, &token).await;
    let Err(CounterError::Events(TimeSeriesError::TooLate { .. })) = &refused else {
        panic!("a token that is too old is refused: {refused:?}");
    };
    assert_eq!(trial.accurate().await?, 0, "and counts nothing");
    let refused = counters
        .configure("Not a name", CounterConfig::eventually_consistent())
        .await;
    assert!(
        matches!(refused, Err(CounterError::Configuration { .. })),
        "{refused:?}"
    );
    Ok(())
}

async fn best_effort_counts(trial: &Trial) -> Result<(), CounterError> {
    trial.add(5, 1).await?;
    trial.add(-2, 2).await?;
    assert_eq!(
        trial.get().await?,
        3,
        "a best-effort counter counts at once"
    );
    let refused = trial.recount().await;
    assert!(
        matches!(refused, Err(CounterError::BestEffort { .. })),
        "and has no events"
    );
    trial
        .counters
        .clear(&trial.namespace, "views", &trial.token(3))
        .await?;
    assert_eq!(trial.get().await?, 0);
    Ok(())
}

/// Days of additions, over an outage longer than the retention.
async fn a_count_outlives_its_events(trial: &Trial) -> Result<(), CounterError> {
    let day = Duration::from_hours(24);
    let mut dropped = 0;
    for nonce in 0..6 {
        trial.add(10, nonce).await?;
        trial.clock.advance(if nonce == 2 { day * 4 } else { day });
        loop {
            let swept = trial
                .counters
                .maintain(&trial.namespace, trial.clock.now())
                .await?;
            dropped += swept.dropped;
            if swept.complete {
                break;
            }
        }
        let expected = 10 * (nonce as i64 + 1);
        assert_eq!(
            trial.get().await?,
            expected,
            "a sweep counts what nobody asked for"
        );
        assert_eq!(
            trial.recount().await?.value,
            expected,
            "the checkpoint stands for what is gone"
        );
    }
    assert!(dropped >= 3, "events are dropped: {dropped}");
    Ok(())
}
