//! Absolute expiry as Cassandra's time to live. Pure.
//!
//! The moment itself is stored beside the value and decides what readers see. The time to live only lets
//! Cassandra collect the value, never before that moment: it is rounded up to a whole second, and at least
//! one, so that a value which expired before it was written still stands in the way of older ones.

use data_engine::Stamp;
use platform_clock::Timestamp;

use crate::limits::LAST_EXPIRY_SECONDS;

/// Stored as the expiry of a value that stays. Written, not left out: an older expiry must not outlive it.
pub(crate) const NEVER: i64 = 0;

/// No time to live.
const STAYS: i32 = 0;

/// Seconds to live of a value written at `now`.
pub(crate) fn time_to_live(expires: Option<Timestamp>, now: Timestamp) -> i32 {
    let Some(expires) = expires.filter(|at| at.millis() / 1_000 < LAST_EXPIRY_SECONDS) else {
        return STAYS;
    };
    let left = expires.millis().saturating_sub(now.millis());
    i32::try_from(left.div_ceil(1_000))
        .unwrap_or(i32::MAX)
        .max(1)
}

/// The stored form of an expiry.
pub(crate) fn stored(expires: Option<Timestamp>) -> i64 {
    expires.map_or(NEVER, |at| i64::try_from(at.millis()).unwrap_or(i64::MAX))
}

/// The expiry of a stored form.
pub(crate) fn read(stored: Option<i64>) -> Option<Timestamp> {
    let millis = stored.filter(|stored| *stored != NEVER)?;
    Some(Timestamp::from_millis(millis.cast_unsigned()))
}

/// A stamp as a write time.
pub(crate) fn write_time(stamp: Stamp) -> i64 {
    i64::try_from(stamp.0).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_500);

    fn seconds(expires: u64) -> i32 {
        time_to_live(Some(Timestamp::from_millis(expires)), NOW)
    }

    #[test]
    fn a_time_to_live_never_ends_before_the_expiry() {
        assert_eq!(seconds(1_700_000_000_501), 1);
        assert_eq!(seconds(1_700_000_001_500), 1);
        assert_eq!(seconds(1_700_000_001_501), 2);
        assert_eq!(time_to_live(None, NOW), 0);
    }

    #[test]
    fn what_has_expired_is_still_written() {
        assert_eq!(seconds(1_600_000_000_000), 1);
        assert_eq!(seconds(0), 1);
    }

    #[test]
    fn what_expires_after_cassandra_s_last_second_is_left_to_readers() {
        assert!(seconds(1_000 * (LAST_EXPIRY_SECONDS - 1)) > 0);
        assert_eq!(seconds(1_000 * LAST_EXPIRY_SECONDS), 0);
        assert_eq!(seconds(u64::MAX), 0);
    }

    #[test]
    fn an_expiry_reads_back() {
        for expires in [None, Some(NOW)] {
            assert_eq!(read(Some(stored(expires))), expires);
        }
        assert_eq!(read(None), None, "a compare-and-set table stores none");
    }
}
