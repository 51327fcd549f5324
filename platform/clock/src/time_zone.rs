//! A time zone: what a clock on the wall shows at a point in time, and the other way round.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, date};
use jiff::fmt::temporal::DateTimeParser;
use jiff::{SignedDuration, Span};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Timestamp;

const EPOCH: Date = date(1970, 1, 1);

/// A name that is no time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadTimeZone {
    /// The name.
    pub given: String,
}

/// A zone of the IANA time zone database (`Europe/Amsterdam`) or a fixed offset (`+02:00`). As text it is what it was
/// made of. The database is the system's (`/usr/share/zoneinfo`), and the one built in where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeZone {
    name: String,
    zone: jiff::tz::TimeZone,
}

impl TimeZone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self {
            name: "UTC".to_owned(),
            zone: jiff::tz::TimeZone::UTC,
        }
    }

    /// The day that its clocks show then, counted from 1970-01-01.
    pub fn day(&self, at: Timestamp) -> i64 {
        let at = i64::try_from(at.millis()).map(jiff::Timestamp::from_millisecond);
        let at = at.ok().and_then(Result::ok).unwrap_or(jiff::Timestamp::MAX);
        let day = self.zone.to_datetime(at).date();
        day.duration_since(EPOCH).as_hours().div_euclid(24)
    }

    /// When its clocks first show that hour, 0 to 23, on that day. Where they are put forward over it, it is as long
    /// after the last hour before as it would have been. What was before 1970 is its beginning. None where the day or
    /// the hour does not exist in any year.
    pub fn instant(&self, day: i64, hour: u8) -> Option<Timestamp> {
        let day = EPOCH.checked_add(Span::new().try_days(day).ok()?).ok()?;
        let shown = day.at(i8::try_from(hour).ok().filter(|hour| *hour < 24)?, 0, 0, 0);
        let at = self.zone.to_ambiguous_timestamp(shown).compatible().ok()?;
        let since = at.duration_since(jiff::Timestamp::UNIX_EPOCH);
        let millis = since.max(SignedDuration::ZERO).as_millis();
        Some(Timestamp::from_millis(millis.try_into().ok()?))
    }
}

impl Default for TimeZone {
    fn default() -> Self {
        Self::utc()
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl FromStr for TimeZone {
    type Err = BadTimeZone;

    fn from_str(name: &str) -> Result<Self, BadTimeZone> {
        if name.eq_ignore_ascii_case("utc") {
            return Ok(Self::utc());
        }
        let zone = DateTimeParser::new().parse_time_zone(name);
        let zone = zone.map_err(|_| BadTimeZone {
            given: name.to_owned(),
        })?;
        Ok(Self {
            name: name.to_owned(),
            zone,
        })
    }
}

impl fmt::Display for BadTimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is no time zone; name one of the time zone database, such as \"Europe/Amsterdam\", or an offset \
             from UTC, such as \"+02:00\"",
            self.given
        )
    }
}

impl std::error::Error for BadTimeZone {}

impl Serialize for TimeZone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}

impl<'de> Deserialize<'de> for TimeZone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        name.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn clocks_show_the_day_of_where_they_hang() {
        let evening = at("2026-03-28T23:30:00Z");
        let days = ["UTC", "Europe/Berlin", "-10:00"].map(|name| zone(name).day(evening));
        assert_eq!(days, [20_540, 20_541, 20_540]);
        assert_eq!(
            zone("+02:00").instant(0, 1),
            Some(Timestamp::from_millis(0))
        );
        assert_eq!(
            zone("-02:00").instant(0, 1),
            Some(at("1970-01-01T03:00:00Z"))
        );
    }

    #[test]
    fn hours_that_are_skipped_and_hours_that_come_twice() {
        let berlin = zone("Europe/Berlin");
        let (spring, autumn) = (20_541, 20_751);
        assert_eq!(
            berlin.instant(spring, 2),
            Some(at("2026-03-29T01:00:00Z")),
            "three o'clock"
        );
        assert_eq!(berlin.instant(spring, 6), Some(at("2026-03-29T04:00:00Z")));
        assert_eq!(
            berlin.instant(autumn, 2),
            Some(at("2026-10-25T00:00:00Z")),
            "the first of two"
        );
        assert_eq!(berlin.instant(autumn, 3), Some(at("2026-10-25T02:00:00Z")));
    }

    #[test]
    fn times_beyond_every_year_are_none_and_names_are_checked() {
        assert_eq!(TimeZone::utc().instant(i64::MAX, 0), None);
        assert_eq!(TimeZone::utc().instant(0, 24), None);
        let _ = zone("+14:00").day(Timestamp::from_millis(u64::MAX));
        for bad in ["", "Middle/Earth", "25", "+26:00", "two"] {
            assert_eq!(
                bad.parse::<TimeZone>(),
                Err(BadTimeZone { given: bad.into() })
            );
        }
        assert_eq!(zone("Asia/Kathmandu").to_string(), "Asia/Kathmandu");
    }
}
