//! What the samples of a title say of the whole, and what a pilot adds: one quick encode of all of it at
//! the smallest size, which has the parts that no sample has seen.

use serde::{Deserialize, Serialize};

use crate::curve::Trial;
use crate::limits::MOST_WEIGHT;
use crate::sample::{Sample, Tried};

/// What the pilot's frames take of those that a sample stands for, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portion {
    /// The first frames of its segments.
    pub first_bytes: u64,
    /// All others.
    pub rest_bytes: u64,
}

/// What to multiply the samples' bytes by so that, where the pilot was made, they come to the pilot's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// The first frames of segments.
    pub first: f64,
    /// All others.
    pub rest: f64,
}

impl Weights {
    /// Samples are taken at their word.
    pub const EVEN: Self = Self {
        first: 1.0,
        rest: 1.0,
    };

    /// From what samples came to at the pilot's own size and rate factor, and what the pilot took of what
    /// each stands for.
    pub fn of(tried: &[(Sample, Tried)], portions: &[Portion]) -> Self {
        let foretold = bytes(tried, Self::EVEN);
        let first: u64 = portions.iter().map(|it| it.first_bytes).sum();
        let rest: u64 = portions.iter().map(|it| it.rest_bytes).sum();
        Self {
            first: ratio(first, foretold.0),
            rest: ratio(rest, foretold.1),
        }
    }
}

fn ratio(found: u64, foretold: f64) -> f64 {
    if found == 0 || foretold <= 0.0 {
        return 1.0;
    }
    (found as f64 / foretold).clamp(1.0 / MOST_WEIGHT, MOST_WEIGHT)
}

/// Shares the pilot's frames, of these sizes in bytes and in the order they are shown, among samples that
/// stand for all of them. Nothing where they are not as many as the samples stand for.
pub fn portions(
    samples: &[Sample],
    segments: &[(u64, u64)],
    frames: &[u32],
) -> Option<Vec<Portion>> {
    let starts: Vec<u64> = segments.iter().map(|(start, _)| *start).collect();
    let one = |sample: &Sample| {
        let from = usize::try_from(sample.stands_from).ok()?;
        let count = usize::try_from(sample.stands_for).ok()?;
        let own = frames.get(from..from.checked_add(count)?)?;
        let (mut first_bytes, mut rest_bytes) = (0, 0);
        for (number, bytes) in (sample.stands_from..).zip(own) {
            if starts.binary_search(&number).is_ok() {
                first_bytes += u64::from(*bytes);
            } else {
                rest_bytes += u64::from(*bytes);
            }
        }
        Some(Portion {
            first_bytes,
            rest_bytes,
        })
    };
    samples.iter().map(one).collect()
}

/// What the whole of what these samples stand for takes and scores at one size and rate factor.
///
/// Every segment has one frame like a sample's first, and the rest like the rest. Quality is pooled by
/// the harmonic mean, which bad moments pull down.
pub fn whole(
    pairs: &[(Sample, Tried)],
    weights: Weights,
    crf: u8,
    frames_per_second: f64,
) -> Trial {
    let (first_bytes, rest_bytes) = bytes(pairs, weights);
    let (mut frames, mut inverse) = (0.0, 0.0);
    for (sample, tried) in pairs {
        let (first, rest) = counts(sample);
        inverse += first / (tried.first_quality + 1.0) + rest / (tried.rest_quality + 1.0);
        frames += first + rest;
    }
    let seconds = frames / frames_per_second.max(f64::MIN_POSITIVE);
    let bits = 8.0 * (first_bytes + rest_bytes);
    Trial {
        crf,
        kbps: (bits / seconds.max(f64::MIN_POSITIVE) / 1000.0).max(0.001),
        quality: (frames / inverse.max(f64::MIN_POSITIVE) - 1.0).clamp(0.0, 100.0),
    }
}

/// Bytes of the first frames of segments, and of all others.
fn bytes(pairs: &[(Sample, Tried)], weights: Weights) -> (f64, f64) {
    let (mut all_first, mut all_rest) = (0.0, 0.0);
    for (sample, tried) in pairs {
        let (first, rest) = counts(sample);
        let others = sample.frames.saturating_sub(1).max(1) as f64;
        all_first += weights.first * first * tried.first_bytes as f64;
        all_rest += weights.rest * rest * tried.rest_bytes as f64 / others;
    }
    (all_first, all_rest)
}

/// First frames and others among those that a sample stands for.
fn counts(sample: &Sample) -> (f64, f64) {
    let rest = sample.stands_for - sample.segments.min(sample.stands_for);
    (sample.segments as f64, rest as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Purpose, samples};

    fn tried(first_bytes: u64, rest_bytes: u64) -> Tried {
        Tried {
            first_bytes,
            rest_bytes,
            first_quality: 80.0,
            rest_quality: 80.0,
        }
    }

    #[test]
    fn a_sample_of_everything_gives_back_what_was_tried() {
        let sample = samples(&[(0, 25)], 25, Purpose::Trial, None)[0];
        let trial = whole(&[(sample, tried(10_000, 24_000))], Weights::EVEN, 28, 25.0);
        assert!((trial.kbps - 272.0).abs() < 1e-6 && (trial.quality - 80.0).abs() < 1e-6);
    }

    #[test]
    fn a_pilot_tells_of_what_no_sample_has_seen() {
        // One segment of which the first half was tried; the second takes three times as much.
        let segments = [(0, 40), (40, 60)];
        let samples = samples(&segments, 12, Purpose::Trial, None);
        let frames: Vec<u32> = (0..100)
            .map(|number| match number {
                0 | 40 => 900,
                1..40 => 100,
                _ => 300,
            })
            .collect();
        let portions = portions(&samples, &segments, &frames).unwrap();
        let all = Portion {
            first_bytes: 1800,
            rest_bytes: 39 * 100 + 59 * 300,
        };
        assert_eq!(portions, [all]);
        let pairs = [(samples[0], tried(900, 11 * 100))];
        let weights = Weights::of(&pairs, &portions);
        let trial = whole(&pairs, weights, 29, 25.0);
        let kbps = (all.first_bytes + all.rest_bytes) as f64 * 8.0 / 4.0 / 1000.0;
        assert!((trial.kbps - kbps).abs() < 1e-6, "{trial:?}");
        assert_eq!(super::portions(&samples, &segments, &frames[1..]), None);
    }

    #[test]
    fn a_pilot_of_nothing_changes_nothing() {
        let sample = samples(&[(0, 25)], 25, Purpose::Trial, None)[0];
        let empty = Portion {
            first_bytes: 0,
            rest_bytes: 0,
        };
        let weights = Weights::of(&[(sample, tried(10, 10))], &[empty]);
        assert_eq!(weights, Weights::EVEN);
    }
}
