//! Rate and quality of one size over the constant rate factor, from a few trials.

use crate::limits::CRFS;

/// What one trial came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trial {
    /// The constant rate factor.
    pub crf: u8,
    /// Kilobits a second; positive.
    pub kbps: f64,
    /// 0 to 100.
    pub quality: f64,
}

/// Trials of one size, and what lies between them.
///
/// The logarithm of the rate and the quality are taken for parabolas in the rate factor through the three
/// trials around it; a rate falls with every step and a quality never rises.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    trials: Vec<Trial>,
}

impl Curve {
    /// From trials in any order. Nothing when there is none, or one with a rate that is not positive.
    pub fn new(mut trials: Vec<Trial>) -> Option<Self> {
        trials.sort_by_key(|trial| trial.crf);
        trials.dedup_by_key(|trial| trial.crf);
        let sound =
            |trial: &Trial| trial.kbps > 0.0 && trial.kbps.is_finite() && trial.quality.is_finite();
        (!trials.is_empty() && trials.iter().all(sound)).then_some(Self { trials })
    }

    /// The trials, by ascending rate factor.
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// What is expected at a rate factor.
    pub fn at(&self, crf: u8) -> Trial {
        let log_rate = self.through(f64::from(crf), |trial| trial.kbps.ln());
        let quality = self.through(f64::from(crf), |trial| trial.quality);
        Trial {
            crf,
            kbps: log_rate.exp(),
            quality: quality.clamp(0.0, 100.0),
        }
    }

    /// Every whole rate factor of [`CRFS`], by ascending rate factor, so that the rate only falls and the
    /// quality never rises.
    pub fn steps(&self) -> Vec<Trial> {
        let mut steps: Vec<Trial> = Vec::new();
        for crf in CRFS {
            let mut next = self.at(crf);
            if let Some(last) = steps.last() {
                next.kbps = next.kbps.min(last.kbps * 0.995);
                next.quality = next.quality.min(last.quality);
            }
            steps.push(next);
        }
        steps
    }

    /// Lagrange's polynomial through at most three neighbouring trials.
    fn through(&self, x: f64, value: impl Fn(&Trial) -> f64) -> f64 {
        let count = self.trials.len();
        let after = self
            .trials
            .partition_point(|trial| f64::from(trial.crf) < x);
        let first = after.saturating_sub(2).min(count.saturating_sub(3));
        let near = &self.trials[first..count.min(first + 3)];
        let term = |one: &Trial| {
            let others = near.iter().filter(|other| other.crf != one.crf);
            others.fold(value(one), |product, other| {
                let (own, other) = (f64::from(one.crf), f64::from(other.crf));
                product * (x - other) / (own - other)
            })
        };
        near.iter().map(term).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn trial(crf: u8, kbps: f64, quality: f64) -> Trial {
        Trial { crf, kbps, quality }
    }

    #[test]
    fn trials_are_kept_and_between_them_rate_is_geometric() {
        let curve = Curve::new(vec![trial(30, 500.0, 80.0), trial(20, 2000.0, 96.0)]).unwrap();
        assert!((curve.at(20).kbps - 2000.0).abs() < 1e-6);
        assert!((curve.at(25).kbps - 1000.0).abs() < 1e-6);
        assert!((curve.at(25).quality - 88.0).abs() < 1e-9);
        assert_eq!(Curve::new(vec![]), None);
        assert_eq!(Curve::new(vec![trial(20, 0.0, 50.0)]), None);
    }

    proptest! {
        #[test]
        fn worse_factors_never_cost_more_nor_look_better(
            rates in proptest::array::uniform3(1.0_f64..20_000.0),
            qualities in proptest::array::uniform3(0.0_f64..100.0),
        ) {
            let trials = [20, 28, 36].into_iter().zip(rates).zip(qualities);
            let trials = trials.map(|((crf, kbps), quality)| trial(crf, kbps, quality)).collect();
            let steps = Curve::new(trials).unwrap().steps();
            let falls = |pair: &[Trial]| pair[1].kbps < pair[0].kbps && pair[1].quality <= pair[0].quality;
            prop_assert!(steps.windows(2).all(falls));
            prop_assert!(steps.iter().all(|step| (0.0..=100.0).contains(&step.quality)));
        }
    }
}
