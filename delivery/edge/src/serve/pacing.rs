//! How fast bytes may go out, or anything else be done: a rate with a burst, kept as one number (the generic cell rate algorithm, as in
//! ITU-T I.371), so that threads share it without a lock. Pure.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// A rate with a burst that several may share.
#[derive(Debug)]
pub struct Pace {
    per_s: u64,
    /// How far the rate may be run ahead of.
    burst_ns: u64,
    /// When everything so far would have come at the rate.
    even_at_ns: AtomicU64,
}

impl Pace {
    /// So many megabits a second; `burst_bytes` may go at once.
    pub(crate) fn new(mbps: u32, burst_bytes: u64) -> Self {
        Self::of(u64::from(mbps.max(1)) * 125_000, burst_bytes)
    }

    /// So many of anything a second, at least one; `burst` at once.
    pub fn of(per_s: u64, burst: u64) -> Self {
        let per_s = per_s.max(1);
        Self {
            per_s,
            burst_ns: nanos(burst, per_s),
            even_at_ns: AtomicU64::new(0),
        }
    }

    /// Whether more may go now; else when. `now` is monotonic.
    pub fn ready(&self, now: Duration) -> Result<(), Duration> {
        let even_at = self.even_at_ns.load(Ordering::Relaxed);
        let ready_at = even_at.saturating_sub(self.burst_ns);
        if ready_at <= as_ns(now) {
            Ok(())
        } else {
            Err(Duration::from_nanos(ready_at))
        }
    }

    /// So many went.
    pub fn charge(&self, count: u64, now: Duration) {
        let (took, now) = (nanos(count, self.per_s), as_ns(now));
        let later = |even_at: u64| Some(even_at.max(now).saturating_add(took));
        let _ = self
            .even_at_ns
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, later);
    }
}

fn as_ns(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn nanos(count: u64, per_s: u64) -> u64 {
    let nanos = u128::from(count) * NANOS_PER_SECOND / u128::from(per_s);
    u64::try_from(nanos).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn a_burst_goes_at_once_and_the_rest_at_the_rate() {
        let pace = Pace::new(8, MIB);
        let at = Duration::from_secs(100);
        assert_eq!(pace.ready(at), Ok(()));
        pace.charge(MIB, at);
        assert_eq!(pace.ready(at), Ok(()));
        pace.charge(1_000_000, at);
        assert_eq!(pace.ready(at), Err(at + Duration::from_secs(1)));
        assert_eq!(pace.ready(at + Duration::from_secs(1)), Ok(()));
    }

    proptest! {
        #[test]
        fn no_more_than_rate_and_burst_goes_out(
            mbps in 1_u32..10_000,
            steps in proptest::collection::vec((0_u64..50, 1_u64..(512 << 10)), 1..300),
        ) {
            let pace = Pace::new(mbps, MIB);
            let start = Duration::from_secs(5);
            let (mut now, mut sent) = (start, 0);
            for (millis, bytes) in steps {
                now += Duration::from_millis(millis);
                if pace.ready(now).is_ok() {
                    pace.charge(bytes, now);
                    sent += bytes;
                }
            }
            let rate = f64::from(mbps) * 125_000.0;
            let most = (now.saturating_sub(start)).as_secs_f64() * rate + (MIB + (512 << 10)) as f64;
            prop_assert!(sent as f64 <= most + 1.0);
        }

        #[test]
        fn waiting_as_told_is_enough(mbps in 1_u32..100_000, bytes in 1_u64..(1 << 40)) {
            let pace = Pace::new(mbps, MIB);
            pace.charge(bytes, Duration::ZERO);
            if let Err(at) = pace.ready(Duration::ZERO) {
                prop_assert_eq!(pace.ready(at), Ok(()));
            }
        }
    }
}
