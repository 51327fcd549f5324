//! For the tests and measurements of this and other crates: films whose boundaries are known, and how
//! well what was found agrees with them.

mod films;
mod labels;

use std::ops::RangeInclusive;

use crate::Boundary;

pub use films::{Film, films};
pub use labels::real_clips;

/// The frames at which a boundary may be found: one for a cut, the length of the change for a dissolve
/// or a fade, in which no one frame is right.
pub type Label = RangeInclusive<u64>;

/// Boundaries found and not found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Labels with a boundary of their own.
    pub right: u32,
    /// Boundaries without a label.
    pub false_alarms: u32,
    /// Labels without a boundary.
    pub missed: u32,
}

impl Agreement {
    /// Compares what was found with what is known. A label takes one boundary: a second is a false alarm.
    pub fn of(found: &[Boundary], labels: &[Label]) -> Self {
        let mut free: Vec<u64> = found.iter().map(|boundary| boundary.frame).collect();
        let mut agreement = Self::default();
        for label in labels {
            match free.iter().position(|frame| label.contains(frame)) {
                Some(place) => {
                    free.remove(place);
                    agreement.right += 1;
                }
                None => agreement.missed += 1,
            }
        }
        agreement.false_alarms = u32::try_from(free.len()).unwrap_or(u32::MAX);
        agreement
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            right: self.right + other.right,
            false_alarms: self.false_alarms + other.false_alarms,
            missed: self.missed + other.missed,
        }
    }

    /// The part of what was found that is right.
    pub fn precision(&self) -> f64 {
        part(self.right, self.false_alarms)
    }

    /// The part of what is there that was found.
    pub fn recall(&self) -> f64 {
        part(self.right, self.missed)
    }

    /// Harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        part(2 * self.right, self.false_alarms + self.missed)
    }
}

fn part(right: u32, wrong: u32) -> f64 {
    f64::from(right) / f64::from((right + wrong).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Change;

    #[test]
    fn a_label_takes_one_boundary() {
        let at = |frame| Boundary {
            frame,
            change: Change::Cut,
        };
        let agreement = Agreement::of(&[at(5), at(6), at(40)], &[4..=6, 40..=40, 60..=60]);
        let expected = Agreement {
            right: 2,
            false_alarms: 1,
            missed: 1,
        };
        assert_eq!(agreement, expected);
        assert!((agreement.f1() - 2.0 / 3.0).abs() < 1e-9);
    }
}
