//! The rungs to choose from.

use crate::limits::USABLE_TENTHS;

/// Rungs' peak rates in bits a second, ascending; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ladder<'a>(&'a [u64]);

impl<'a> Ladder<'a> {
    /// A ladder, unless `rungs` is empty or not ascending (equal neighbours are fine).
    pub fn new(rungs: &'a [u64]) -> Option<Self> {
        (!rungs.is_empty() && rungs.is_sorted()).then_some(Self(rungs))
    }

    /// The highest rung's index.
    pub const fn top(self) -> usize {
        self.0.len() - 1
    }

    /// A rung's rate in bits a second; the highest one's for an index past the end.
    pub fn rate(self, rung: usize) -> u64 {
        self.0[rung.min(self.top())]
    }

    /// Where a play starts: a third of the way up, or lower when that is more than `estimate` carries.
    pub fn start(self, estimate_bps: u64) -> usize {
        (self.0.len() / 3).min(self.highest_under(estimate_bps))
    }

    /// The highest rung under nine tenths of `estimate`; the lowest when none is.
    pub fn highest_under(self, estimate_bps: u64) -> usize {
        let usable = u128::from(estimate_bps) * u128::from(USABLE_TENTHS);
        self.0
            .iter()
            .rposition(|rate| u128::from(*rate) * 10 < usable)
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_rung_under_nine_tenths_is_found() {
        let ladder = Ladder::new(&[100, 200, 400, 800]).unwrap();
        assert_eq!(ladder.highest_under(0), 0);
        assert_eq!(ladder.highest_under(222), 0);
        assert_eq!(ladder.highest_under(223), 1);
        assert_eq!(ladder.highest_under(u64::MAX), 3);
        assert_eq!(ladder.start(u64::MAX), 1);
        assert_eq!(ladder.start(100), 0);
    }

    #[test]
    fn what_is_no_ladder_is_refused() {
        assert_eq!(Ladder::new(&[]), None);
        assert_eq!(Ladder::new(&[2, 1]), None);
        assert_eq!(Ladder::new(&[7]).unwrap().start(1), 0);
    }
}
