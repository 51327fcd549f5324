//! Cue times: `[hours:]minutes:seconds.fraction`, the fraction after a full stop or a comma.

use crate::error::Problem;
use crate::limits::MAX_HOURS;

/// What stands between a cue's two times.
pub(crate) const ARROW: &str = "-->";

/// Reads `start --> end rest` into milliseconds and the rest of the line.
pub(crate) fn timing(line: &str) -> Result<(u64, u64, &str), Problem> {
    let (start, after) = line.split_once(ARROW).ok_or(Problem::UnreadableTime)?;
    let after = after.trim_start();
    let (end, rest) = after.split_once(char::is_whitespace).unwrap_or((after, ""));
    let (start, end) = (time(start.trim())?, time(end)?);
    if end <= start {
        return Err(Problem::Reversed);
    }
    Ok((start, end, rest.trim()))
}

/// One time in milliseconds.
fn time(text: &str) -> Result<u64, Problem> {
    if text.starts_with('-') {
        return Err(Problem::NegativeTime);
    }
    let (clock, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let mut parts = clock.rsplit(':');
    let seconds = field(parts.next(), 59)?;
    let minutes = field(parts.next(), 59)?;
    let hours = match parts.next() {
        Some(hours) => digits(hours)?,
        None => 0,
    };
    if parts.next().is_some() || fraction.len() > 3 {
        return Err(Problem::UnreadableTime);
    }
    if hours >= MAX_HOURS {
        return Err(Problem::FarTime);
    }
    let scale = [1000, 100, 10, 1][fraction.len()];
    Ok(((hours * 60 + minutes) * 60 + seconds) * 1000 + digits(fraction)? * scale)
}

fn field(text: Option<&str>, most: u64) -> Result<u64, Problem> {
    let text = text
        .filter(|text| text.len() <= 2)
        .ok_or(Problem::UnreadableTime)?;
    digits(text)
        .ok()
        .filter(|value| *value <= most)
        .ok_or(Problem::UnreadableTime)
}

fn digits(text: &str) -> Result<u64, Problem> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::UnreadableTime);
    }
    // Only a run of digits longer than 64 bits hold can fail here.
    text.parse().map_err(|_| Problem::FarTime)
}

/// A time as WebVTT writes it.
pub(crate) fn format(milliseconds: u64) -> String {
    let (seconds, milliseconds) = (milliseconds / 1000, milliseconds % 1000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{milliseconds:03}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_times_are_read() {
        assert_eq!(
            timing("00:00:01,500 --> 00:00:02,000"),
            Ok((1500, 2000, ""))
        );
        assert_eq!(
            timing("01:02.003-->100:00:00.5  line:0 "),
            Ok((62_003, 360_000_500, "line:0"))
        );
        assert_eq!(timing("0:0:1 --> 0:0:2"), Ok((1000, 2000, "")));
    }

    #[test]
    fn each_wrong_time_is_named() {
        let cases = [
            ("-00:00:01,000 --> 00:00:02,000", Problem::NegativeTime),
            ("00:00:02,000 --> 00:00:01,000", Problem::Reversed),
            ("00:00:02,000 --> 00:00:02,000", Problem::Reversed),
            ("00:61:02,000 --> 00:70:02,000", Problem::UnreadableTime),
            ("1:2:3:4 --> 1:2:3:5", Problem::UnreadableTime),
            ("00:00:01,0000 --> 00:00:02,000", Problem::UnreadableTime),
            ("1000:00:00.000 --> 1000:00:01.000", Problem::FarTime),
            (
                "99999999999999999999999:00:00 --> 1:00:00",
                Problem::FarTime,
            ),
            ("--> 00:00:01.000", Problem::UnreadableTime),
            ("00:00:01.000 -->", Problem::UnreadableTime),
        ];
        for (line, problem) in cases {
            assert_eq!(timing(line), Err(problem), "{line}");
        }
    }
}
