//! When a box may fetch, and how much.

use std::time::Duration;

use platform_clock::{TimeZone, Timestamp};
use serde::{Deserialize, Serialize};

use crate::limits::{DEFAULT_RATE_MBPS, OFF_PEAK};

/// Hours of a day, from the first to before the second; past midnight when the first is later. The same hour twice is
/// the whole day. They come once on every local day: where clocks are put forward they are fewer, where clocks are put
/// back more, and where all of them are skipped those that follow stand in.
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
    /// By the clocks where the box is.
    pub hours: Hours,
    /// Most it fetches, in megabits a second.
    pub rate_mbps: u32,
}

impl Default for Window {
    /// The night, at the rate of one appliance's trial connection.
    fn default() -> Self {
        Self {
            hours: Hours::OFF_PEAK,
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

    /// How long the hours last on most days.
    fn length(self) -> Duration {
        let hours = (24 + u64::from(self.to) - u64::from(self.from)) % 24;
        Duration::from_hours(if hours == 0 { 24 } else { hours })
    }

    /// When they begin and end that begin on a local day. None where there is no such day.
    fn on(self, zone: &TimeZone, day: i64) -> Option<(Timestamp, Timestamp)> {
        let last = day.checked_add(i64::from(self.to <= self.from))?;
        let begin = zone.instant(day, self.from)?;
        let end = zone.instant(last, self.to)?;
        if end == Timestamp::default() {
            // They were over when 1970 began.
            return None;
        }
        let skipped = end <= begin;
        let end = if skipped {
            begin.plus(self.length())
        } else {
            end
        };
        Some((begin, end))
    }
}

impl Window {
    /// How long the box may go on fetching; none outside of its hours. `zone` is where it is.
    pub fn left(&self, zone: &TimeZone, now: Timestamp) -> Option<Duration> {
        let today = zone.day(now);
        let hours = Hours {
            from: self.hours.from.min(23),
            to: self.hours.to.min(23),
        };
        // Islands that changed sides of the date line have been without a day.
        let windows = (today - 2..=today + 1).filter_map(|day| hours.on(zone, day));
        let open = windows.filter(|(begin, end)| *begin <= now && now < *end);
        open.map(|(_, end)| end.since(now)).max()
    }

    /// Bytes it may fetch within `time`.
    pub fn bytes_in(&self, time: Duration) -> u64 {
        (u128::from(self.rate_mbps) * 125 * time.as_millis())
            .try_into()
            .unwrap_or(u64::MAX)
    }

    /// Bytes it may fetch until its hours end or the next plan is made in an hour; 0 outside of them.
    pub fn budget(&self, zone: &TimeZone, now: Timestamp) -> u64 {
        let left = self.left(zone, now).unwrap_or_default();
        self.bytes_in(left.min(Duration::from_hours(1)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    const MINUTE_MS: u64 = 60_000;

    /// Zones whose clocks are changed by an hour, by half of one and by two, at midnight and at odd hours, some twice
    /// for one month of the year, and two that left out a day.
    const ZONES: [&str; 15] = [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "America/Sao_Paulo",
        "America/St_Johns",
        "America/Havana",
        "Australia/Lord_Howe",
        "Antarctica/Troll",
        "Africa/Casablanca",
        "Africa/Cairo",
        "Asia/Gaza",
        "Asia/Kathmandu",
        "Pacific/Apia",
        "Pacific/Kwajalein",
        "-12:00",
    ];

    fn window(from: u8, to: u8) -> Window {
        Window {
            hours: Hours { from, to },
            rate_mbps: 1_000,
        }
    }

    /// Whole hours that are left.
    fn left(window: Window, zone: &str, at: &str) -> Option<u64> {
        let left = window.left(&zone.parse().unwrap(), at.parse().unwrap());
        left.map(|left| left.as_secs() / 3_600)
    }

    #[test]
    fn the_night_is_where_the_box_is() {
        let (night, whole) = (window(2, 6), window(0, 0));
        assert_eq!(left(night, "+01:00", "2026-11-27T01:00:00Z"), Some(4));
        assert_eq!(left(night, "+01:00", "2026-11-27T05:00:00Z"), None);
        let new_york = "America/New_York";
        assert_eq!(left(night, new_york, "2026-11-27T10:00:00Z"), Some(1));
        assert_eq!(left(night, new_york, "2026-07-27T10:00:00Z"), None);
        assert_eq!(left(window(22, 2), "UTC", "2026-11-27T01:00:00Z"), Some(1));
        assert_eq!(left(whole, "UTC", "2026-11-27T06:00:00Z"), Some(18));
        assert_eq!(left(night, "UTC", "1970-01-01T01:00:00Z"), None);
        assert_eq!(left(window(22, 2), "UTC", "1970-01-01T01:00:00Z"), Some(1));
    }

    #[test]
    fn nights_are_shorter_in_spring_and_longer_in_autumn() {
        let berlin = "Europe/Berlin";
        assert_eq!(left(window(2, 6), berlin, "2026-03-29T01:00:00Z"), Some(3));
        assert_eq!(left(window(2, 6), berlin, "2026-10-25T00:00:00Z"), Some(5));
        let skipped = window(2, 3);
        assert_eq!(left(skipped, berlin, "2026-03-29T01:00:00Z"), Some(1));
        assert_eq!(left(skipped, berlin, "2026-03-29T02:00:00Z"), None);
    }

    #[test]
    fn a_gigabit_an_hour_is_450_gigabytes() {
        let budget = |at: &str| window(2, 6).budget(&TimeZone::utc(), at.parse().unwrap());
        assert_eq!(budget("2026-11-27T02:00:00Z"), 450_000_000_000);
        assert_eq!(budget("2026-11-27T05:59:59Z"), 125_000_000);
        assert_eq!(budget("2026-11-27T07:00:00Z"), 0);
    }

    proptest! {
        /// Hours that last up to 20 do not run into those of the next day where clocks are changed.
        #[test]
        fn every_box_has_its_hours_once_on_a_local_day(
            zone in proptest::sample::select(&ZONES[..]),
            from in 0_u8..24,
            length in 1_u8..=20,
            day in 1_300_u64..47_000,
        ) {
            let (window, zone): (_, TimeZone) = (window(from, (from + length) % 24), zone.parse().unwrap());
            let quarters = (0..6 * 96).map(|quarter| Timestamp::from_millis((day * 1_440 + quarter * 15) * MINUTE_MS));
            let mut begun: BTreeMap<i64, u32> = BTreeMap::new();
            let (mut was_open, mut open_for) = (true, None);
            for at in quarters {
                let begun = begun.entry(zone.day(at)).or_default();
                let is_open = window.left(&zone, at).is_some();
                if is_open && !was_open {
                    *begun += 1;
                    open_for = Some(0);
                }
                if is_open {
                    open_for = open_for.map(|quarters| quarters + 1);
                } else if let Some(quarters) = open_for.take() {
                    let usual = u32::from(length) * 4;
                    // Clocks are changed by two hours at most.
                    prop_assert!(usual.abs_diff(quarters) <= 8 || usual <= 8, "{quarters} quarters of an hour");
                }
                was_open = is_open;
            }
            // The first day and the last were not seen whole.
            let whole = begun.len() - 1;
            for (day, begun) in begun.into_iter().take(whole).skip(1) {
                prop_assert_eq!(begun, 1, "on day {} in {}", day, &zone);
            }
        }

        #[test]
        fn any_window_answers_at_any_time(from in any::<u8>(), to in any::<u8>(), now in any::<u64>()) {
            let (now, window) = (Timestamp::from_millis(now), window(from, to));
            for zone in ZONES {
                let left = window.left(&zone.parse().unwrap(), now);
                prop_assert!(left.is_none_or(|left| left <= Duration::from_hours(50)));
            }
        }
    }
}
