//! The bytes added up, by where they belonged, hour and release.

use std::collections::BTreeMap;

use contracts_delivery::ReleaseId;
use serde::Serialize;

use crate::Kind;
use crate::limits::MAX_SUMS;

/// Bytes of one place, hour and release.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Row {
    /// From where they belong.
    pub hit: u64,
    /// Missed: no box there held the files.
    pub content: u64,
    /// Missed: those that held them were full or failing.
    pub health: u64,
    /// Missed otherwise.
    pub other: u64,
}

/// How much of what was sent found its decision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Completeness {
    /// Bytes that did.
    pub joined: u64,
    /// Bytes that did not in time.
    pub alone: u64,
    /// Bytes that still wait.
    pub waiting: u64,
}

/// All sums. Hours are numbered from 1970, UTC.
#[derive(Debug, Default)]
pub struct Sums {
    rows: BTreeMap<(u64, String, ReleaseId), Row>,
}

impl Sums {
    pub(crate) fn add(
        &mut self,
        hour: u64,
        place: &str,
        release: ReleaseId,
        kind: Kind,
        bytes: u64,
    ) {
        let row = self
            .rows
            .entry((hour, place.to_owned(), release))
            .or_default();
        let sum = match kind {
            Kind::Hit => &mut row.hit,
            Kind::Content => &mut row.content,
            Kind::Health => &mut row.health,
            Kind::Other => &mut row.other,
        };
        *sum = sum.saturating_add(bytes);
        while self.rows.len() > MAX_SUMS {
            self.rows.pop_first();
        }
    }

    /// Every row, the oldest hour first: hour, place, release, bytes.
    pub fn rows(&self) -> impl Iterator<Item = (u64, &str, ReleaseId, Row)> {
        self.rows
            .iter()
            .map(|((hour, place, release), row)| (*hour, place.as_str(), *release, *row))
    }

    /// Everything together.
    pub fn all(&self) -> Row {
        self.rows.values().copied().sum()
    }
}

impl std::iter::Sum for Row {
    fn sum<I: Iterator<Item = Self>>(rows: I) -> Self {
        rows.fold(Self::default(), Self::plus)
    }
}

impl Row {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            hit: self.hit.saturating_add(other.hit),
            content: self.content.saturating_add(other.content),
            health: self.health.saturating_add(other.health),
            other: self.other.saturating_add(other.other),
        }
    }

    /// Bytes that came from elsewhere.
    pub const fn missed(&self) -> u64 {
        self.content
            .saturating_add(self.health)
            .saturating_add(self.other)
    }

    /// Bytes of all kinds.
    pub const fn all(&self) -> u64 {
        self.hit.saturating_add(self.missed())
    }
}
