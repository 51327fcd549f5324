//! The times of a stream's frames, counted one by one where a container has no index.

use crate::limits::JUDGED_FRAMES;
use crate::raw::seconds;

/// Longest line that is looked at; two numbers are under 60 bytes.
const LINE: usize = 256;

/// A frame that is this share of a typical interval off its place is uneven.
const UNEVEN: f64 = 0.3;

/// Containers that keep time in milliseconds shift every frame by up to one.
const ROUNDING_US: f64 = 1_500.0;

/// This share of uneven frames makes a variable rate; a few dropped frames do not.
const VARIABLE_SHARE: f64 = 0.02;

/// Takes ffprobe's `packet=pts_time,duration_time` lines in pieces of any size.
#[derive(Debug, Default)]
pub struct PacketTimes {
    line: Vec<u8>,
    times_us: Vec<i64>,
    frames: u64,
    first_us: Option<i64>,
    end_us: i64,
    last_us: i64,
}

/// What the times of all frames say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PacketScan {
    /// Frames that have a time.
    pub frames: u64,
    /// When the first is shown, in microseconds.
    pub start_us: i64,
    /// From the first to the end of the last, in microseconds.
    pub duration_us: u64,
    /// The usual rate in frames a second: over the whole when even, of the quicker part when not.
    pub typical_rate: Option<f64>,
    /// Whether the frames are unevenly spaced.
    pub variable: bool,
}

impl PacketTimes {
    /// Takes bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.take_line(&String::from_utf8_lossy(&line));
            } else if self.line.len() < LINE {
                self.line.push(*byte);
            }
        }
    }

    fn take_line(&mut self, line: &str) {
        let mut fields = line.split(',').map(seconds);
        let Some(Some(shown)) = fields.next() else {
            return;
        };
        let length = fields.next().flatten().unwrap_or(0.0).max(0.0);
        let shown = micros(shown);
        self.frames += 1;
        self.first_us = Some(self.first_us.map_or(shown, |first| first.min(shown)));
        self.last_us = if self.frames == 1 {
            shown
        } else {
            self.last_us.max(shown)
        };
        let end = shown.saturating_add(micros(length));
        self.end_us = if self.frames == 1 {
            end
        } else {
            self.end_us.max(end)
        };
        if self.times_us.len() < JUDGED_FRAMES {
            self.times_us.push(shown);
        }
    }

    /// What the times say, once all are there; nothing when there was none.
    pub fn finish(mut self) -> Option<PacketScan> {
        self.feed(b"\n");
        let start_us = self.first_us?;
        self.times_us.sort_unstable();
        let (typical, variable) = spacing(&self.times_us);
        // A last frame that does not say its length is as long as the others.
        let end = if self.end_us > self.last_us {
            self.end_us
        } else {
            self.last_us
                .saturating_add(typical.map_or(0, |interval| interval.round() as i64))
        };
        Some(PacketScan {
            frames: self.frames,
            start_us,
            duration_us: end.abs_diff(start_us),
            typical_rate: typical.map(|interval| 1_000_000.0 / interval),
            variable,
        })
    }
}

/// The typical interval in microseconds, and whether the intervals vary.
fn spacing(sorted: &[i64]) -> (Option<f64>, bool) {
    let mut intervals: Vec<f64> = sorted
        .windows(2)
        .map(|pair| pair[1].abs_diff(pair[0]) as f64)
        .filter(|gap| *gap > 0.0)
        .collect();
    if intervals.is_empty() {
        return (None, false);
    }
    intervals.sort_unstable_by(f64::total_cmp);
    let count = intervals.len();
    let (middle_mean, even) = near(&intervals, intervals[count / 2]);
    if (count - even) as f64 <= count as f64 * VARIABLE_SHARE {
        return (Some(middle_mean), false);
    }
    // Of an uneven stream the quicker part sets the rate: repeating frames loses nothing.
    (Some(near(&intervals, intervals[count / 4]).0), true)
}

/// The mean of the intervals near `middle`, one of them, and how many they are. The mean undoes the
/// rounding of single times.
fn near(intervals: &[f64], middle: f64) -> (f64, usize) {
    let tolerance = (middle * UNEVEN).max(ROUNDING_US);
    let even = intervals
        .iter()
        .copied()
        .filter(|gap| (gap - middle).abs() <= tolerance);
    let (sum, count) = even.fold((0.0, 0), |(sum, count), gap| (sum + gap, count + 1));
    (sum / count as f64, count)
}

fn micros(value: f64) -> i64 {
    (value * 1_000_000.0).round() as i64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scan(times_ms: impl IntoIterator<Item = u64>) -> PacketScan {
        let mut times = PacketTimes::default();
        for ms in times_ms {
            times.feed(format!("{:.6},N/A\n", ms as f64 / 1000.0).as_bytes());
        }
        times.finish().unwrap()
    }

    #[test]
    fn even_frames_rounded_to_milliseconds_are_even_and_their_rate_is_exact() {
        let found = scan((0..2000_u64).map(|frame| frame * 1001 / 24));
        assert!(!found.variable);
        assert!((found.typical_rate.unwrap() / (24000.0 / 1001.0) - 1.0).abs() < 0.0005);
        assert_eq!(found.frames, 2000);
        assert!(found.duration_us.abs_diff(83_416_667) < 2_000);
    }

    #[test]
    fn frames_out_of_order_are_put_in_order_and_halved_rates_are_variable() {
        let found = scan([0, 80, 40, 160, 120, 200, 240, 400, 320, 480]);
        assert!(found.variable);
        assert_eq!(found.start_us, 0);
        let dropped_one = scan(
            (0..200)
                .filter(|frame| *frame != 77)
                .map(|frame| frame * 40),
        );
        assert!(!dropped_one.variable);
    }

    #[test]
    fn nothing_and_one_frame_are_told_apart() {
        assert_eq!(PacketTimes::default().finish(), None);
        let one = scan([40]);
        assert_eq!(
            (one.frames, one.duration_us, one.typical_rate),
            (1, 0, None)
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let mut times = PacketTimes::default();
            times.feed(&bytes);
            let _scan = times.finish();
        }

        #[test]
        fn any_times_are_survived(values in prop::collection::vec((any::<f64>(), any::<f64>()), 0..50)) {
            let mut times = PacketTimes::default();
            for (shown, length) in &values {
                times.feed(format!("{shown},{length}\n").as_bytes());
            }
            let frames = values.iter().filter(|(shown, _)| shown.is_finite()).count() as u64;
            prop_assert_eq!(times.finish().map_or(0, |scan| scan.frames), frames);
        }
    }
}
