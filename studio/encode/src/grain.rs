//! How grainy a picture is: noise that changes from frame to frame where nothing moves.

mod measure;

pub use measure::measure_grain;

use serde::{Deserialize, Serialize};

use crate::limits::{GRAIN_BLOCK, GRAIN_FOUND, GRAIN_PER_SIGMA, GRAIN_STRENGTHS};

/// A master's grain.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Grain {
    /// Standard deviation of the noise at the master's own size, in steps of 8-bit luma.
    pub sigma: f64,
}

impl Grain {
    /// A clean picture.
    pub const NONE: Self = Self { sigma: 0.0 };

    /// Of pairs of neighbouring frames, as 8-bit luma of `width` pixels across: the median of what
    /// `noise` finds in each, which leaves out cuts and repeated frames.
    pub fn of(pairs: &[(Vec<u8>, Vec<u8>)], width: usize) -> Self {
        let mut found: Vec<f64> = pairs
            .iter()
            .filter_map(|(one, next)| noise(one, next, width))
            .collect();
        found.sort_by(f64::total_cmp);
        let sigma = found.get(found.len() / 2).copied().unwrap_or(0.0);
        Self { sigma }
    }

    /// The strength that SVT-AV1 is given for a picture of `height` made from one of `source_height`;
    /// 0 where there is too little to be seen. Making a picture smaller averages its grain away.
    pub fn strength_at(self, height: u32, source_height: u32) -> u8 {
        let shrunk = f64::from(height) / f64::from(source_height.max(1));
        let sigma = self.sigma * shrunk.min(1.0);
        if sigma < GRAIN_FOUND {
            return 0;
        }
        let (least, most) = GRAIN_STRENGTHS;
        ((sigma * GRAIN_PER_SIGMA).round() as u8).clamp(least, most)
    }
}

/// The noise between two frames: in every block, the deviation of their difference, as two frames'
/// noise adds up; of all blocks the lowest tenth, where nothing moves. `None` for frames that are the
/// same, or too small to say.
fn noise(one: &[u8], next: &[u8], width: usize) -> Option<f64> {
    let height = one.len().min(next.len()).checked_div(width)?;
    let mut found = Vec::new();
    for top in (0..(height + 1).saturating_sub(GRAIN_BLOCK)).step_by(GRAIN_BLOCK) {
        for left in (0..(width + 1).saturating_sub(GRAIN_BLOCK)).step_by(GRAIN_BLOCK) {
            found.extend(deviation(one, next, top * width + left, width));
        }
    }
    found.sort_by(f64::total_cmp);
    found
        .get(found.len() / 10)
        .map(|deviation| deviation / std::f64::consts::SQRT_2)
        .filter(|sigma| *sigma > 0.0)
}

/// The deviation of the difference in one block; nothing where black or white cuts the noise off.
fn deviation(one: &[u8], next: &[u8], start: usize, width: usize) -> Option<f64> {
    let (mut sum, mut squares, mut light) = (0.0, 0.0, 0.0);
    for row in 0..GRAIN_BLOCK {
        let at = start + row * width;
        for (a, b) in one[at..at + GRAIN_BLOCK].iter().zip(&next[at..]) {
            let difference = f64::from(*a) - f64::from(*b);
            sum += difference;
            squares += difference * difference;
            light += f64::from(*a);
        }
    }
    let count = (GRAIN_BLOCK * GRAIN_BLOCK) as f64;
    let variance = squares / count - (sum / count).powi(2);
    (24.0..=228.0)
        .contains(&(light / count))
        .then(|| variance.max(0.0).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise of about `sigma`, by a fixed sequence, over a slope of light.
    fn frame(sigma: f64, mut seed: u64) -> Vec<u8> {
        let mut draw = || {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 40) as f64 / (1_u64 << 24) as f64 - 0.5
        };
        (0..160 * 96)
            .map(|at| {
                // The sum of twelve has a deviation of one.
                let noise: f64 = (0..12).map(|_| draw()).sum();
                (80.0 + (at % 160) as f64 / 2.0 + sigma * noise).round() as u8
            })
            .collect()
    }

    fn measured(sigma: f64) -> f64 {
        let pairs: Vec<_> = (0..4)
            .map(|n| (frame(sigma, n), frame(sigma, n + 99)))
            .collect();
        Grain::of(&pairs, 160).sigma
    }

    #[test]
    fn noise_is_measured_where_it_is() {
        assert!(measured(0.0) < 0.1);
        for sigma in [2.0, 5.0, 9.0] {
            let found = measured(sigma);
            assert!((found / sigma - 1.0).abs() < 0.25, "{sigma}: {found}");
        }
    }

    #[test]
    fn a_clean_or_a_small_picture_gets_no_grain() {
        assert_eq!(Grain::NONE.strength_at(1080, 1080), 0);
        let grainy = Grain { sigma: 5.0 };
        assert!(grainy.strength_at(1080, 1080) > grainy.strength_at(720, 1080));
        assert_eq!(grainy.strength_at(240, 1080), 0);
    }

    #[test]
    fn frames_of_no_size_are_no_grain() {
        assert_eq!(Grain::of(&[(Vec::new(), Vec::new())], 0), Grain::NONE);
        assert_eq!(Grain::of(&[(vec![90; 64], vec![90; 64])], 8), Grain::NONE);
    }
}
