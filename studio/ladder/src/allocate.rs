//! One rung's bits over a title's parts at equal slope.
//!
//! Where the last bit buys the same everywhere, no bit is better spent elsewhere.

use crate::curve::{Curve, Trial};
use crate::limits::{CRFS, MOST_SHIFT};

/// A part of a title, and what it does at the rung's size.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// How many frames it has; its weight in the title's rate and quality.
    pub frames: u64,
    /// Its own curve.
    pub curve: Curve,
}

/// A rate factor for each part, so that the title's mean quality is at least what `crf` everywhere gives,
/// for as few bits as whole rate factors allow. None is further than [`MOST_SHIFT`] from `crf`: a part
/// that is dear must not fall apart to pay for the others.
pub fn allocate(parts: &[Part], crf: u8) -> Vec<u8> {
    let choices: Vec<Vec<Trial>> = parts.iter().map(|part| choices(&part.curve, crf)).collect();
    let even: Vec<Trial> = parts.iter().map(|part| part.curve.at(crf)).collect();
    let wanted = worth(parts, &even);
    // The price of a point of quality, in kilobits a second: too low at first, high enough at last.
    let (mut low, mut high) = (0.0, 1e6);
    for _ in 0..60 {
        let price = f64::midpoint(low, high);
        if worth(parts, &best(&choices, price)) >= wanted {
            high = price;
        } else {
            low = price;
        }
    }
    let found = best(&choices, high);
    // Whole factors are coarse: where they save nothing, every part keeps its own.
    if worth(parts, &found) < wanted || cost(parts, &found) >= cost(parts, &even) {
        return vec![crf; parts.len()];
    }
    found.iter().map(|trial| trial.crf).collect()
}

fn choices(curve: &Curve, crf: u8) -> Vec<Trial> {
    let near = CRFS.filter(|other| other.abs_diff(crf) <= MOST_SHIFT);
    near.map(|crf| curve.at(crf)).collect()
}

/// For each part what costs least when a point of quality is worth `price`.
fn best(choices: &[Vec<Trial>], price: f64) -> Vec<Trial> {
    let value = |trial: &Trial| price * trial.quality - trial.kbps;
    let each = choices.iter().filter_map(|of_part| {
        of_part
            .iter()
            .copied()
            .max_by(|a, b| value(a).total_cmp(&value(b)))
    });
    each.collect()
}

fn worth(parts: &[Part], trials: &[Trial]) -> f64 {
    weighted(parts, trials, |trial| trial.quality)
}

fn cost(parts: &[Part], trials: &[Trial]) -> f64 {
    weighted(parts, trials, |trial| trial.kbps)
}

fn weighted(parts: &[Part], trials: &[Trial], value: impl Fn(&Trial) -> f64) -> f64 {
    let pairs = parts.iter().zip(trials);
    pairs
        .map(|(part, trial)| part.frames as f64 * value(trial))
        .sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part(frames: u64, kbps: f64, slope: f64) -> Part {
        let trials = [20_u8, 28, 36].map(|crf| {
            let worse = f64::from(crf - 20);
            Trial {
                crf,
                kbps: kbps * (-worse / 8.0).exp(),
                quality: 98.0 - slope * worse - 0.02 * worse * worse,
            }
        });
        Part {
            frames,
            curve: Curve::new(trials.to_vec()).unwrap(),
        }
    }

    #[test]
    fn bits_move_from_where_they_are_dear_to_where_they_are_cheap() {
        let parts = [part(100, 8000.0, 0.5), part(100, 500.0, 1.5)];
        let crfs = allocate(&parts, 28);
        assert!(crfs[0] > 28 && crfs[1] < 28, "{crfs:?}");
        assert_eq!(allocate(&[part(1, 900.0, 1.0)], 28), [28]);
        assert_eq!(allocate(&[], 28), [0_u8; 0]);
    }

    proptest! {
        #[test]
        fn never_dearer_never_worse_never_far(
            each in proptest::collection::vec((1_u64..500, 50.0_f64..9000.0, 0.1_f64..3.0), 1..12),
            crf in 22_u8..34,
        ) {
            let parts: Vec<_> = each.iter().map(|(frames, kbps, slope)| part(*frames, *kbps, *slope)).collect();
            let crfs = allocate(&parts, crf);
            let at = |crfs: &[u8]| -> Vec<Trial> {
                parts.iter().zip(crfs).map(|(part, crf)| part.curve.at(*crf)).collect()
            };
            let (found, even) = (at(&crfs), at(&vec![crf; parts.len()]));
            prop_assert!(cost(&parts, &found) <= cost(&parts, &even) + 1e-6);
            prop_assert!(worth(&parts, &found) >= worth(&parts, &even) - 1e-6);
            prop_assert!(crfs.iter().all(|own| own.abs_diff(crf) <= MOST_SHIFT));
        }
    }
}
