//! TTML's time expressions (<https://www.w3.org/TR/ttml2/#timing-time-value-expressions>).

use crate::error::Problem;
use crate::limits::MAX_HOURS;

/// How frames and ticks of a document count, and how large its cells and pixels are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    frames_per_second: f64,
    ticks_per_second: f64,
    /// Cells across and down the frame.
    pub(super) cells: (f64, f64),
    /// Pixels across and down the frame, where the document says it.
    pub(super) pixels: Option<(f64, f64)>,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            frames_per_second: 30.0,
            ticks_per_second: 1.0,
            cells: (32.0, 15.0),
            pixels: None,
        }
    }
}

impl Clock {
    /// From the attributes of the root.
    pub(super) fn read(attributes: &[(String, String)]) -> Self {
        let get = |wanted: &str| {
            let found = attributes.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.as_str())
        };
        let defaults = Self::default();
        let factor = get("frameRateMultiplier").and_then(pair);
        let factor = factor.map_or(1.0, |(over, under)| over / under);
        let frames = get("frameRate").and_then(positive);
        let ticks = get("tickRate").and_then(positive);
        let frames_per_second = frames.unwrap_or(defaults.frames_per_second) * factor;
        Self {
            frames_per_second,
            ticks_per_second: ticks.unwrap_or(defaults.ticks_per_second),
            cells: get("cellResolution")
                .and_then(pair)
                .unwrap_or(defaults.cells),
            pixels: get("extent").and_then(|text| pair(&text.replace("px", ""))),
        }
    }

    /// Start and end of an element within its parent's.
    pub(super) fn times(
        &self,
        begin: Option<&str>,
        end: Option<&str>,
        length: Option<&str>,
        (from, until): (u64, Option<u64>),
    ) -> Result<(u64, Option<u64>), Problem> {
        let read = |text: Option<&str>| text.map(|text| self.time(text)).transpose();
        let start = from.saturating_add(read(begin)?.unwrap_or(0));
        let end = read(end)?.map(|end| from.saturating_add(end));
        let by_length = read(length)?.map(|length| start.saturating_add(length));
        Ok((start, [end, by_length, until].into_iter().flatten().min()))
    }

    /// One time in milliseconds.
    fn time(&self, text: &str) -> Result<u64, Problem> {
        let text = text.trim();
        if text.starts_with('-') {
            return Err(Problem::NegativeTime);
        }
        let seconds = if text.contains(':') {
            self.clock_time(text)
        } else {
            self.offset(text)
        };
        let seconds = seconds.ok_or(Problem::UnreadableTime)?;
        if seconds >= MAX_HOURS as f64 * 3600.0 {
            return Err(Problem::FarTime);
        }
        Ok((seconds * 1000.0).round() as u64)
    }

    /// `01:02:03.5` or `01:02:03:12`, the last being frames.
    fn clock_time(&self, text: &str) -> Option<f64> {
        let parts: Vec<f64> = text.split(':').map(number).collect::<Option<_>>()?;
        let (clock, frames) = match parts.as_slice() {
            [clock @ .., frames] if clock.len() == 3 => (clock, *frames),
            clock => (clock, 0.0),
        };
        let [hours, minutes, seconds] = clock else {
            return None;
        };
        let fits = *minutes < 60.0 && *seconds < 61.0 && frames < self.frames_per_second.ceil();
        fits.then_some(hours * 3600.0 + minutes * 60.0 + seconds + frames / self.frames_per_second)
    }

    /// `90.5s`, `5ms`, `12f`: a count and what is counted.
    fn offset(&self, text: &str) -> Option<f64> {
        let at = text.find(|c: char| c.is_ascii_alphabetic())?;
        let count = number(&text[..at])?;
        Some(match &text[at..] {
            "h" => count * 3600.0,
            "m" => count * 60.0,
            "s" => count,
            "ms" => count / 1000.0,
            "f" => count / self.frames_per_second,
            "t" => count / self.ticks_per_second,
            _ => return None,
        })
    }
}

fn number(text: &str) -> Option<f64> {
    let plain = !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|_| plain)
}

fn positive(text: &str) -> Option<f64> {
    number(text).filter(|value| *value > 0.0)
}

/// Two numbers with a space between.
pub(super) fn pair(text: &str) -> Option<(f64, f64)> {
    let (first, second) = text.trim().split_once(char::is_whitespace)?;
    positive(first).zip(positive(second.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_time_is_read() {
        let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let clock = Clock::read(&[
            named("frameRate", "24"),
            named("frameRateMultiplier", "1000 1001"),
            named("tickRate", "10000000"),
        ]);
        let cases = [
            ("00:00:01.500", Ok(1_500)),
            ("01:00:00:12", Ok(3_600_501)),
            ("12.25s", Ok(12_250)),
            ("90ms", Ok(90)),
            ("2m", Ok(120_000)),
            ("1h", Ok(3_600_000)),
            ("24f", Ok(1_001)),
            ("25000000t", Ok(2_500)),
            ("-1s", Err(Problem::NegativeTime)),
            ("00:61:00", Err(Problem::UnreadableTime)),
            ("00:00:01:30", Err(Problem::UnreadableTime)),
            ("1", Err(Problem::UnreadableTime)),
            ("infs", Err(Problem::UnreadableTime)),
            ("99999h", Err(Problem::FarTime)),
        ];
        for (text, wanted) in cases {
            assert_eq!(clock.time(text), wanted, "{text}");
        }
    }

    #[test]
    fn an_element_ends_with_its_parent_at_the_latest() {
        let clock = Clock::default();
        let times = |begin, end, length| clock.times(begin, end, length, (1_000, Some(5_000)));
        assert_eq!(
            times(Some("1s"), Some("2s"), None),
            Ok((2_000, Some(3_000)))
        );
        assert_eq!(
            times(Some("1s"), None, Some("9s")),
            Ok((2_000, Some(5_000)))
        );
        assert_eq!(times(None, None, None), Ok((1_000, Some(5_000))));
    }
}
