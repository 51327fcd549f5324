//! The fixed ladder with its rates scaled by how hard a title is: what per-title ladders are compared with.

use crate::limits::CRF;
use crate::{Rung, Trials};

/// What is left of the fixed ladder's rates for a title that asks nothing of the encoder.
const LEAST_FACTOR: f64 = 0.5;

/// The fixed ladder for a title of this complexity, from 0 to 1: its rates times a factor from a half
/// to one.
pub fn by_complexity(fixed: &[Rung], complexity: f64) -> Vec<Rung> {
    let factor = LEAST_FACTOR + (1.0 - LEAST_FACTOR) * complexity.clamp(0.0, 1.0);
    let scaled = |rung: &Rung| Rung {
        max_kbps: (f64::from(rung.max_kbps) * factor) as u32,
        ..rung.clone()
    };
    fixed.iter().map(scaled).collect()
}

impl Trials {
    /// How hard a title is, from 0 to 1: the mean over its samples of the part of the published rate
    /// that [`CRF`] takes at the largest size. Nothing where the trials say nothing.
    pub fn complexity(&self, frames_per_second: f64) -> Option<f64> {
        let (index, size) = self.sizes.iter().enumerate().next_back()?;
        let of = |sample: &crate::Sample| {
            let curve = self.curve(index, std::slice::from_ref(sample), frames_per_second)?;
            Some((curve.at(CRF).kbps / f64::from(size.max_kbps)).min(1.0))
        };
        let each: Vec<f64> = self.samples.iter().map(of).collect::<Option<_>>()?;
        (!each.is_empty()).then(|| each.iter().sum::<f64>() / each.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use contracts_delivery::FrameRate;

    use super::*;
    use crate::fixed_ladder;

    #[test]
    fn the_simplest_title_gets_half_and_the_hardest_all() {
        let rate = FrameRate {
            numerator: 25,
            denominator: 1,
        };
        let fixed = fixed_ladder(854, 480, rate);
        let rates = |complexity| -> Vec<u32> {
            let ladder = by_complexity(&fixed, complexity);
            ladder.iter().map(|rung| rung.max_kbps).collect()
        };
        assert_eq!(rates(0.0), [150, 350, 750]);
        assert_eq!(rates(0.5), [225, 525, 1125]);
        assert_eq!(rates(7.0), [300, 700, 1500]);
    }
}
