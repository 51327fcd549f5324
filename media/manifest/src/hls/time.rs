//! Durations as playlists write them, exact to the nanosecond.

use std::time::Duration;

/// Durations of consecutive segments given in ticks of `timescale` a second.
///
/// A tick is seldom a whole number of nanoseconds (1001/24000 s is not), so it is the boundaries between
/// segments that are rounded, not the durations: their sum never drifts from the track's own length.
/// A `timescale` of zero is taken as one.
pub fn durations(ticks: impl IntoIterator<Item = u64>, timescale: u32) -> Vec<Duration> {
    let scale = u128::from(timescale.max(1));
    let mut passed: u128 = 0;
    let mut boundary: u128 = 0;
    ticks
        .into_iter()
        .map(|length| {
            passed = passed.saturating_add(u128::from(length));
            let end = (passed.saturating_mul(1_000_000_000) + scale / 2) / scale;
            let nanos = end.saturating_sub(boundary);
            boundary = end;
            Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
        })
        .collect()
}

/// A decimal number of seconds with no more digits than it needs: `4.004`, `6`.
pub(super) fn decimal(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if duration.subsec_nanos() == 0 {
        return seconds.to_string();
    }
    let fraction = format!("{:09}", duration.subsec_nanos());
    format!("{seconds}.{}", fraction.trim_end_matches('0'))
}

/// Reads a decimal number of seconds; digits past the nanosecond are dropped.
pub(super) fn from_decimal(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let seconds = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let kept = fraction.get(..9).unwrap_or(fraction);
    let nanos = format!("{kept:0<9}").parse().ok()?;
    Some(Duration::new(seconds, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_of_many_durations_does_not_drift() {
        let parts = durations(std::iter::repeat_n(96_096, 10_000), 24_000);
        let total: Duration = parts.iter().sum();
        assert_eq!(total, Duration::from_secs(40_040));
        let thirds = durations([1, 1, 1], 3);
        assert_eq!(thirds.iter().sum::<Duration>(), Duration::from_secs(1));
        assert_ne!(thirds[0], thirds[1]);
    }

    #[test]
    fn decimals_are_read_as_written() {
        for (nanos, text) in [
            (4_004_000_000, "4.004"),
            (6_000_000_000, "6"),
            (1, "0.000000001"),
        ] {
            let duration = Duration::from_nanos(nanos);
            assert_eq!(decimal(duration), text);
            assert_eq!(from_decimal(text), Some(duration));
        }
        assert_eq!(
            from_decimal("4.0040000009"),
            Some(Duration::from_millis(4_004))
        );
        assert_eq!(from_decimal(".5"), Some(Duration::from_millis(500)));
        for text in ["", ".", "-1", "1e3", "4,5", "99999999999999999999", "é.1"] {
            assert_eq!(from_decimal(text), None, "{text}");
        }
    }
}
