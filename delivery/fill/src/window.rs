//! When a box may fetch, and how much.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::limits::{DEFAULT_RATE_MBPS, OFF_PEAK};

const DAY_S: u64 = 86_400;

/// Hours of a day, from the first to before the second; past midnight when the first is later. The same hour twice is
/// the whole day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// 0 to 23.
    pub from: u8,
    /// 0 to 23.
    pub to: u8,
}

/// A box's hours of fill and how fast it may fetch in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Window {
    /// By the box's local time.
    pub hours: Hours,
    /// Minutes that local time is ahead of UTC, from -12 to 14 hours.
    pub ahead_minutes: i16,
    /// Most it fetches, in megabits a second.
    pub rate_mbps: u32,
}

impl Default for Window {
    /// The night of UTC, at the rate of one appliance's trial connection.
    fn default() -> Self {
        Self {
            hours: Hours::OFF_PEAK,
            ahead_minutes: 0,
            rate_mbps: DEFAULT_RATE_MBPS,
        }
    }
}

impl Hours {
    /// Two to six in the night.
    pub const OFF_PEAK: Self = Self {
        from: OFF_PEAK.0,
        to: OFF_PEAK.1,
    };

    /// How long the hours last.
    fn length_s(self) -> u64 {
        let hours = (24 + u64::from(self.to) - u64::from(self.from).min(23)) % 24;
        if hours == 0 { DAY_S } else { hours * 3_600 }
    }
}

impl Window {
    /// How long the box may go on fetching; none outside of its hours. `now_s` are seconds of UTC since 1970.
    pub fn left(&self, now_s: u64) -> Option<Duration> {
        let local_s = now_s as i128 + i128::from(self.ahead_minutes) * 60;
        let into_day = local_s.rem_euclid(i128::from(DAY_S)) as u64;
        let begun = u64::from(self.hours.from.min(23)) * 3_600;
        let since = (into_day + DAY_S - begun) % DAY_S;
        let length = self.hours.length_s();
        (since < length).then(|| Duration::from_secs(length - since))
    }

    /// Bytes it may fetch within `time`.
    pub fn bytes_in(&self, time: Duration) -> u64 {
        (u128::from(self.rate_mbps) * 125 * time.as_millis())
            .try_into()
            .unwrap_or(u64::MAX)
    }

    /// Bytes it may fetch until its hours end or the next plan is made in an hour; 0 outside of them.
    pub fn budget(&self, now_s: u64) -> u64 {
        let left = self.left(now_s).unwrap_or_default();
        self.bytes_in(left.min(Duration::from_hours(1)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn window(from: u8, to: u8, ahead_minutes: i16) -> Window {
        Window {
            hours: Hours { from, to },
            ahead_minutes,
            rate_mbps: 1_000,
        }
    }

    const fn at(hour: u64) -> u64 {
        20_000 * DAY_S + hour * 3_600
    }

    #[test]
    fn the_night_is_where_the_box_is() {
        let berlin = window(2, 6, 60);
        assert_eq!(berlin.left(at(1)), Some(Duration::from_hours(4)));
        assert_eq!(berlin.left(at(5)), None);
        let new_york = window(2, 6, -300);
        assert_eq!(new_york.left(at(10)), Some(Duration::from_hours(1)));
        assert_eq!(window(22, 2, 0).left(at(1)), Some(Duration::from_hours(1)));
        assert_eq!(window(0, 0, 0).left(at(6)), Some(Duration::from_hours(18)));
    }

    #[test]
    fn a_gigabit_an_hour_is_450_gigabytes() {
        assert_eq!(window(2, 6, 0).budget(at(2)), 450_000_000_000);
        assert_eq!(window(2, 6, 0).budget(at(6) - 1), 125_000_000);
        assert_eq!(window(2, 6, 0).budget(at(7)), 0);
    }

    proptest! {
        #[test]
        fn the_hours_of_a_day_add_up(from in any::<u8>(), to in any::<u8>(), ahead in any::<i16>()) {
            let window = window(from % 24, to % 24, ahead);
            let minutes = (0..1_440).filter(|minute| window.left(at(0) + minute * 60).is_some());
            prop_assert_eq!(minutes.count() as u64 * 60, window.hours.length_s());
            let _ = Window { hours: Hours { from, to }, ..window }.left(u64::MAX);
        }
    }
}
