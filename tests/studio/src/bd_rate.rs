//! Bjøntegaard's delta rate: how many bits more or fewer one ladder takes for the quality of another.
//!
//! The logarithm of the rate is interpolated over quality by monotone cubics through a ladder's points
//! (PCHIP, after Fritsch and Carlson) and averaged over the qualities that both have.

use crate::limits::LEAST_COMMON;
use crate::points::Point;

/// Percent of bits that `ours` takes more than `theirs` at equal quality; negative is fewer. Nothing
/// where they have less than [`LEAST_COMMON`] points of quality in common.
pub(crate) fn bd_rate(ours: &[Point], theirs: &[Point]) -> Option<f64> {
    let (ours, theirs) = (Line::through(ours)?, Line::through(theirs)?);
    let low = ours.first().max(theirs.first());
    let high = ours.last().min(theirs.last());
    if high - low < LEAST_COMMON {
        return None;
    }
    let difference = ours.mean(low, high) - theirs.mean(low, high);
    Some((difference.exp() - 1.0) * 100.0)
}

/// What of a ladder a viewer would be given: for each rate the best there is.
fn front(points: &[Point]) -> Vec<Point> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| {
        a.kbps
            .total_cmp(&b.kbps)
            .then(b.quality.total_cmp(&a.quality))
    });
    let mut front: Vec<Point> = Vec::new();
    for point in sorted {
        if front.last().is_none_or(|last| point.quality > last.quality) {
            front.push(point);
        }
    }
    front
}

/// The logarithm of the rate over quality.
struct Line {
    at: Vec<f64>,
    value: Vec<f64>,
    slope: Vec<f64>,
}

impl Line {
    fn through(points: &[Point]) -> Option<Self> {
        let front = front(points);
        if front.len() < 2 {
            return None;
        }
        let at: Vec<f64> = front.iter().map(|point| point.quality).collect();
        let value: Vec<f64> = front.iter().map(|point| point.kbps.ln()).collect();
        let slope = slopes(&at, &value);
        Some(Self { at, value, slope })
    }

    fn first(&self) -> f64 {
        self.at[0]
    }

    fn last(&self) -> f64 {
        self.at[self.at.len() - 1]
    }

    fn value(&self, x: f64) -> f64 {
        let after = self.at.partition_point(|at| *at <= x);
        let left = after.clamp(1, self.at.len() - 1) - 1;
        let width = self.at[left + 1] - self.at[left];
        let t = (x - self.at[left]) / width;
        let (t2, t3) = (t * t, t * t * t);
        (2.0 * t3 - 3.0 * t2 + 1.0) * self.value[left]
            + (t3 - 2.0 * t2 + t) * width * self.slope[left]
            + (3.0 * t2 - 2.0 * t3) * self.value[left + 1]
            + (t3 - t2) * width * self.slope[left + 1]
    }

    /// Its mean between two places: Simpson's rule, which is exact for each of its cubics.
    fn mean(&self, low: f64, high: f64) -> f64 {
        let inner = self.at.iter().copied().filter(|at| *at > low && *at < high);
        let mut borders = vec![low];
        borders.extend(inner);
        borders.push(high);
        let piece = |pair: &[f64]| {
            let (from, to) = (pair[0], pair[1]);
            let middle = self.value(f64::midpoint(from, to));
            (to - from) / 6.0 * (self.value(from) + 4.0 * middle + self.value(to))
        };
        borders.windows(2).map(piece).sum::<f64>() / (high - low)
    }
}

/// Slopes at the points, such that the curve turns nowhere between them.
fn slopes(at: &[f64], value: &[f64]) -> Vec<f64> {
    let width: Vec<f64> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let rise = value.windows(2).zip(&width);
    let steep: Vec<f64> = rise
        .map(|(pair, width)| (pair[1] - pair[0]) / width)
        .collect();
    let last = steep.len() - 1;
    if last == 0 {
        return vec![steep[0]; 2];
    }
    let mut slopes = vec![edge(width[0], width[1], steep[0], steep[1])];
    for left in 0..last {
        let (before, after) = (steep[left], steep[left + 1]);
        slopes.push(if before * after <= 0.0 {
            0.0
        } else {
            let (one, two) = (
                2.0 * width[left + 1] + width[left],
                width[left + 1] + 2.0 * width[left],
            );
            (one + two) / (one / before + two / after)
        });
    }
    slopes.push(edge(
        width[last],
        width[last - 1],
        steep[last],
        steep[last - 1],
    ));
    slopes
}

/// The slope at an end, from the two pieces nearest to it.
fn edge(near: f64, next: f64, steep: f64, steep_next: f64) -> f64 {
    let slope = ((2.0 * near + next) * steep - near * steep_next) / (near + next);
    if slope * steep <= 0.0 {
        0.0
    } else if steep * steep_next < 0.0 && slope.abs() > 3.0 * steep.abs() {
        3.0 * steep
    } else {
        slope
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ladder(points: &[(f64, f64)]) -> Vec<Point> {
        let point = |&(kbps, quality): &(f64, f64)| Point { kbps, quality };
        points.iter().map(point).collect()
    }

    #[test]
    fn the_interpolation_is_that_of_the_books() {
        // Worked out by hand from the weighted harmonic means of the slopes beside each point.
        let line = Line {
            at: vec![0.0, 1.0, 3.0, 4.0],
            value: vec![0.0, 1.0, 2.0, 5.0],
            slope: slopes(&[0.0, 1.0, 3.0, 4.0], &[0.0, 1.0, 2.0, 5.0]),
        };
        for (x, wanted) in [
            (0.5, 0.559_294_872),
            (2.0, 1.440_318_302),
            (3.5, 3.137_212_644),
        ] {
            assert!(
                (line.value(x) - wanted).abs() < 1e-6,
                "{x}: {}",
                line.value(x)
            );
        }
    }

    #[test]
    fn what_is_dominated_is_never_shown() {
        let clean = ladder(&[(100.0, 40.0), (400.0, 80.0), (900.0, 95.0)]);
        let mut more = clean.clone();
        more.extend(ladder(&[(500.0, 70.0), (450.0, 80.0)]));
        assert!(bd_rate(&more, &clean).unwrap().abs() < 1e-9);
    }

    #[test]
    fn ladders_without_common_quality_are_not_compared() {
        let low = ladder(&[(100.0, 20.0), (200.0, 40.0)]);
        let high = ladder(&[(100.0, 39.0), (200.0, 90.0)]);
        assert_eq!(bd_rate(&low, &high), None);
        assert_eq!(bd_rate(&low[..1], &low), None);
    }

    proptest! {
        #[test]
        fn a_ladder_of_so_many_times_the_bits_is_told(
            steps in proptest::collection::vec((1.05_f64..4.0, 1.0_f64..20.0), 2..8),
            factor in 0.2_f64..5.0,
        ) {
            let (mut kbps, mut quality) = (100.0, 10.0);
            let points: Vec<_> = steps.iter().map(|(rate, better)| {
                kbps *= rate;
                quality += better;
                Point { kbps, quality }
            }).collect();
            let dearer: Vec<_> = points.iter()
                .map(|point| Point { kbps: point.kbps * factor, ..*point }).collect();
            let span = points[points.len() - 1].quality - points[0].quality;
            match bd_rate(&dearer, &points) {
                Some(found) => prop_assert!((found - (factor - 1.0) * 100.0).abs() < 1e-6),
                None => prop_assert!(span < LEAST_COMMON),
            }
        }
    }
}
