//! The sums as operators read them: by hour, by where the bytes belong, and by what was played.

use std::collections::BTreeMap;

use contracts_delivery::ReleaseId;
use platform_clock::Timestamp;
use serde::Serialize;

use crate::limits::MAX_TOLD;
use crate::{Completeness, Row, Sums};

const HOUR_MS: u64 = 3_600_000;

/// Bytes of the latest hours.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// How much of what was sent found its decision, of all that is known.
    pub completeness: Completeness,
    /// Of all hours that are told of.
    pub all: Row,
    /// The oldest first; an hour in which nothing was sent is left out.
    pub hours: Vec<HourRow>,
    /// By where the bytes belong, the most missed first.
    pub places: Vec<PlaceRow>,
    /// By what was played, the most missed first.
    pub releases: Vec<ReleaseRow>,
}

/// Bytes of one hour.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HourRow {
    /// When it began.
    pub at: Timestamp,
    /// The bytes.
    #[serde(flatten)]
    pub row: Row,
}

/// Bytes that belong to one place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlaceRow {
    /// The boxes there, by the name of the first of them.
    pub place: String,
    /// The bytes.
    #[serde(flatten)]
    pub row: Row,
}

/// Bytes of one release.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReleaseRow {
    /// Which.
    pub release: ReleaseId,
    /// The bytes.
    #[serde(flatten)]
    pub row: Row,
}

impl Report {
    /// Of the `hours` that end with the one `now` lies in.
    pub fn of(sums: &Sums, completeness: Completeness, now: Timestamp, hours: u64) -> Self {
        let first = (now.millis() / HOUR_MS + 1).saturating_sub(hours);
        let mut by_hour: BTreeMap<u64, Row> = BTreeMap::new();
        let mut by_place: BTreeMap<&str, Row> = BTreeMap::new();
        let mut by_release: BTreeMap<ReleaseId, Row> = BTreeMap::new();
        for (hour, place, release, row) in sums.rows().filter(|(hour, ..)| *hour >= first) {
            add(&mut by_hour, hour, row);
            add(&mut by_place, place, row);
            add(&mut by_release, release, row);
        }
        let hours = by_hour.iter().map(|(hour, row)| HourRow {
            at: Timestamp::from_millis(hour * HOUR_MS),
            row: *row,
        });
        let place = |(place, row): (&str, Row)| PlaceRow {
            place: place.to_owned(),
            row,
        };
        Self {
            completeness,
            all: by_hour.values().copied().sum(),
            hours: hours.collect(),
            places: most_missed(by_place).map(place).collect(),
            releases: most_missed(by_release)
                .map(|(release, row)| ReleaseRow { release, row })
                .collect(),
        }
    }
}

fn add<K: Ord>(rows: &mut BTreeMap<K, Row>, key: K, row: Row) {
    let sum = rows.entry(key).or_default();
    *sum = sum.plus(row);
}

fn most_missed<K: Ord>(rows: BTreeMap<K, Row>) -> impl Iterator<Item = (K, Row)> {
    let mut rows: Vec<(K, Row)> = rows.into_iter().collect();
    // Stable: those that missed alike keep the order of their names.
    rows.sort_by_key(|(_, row)| std::cmp::Reverse(row.missed()));
    rows.into_iter().take(MAX_TOLD)
}

#[cfg(test)]
mod tests {
    use data_objects::ContentHash;

    use super::*;
    use crate::Kind;

    #[test]
    fn old_hours_are_left_out_and_the_most_missed_comes_first() {
        let release = |name: &str| ReleaseId(ContentHash::of(name.as_bytes()));
        let mut sums = Sums::default();
        sums.add(90, "north", release("old"), Kind::Health, 1_000);
        sums.add(99, "north", release("film"), Kind::Hit, 70);
        sums.add(100, "north", release("film"), Kind::Content, 20);
        sums.add(100, "south", release("film"), Kind::Other, 30);
        let now = Timestamp::from_millis(100 * HOUR_MS + 5);
        let report = Report::of(&sums, Completeness::default(), now, 2);
        assert_eq!((report.all.hit, report.all.missed()), (70, 50));
        let places: Vec<&str> = report.places.iter().map(|it| it.place.as_str()).collect();
        assert_eq!(places, ["south", "north"]);
        let hours: Vec<u64> = report.hours.iter().map(|it| it.row.all()).collect();
        assert_eq!(hours, [70, 50]);
        assert_eq!(report.releases.len(), 1);
    }
}
