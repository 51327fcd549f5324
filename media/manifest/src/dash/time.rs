//! ISO 8601 durations as MPDs use them: `PT1H2M3.456S`.

use std::time::Duration;

/// Seconds to the millisecond, rounded to nearest: `PT635.009S`.
pub(super) fn to_text(duration: Duration) -> String {
    let millis = (duration.as_nanos() + 500_000) / 1_000_000;
    format!("PT{}.{:03}S", millis / 1_000, millis % 1_000)
}

/// Reads days, hours, minutes and seconds; years and months have no fixed length and are refused.
pub(super) fn from_text(text: &str) -> Option<Duration> {
    let (days, clock) = text.trim().strip_prefix('P')?.split_once('T').map_or_else(
        || (text.trim().strip_prefix('P').unwrap_or(""), ""),
        |(days, clock)| (days, clock),
    );
    if days.is_empty() && clock.is_empty() {
        return None;
    }
    let (days, rest) = part(days, 'D')?;
    if !rest.is_empty() {
        return None;
    }
    let (hours, rest) = part(clock, 'H')?;
    let (minutes, rest) = part(rest, 'M')?;
    let (seconds, rest) = part(rest, 'S')?;
    if !rest.is_empty() {
        return None;
    }
    let total = days * 86_400.0 + hours * 3_600.0 + minutes * 60.0 + seconds;
    let duration = Duration::try_from_secs_f64(total).ok()?;
    // Through a binary fraction the last nanoseconds are noise; an MPD is precise to the microsecond.
    let micros = (duration.as_nanos() + 500) / 1_000;
    u64::try_from(micros).ok().map(Duration::from_micros)
}

fn part(text: &str, unit: char) -> Option<(f64, &str)> {
    let Some((number, rest)) = text.split_once(unit) else {
        return Some((0.0, text));
    };
    let plain = number
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    if number.is_empty() || !plain {
        None
    } else {
        Some((number.parse().ok()?, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_written() {
        let duration = Duration::from_millis(635_009);
        assert_eq!(to_text(duration), "PT635.009S");
        assert_eq!(from_text("PT635.009S"), Some(duration));
        assert_eq!(
            from_text("PT1H2M3.5S"),
            Some(Duration::from_millis(3_723_500))
        );
        assert_eq!(from_text("P1DT1S"), Some(Duration::from_secs(86_401)));
        assert_eq!(from_text("PT2M"), Some(Duration::from_mins(2)));
    }

    #[test]
    fn what_is_no_fixed_duration_is_refused() {
        for text in [
            "", "P", "PT", "P1Y", "PT1X", "PT-1S", "1S", "PTS", "PT1e99S", "PT1S2",
        ] {
            assert_eq!(from_text(text), None, "{text}");
        }
    }
}
