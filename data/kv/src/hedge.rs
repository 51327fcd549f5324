//! Hedged reads: a second attempt when the first is late, within a budget.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use data_engine::EngineError;
use futures::future::{Either, select};
use platform_clock::SharedClock;

use crate::limits::{HEDGE_SAMPLES, INITIAL_HEDGE_DELAY, MAX_SAVED_HEDGES};
use crate::namespace::Hedging;

/// Cost of a second read, in hundredths: each first read earns its percentage of one.
const COST: u64 = 100;

/// Repeats late reads of one namespace.
#[derive(Debug)]
pub(crate) struct Hedge {
    fixed_delay: Option<Duration>,
    percent: u64,
    saved: AtomicU64,
    latencies: Latencies,
    clock: SharedClock,
}

impl Hedge {
    pub(crate) fn new(settings: Hedging, clock: SharedClock) -> Self {
        Self {
            fixed_delay: settings.delay,
            percent: u64::from(settings.budget_percent),
            saved: AtomicU64::new(COST),
            latencies: Latencies::default(),
            clock,
        }
    }

    /// The first answer of one attempt, or of two when the first is late and the budget allows it.
    pub(crate) async fn read<T, F>(&self, call: impl Fn() -> F) -> Result<T, EngineError>
    where
        F: Future<Output = Result<T, EngineError>>,
    {
        let started = self.clock.monotonic();
        self.earn();
        let mut first = pin!(call());
        // An engine that answers from memory answers at once: no timer is set up for it.
        let answer = match futures::poll!(first.as_mut()) {
            Poll::Ready(answer) => answer,
            Poll::Pending => match tokio::time::timeout(self.delay(), first.as_mut()).await {
                Ok(answer) => answer,
                Err(_) if !self.spend() => first.await,
                Err(_) => first_success(first, pin!(call())).await,
            },
        };
        let took = self.clock.monotonic().saturating_sub(started);
        self.latencies.record(took);
        answer
    }

    fn delay(&self) -> Duration {
        self.fixed_delay.unwrap_or_else(|| self.latencies.p99())
    }

    fn earn(&self) {
        let earned = |saved: u64| Some((saved + self.percent).min(MAX_SAVED_HEDGES * COST));
        let _ = self
            .saved
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, earned);
    }

    fn spend(&self) -> bool {
        let spent = |saved: u64| saved.checked_sub(COST);
        let spent = self
            .saved
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, spent);
        spent.is_ok()
    }
}

/// The first of two that succeeds; when neither does, what the last one says.
async fn first_success<T, E, A, B>(first: A, second: B) -> Result<T, E>
where
    A: Future<Output = Result<T, E>> + Unpin,
    B: Future<Output = Result<T, E>> + Unpin,
{
    match select(first, second).await {
        Either::Left((Err(_), other)) => other.await,
        Either::Right((Err(_), other)) => other.await,
        Either::Left((answer, _)) | Either::Right((answer, _)) => answer,
    }
}

/// Two buckets to each power of two of microseconds, to about an hour.
const BUCKETS: usize = 64;

/// How long reads take: a histogram whose old entries fade.
#[derive(Debug)]
struct Latencies {
    counts: [AtomicU32; BUCKETS],
    seen: AtomicU32,
    p99_micros: AtomicU64,
}

impl Default for Latencies {
    fn default() -> Self {
        Self {
            counts: std::array::from_fn(|_| AtomicU32::new(0)),
            seen: AtomicU32::new(0),
            p99_micros: AtomicU64::new(INITIAL_HEDGE_DELAY.as_micros() as u64),
        }
    }
}

impl Latencies {
    fn p99(&self) -> Duration {
        Duration::from_micros(self.p99_micros.load(Ordering::Relaxed))
    }

    fn record(&self, took: Duration) {
        let bucket = bucket_of(took.as_micros() as u64);
        self.counts[bucket].fetch_add(1, Ordering::Relaxed);
        let seen = self.seen.fetch_add(1, Ordering::Relaxed) + 1;
        if seen.is_multiple_of(HEDGE_SAMPLES) {
            self.recompute();
        }
    }

    /// Takes the 99th percentile, then halves every count.
    fn recompute(&self) {
        let halve = |count: &AtomicU32| {
            let seen = count.load(Ordering::Relaxed);
            count.store(seen / 2, Ordering::Relaxed);
            u64::from(seen)
        };
        let counts: Vec<u64> = self.counts.iter().map(halve).collect();
        let wanted = counts.iter().sum::<u64>().saturating_mul(99) / 100;
        let mut below = 0;
        let at = counts.iter().position(|count| {
            below += count;
            below > wanted
        });
        if let Some(at) = at {
            self.p99_micros.store(upper_edge(at), Ordering::Relaxed);
        }
    }
}

fn bucket_of(micros: u64) -> usize {
    let micros = micros.max(2);
    let power = micros.ilog2() as usize;
    let upper_half = (micros >> (power - 1)) & 1;
    (2 * power + upper_half as usize - 2).min(BUCKETS - 1)
}

/// The first microsecond past a bucket.
fn upper_edge(bucket: usize) -> u64 {
    let (power, half) = (1 + bucket / 2, bucket % 2);
    (1_u64 << power) + (1 + half as u64) * (1_u64 << (power - 1))
}

#[cfg(test)]
mod tests {
    use platform_clock::SystemClock;

    use super::*;

    fn hedge(delay: Option<Duration>, budget_percent: u8) -> Hedge {
        let settings = Hedging {
            delay,
            budget_percent,
        };
        Hedge::new(settings, SystemClock::shared())
    }

    #[test]
    fn buckets_hold_what_lies_below_their_edge() {
        for micros in [2, 3, 4, 5, 6, 7, 100, 1_000, 1_535, 1_536, 1_000_000] {
            let bucket = bucket_of(micros);
            assert!(micros < upper_edge(bucket), "{micros}");
            assert!(bucket == 0 || micros >= upper_edge(bucket - 1), "{micros}");
        }
        assert_eq!(bucket_of(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn the_delay_follows_the_slowest_reads() {
        let hedge = hedge(None, 5);
        assert_eq!(hedge.delay(), INITIAL_HEDGE_DELAY);
        for read in 0..HEDGE_SAMPLES {
            let slow = read.is_multiple_of(50);
            let millis = if slow { 8 } else { 1 };
            hedge.latencies.record(Duration::from_millis(millis));
        }
        let delay = hedge.delay();
        assert!(delay > Duration::from_millis(8), "{delay:?}");
        assert!(delay < Duration::from_millis(16), "{delay:?}");
    }

    /// The first attempt never answers; the second does.
    async fn read_twice(hedge: &Hedge) -> Option<u32> {
        let attempts = AtomicU32::new(0);
        let call = || {
            let attempt = attempts.fetch_add(1, Ordering::Relaxed);
            async move {
                if attempt == 0 {
                    std::future::pending::<()>().await;
                }
                Ok(attempt)
            }
        };
        let limit = Duration::from_mins(1);
        let answer = tokio::time::timeout(limit, hedge.read(call)).await;
        answer.ok().map(|answer| answer.unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_read_is_repeated_as_far_as_the_budget_goes() {
        let hedge = hedge(Some(Duration::from_millis(20)), 5);
        let start = tokio::time::Instant::now();
        assert_eq!(read_twice(&hedge).await, Some(1));
        assert_eq!(start.elapsed(), Duration::from_millis(20));
        assert_eq!(read_twice(&hedge).await, None, "the budget is spent");
        let mut earned = 1;
        while read_twice(&hedge).await.is_none() {
            earned += 1;
        }
        assert!((15..=20).contains(&earned), "{earned} reads earned one");
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_in_time_is_not_repeated() {
        let hedge = hedge(Some(Duration::from_millis(20)), 5);
        let attempts = AtomicU32::new(0);
        let call = || {
            attempts.fetch_add(1, Ordering::Relaxed);
            async {
                tokio::time::sleep(Duration::from_millis(10)).await;
                Ok(())
            }
        };
        hedge.read(call).await.unwrap();
        assert_eq!(attempts.load(Ordering::Relaxed), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn of_two_attempts_a_failure_waits_for_the_other() {
        let hedge = hedge(Some(Duration::from_millis(20)), 5);
        let attempts = AtomicU32::new(0);
        let call = || {
            let attempt = attempts.fetch_add(1, Ordering::Relaxed);
            async move {
                tokio::time::sleep(Duration::from_millis(50)).await;
                match attempt {
                    0 => Err(EngineError::Full),
                    attempt => Ok(attempt),
                }
            }
        };
        assert_eq!(hedge.read(call).await.unwrap(), 1);
    }
}
