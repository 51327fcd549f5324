//! Rungs chosen on the hull.

use contracts_studio::{LadderPoint, LadderRung};

use crate::hull::{Rated, slope};
use crate::limits::{
    BOTTOM_KBPS, LEAST_GAIN, LEAST_QUALITY, LEAST_STEP, MAX_RUNGS, QUALITY_STEP, SATURATED,
};

impl Rated for LadderPoint {
    fn kbps(&self) -> f64 {
        self.kbps
    }
    fn quality(&self) -> f64 {
        self.quality
    }
}

/// The rungs of a title, by ascending rate; empty when there is no hull.
///
/// The top is where quality saturates: the first point that scores [`SATURATED`], or from which on twice
/// the rate buys less than [`LEAST_GAIN`], and that the ceiling of its size allows. The bottom is what
/// [`BOTTOM_KBPS`] buys. Between them the steps of quality are equal.
pub fn choose(hull: &[LadderPoint], ceiling: impl Fn(&LadderPoint) -> f64) -> Vec<LadderRung> {
    let affordable: Vec<_> = hull
        .iter()
        .filter(|point| point.kbps <= ceiling(point))
        .collect();
    let Some(first) = affordable.first().copied().or(hull.first()) else {
        return Vec::new();
    };
    let top = top(&affordable).unwrap_or(first);
    let bottom = bottom(&affordable, top).unwrap_or(top);
    let span = top.quality - bottom.quality;
    let count = ((span / QUALITY_STEP).ceil() as usize + 1).min(MAX_RUNGS);
    let mut chosen: Vec<LadderPoint> = vec![bottom.clone()];
    for step in 1..count {
        let wanted = bottom.quality + span * step as f64 / (count - 1) as f64;
        let near = affordable.iter().min_by(|a, b| {
            let off = |point: &LadderPoint| (point.quality - wanted).abs();
            off(a).total_cmp(&off(b))
        });
        let last = &chosen[chosen.len() - 1];
        if let Some(next) = near.filter(|next| next.kbps >= last.kbps * LEAST_STEP) {
            chosen.push((*next).clone());
        } else if step + 1 == count && chosen.len() > 1 && top.kbps > last.kbps {
            // The top matters more than the step below it.
            chosen.pop();
            chosen.push(top.clone());
        }
    }
    named(chosen)
}

fn top<'a>(affordable: &[&'a LadderPoint]) -> Option<&'a LadderPoint> {
    let enough = affordable.windows(2).find(|pair| {
        pair[0].quality >= SATURATED
            || slope(pair[0], pair[1]) * std::f64::consts::LN_2 < LEAST_GAIN
    });
    enough.map(|pair| pair[0]).or(affordable.last().copied())
}

/// The best of what little rate buys, but nothing too poor to be watched where more is there.
fn bottom<'a>(affordable: &[&'a LadderPoint], top: &LadderPoint) -> Option<&'a LadderPoint> {
    let below = || {
        affordable
            .iter()
            .copied()
            .filter(|point| point.kbps <= top.kbps)
    };
    let cheap = below().rfind(|point| point.kbps <= BOTTOM_KBPS);
    let watchable = || below().find(|point| point.quality >= LEAST_QUALITY);
    cheap.or_else(watchable).or_else(|| below().next())
}

/// Names by the shorter side; of rungs of one size the better has the plain name.
fn named(chosen: Vec<LadderPoint>) -> Vec<LadderRung> {
    let plain = |point: &LadderPoint| format!("{}p", point.width.min(point.height));
    let names: Vec<String> = chosen.iter().map(plain).collect();
    let rung = |(index, predicted): (usize, LadderPoint)| {
        let above = names[index + 1..]
            .iter()
            .filter(|name| **name == names[index])
            .count();
        let name = match above {
            0 => names[index].clone(),
            above => format!("{}-{}", names[index], above + 1),
        };
        LadderRung {
            name,
            predicted,
            measured_kbps: None,
            measured_quality: None,
        }
    };
    chosen.into_iter().enumerate().map(rung).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hull::hull;

    fn point(height: u32, kbps: f64, quality: f64) -> LadderPoint {
        LadderPoint {
            width: height * 16 / 9,
            height,
            crf: 25,
            kbps,
            quality,
        }
    }

    #[test]
    fn a_still_picture_gets_few_rungs_and_stops_where_quality_saturates() {
        let hull = [
            point(480, 90.0, 88.0),
            point(480, 200.0, 95.5),
            point(480, 900.0, 98.0),
        ];
        let rungs = choose(&hull, |_| f64::INFINITY);
        let names: Vec<_> = rungs.iter().map(|rung| rung.name.as_str()).collect();
        assert_eq!(names, ["480p"]);
        assert!(rungs[0].predicted.kbps < 900.0);
    }

    #[test]
    fn steps_are_even_and_names_are_told_apart() {
        let steps = (0..40).map(|step| {
            let step = f64::from(step);
            point(
                if step < 12.0 { 240 } else { 480 },
                150.0 * 1.1_f64.powf(step),
                40.0 + 1.5 * step,
            )
        });
        let rungs = choose(&steps.collect::<Vec<_>>(), |_| f64::INFINITY);
        assert!(rungs.len() >= 4);
        for pair in rungs.windows(2) {
            let step = pair[1].predicted.quality - pair[0].predicted.quality;
            assert!((4.0..=16.0).contains(&step), "{step}");
        }
        assert!(rungs.iter().any(|rung| rung.name == "480p-2"));
    }

    proptest! {
        #[test]
        fn rungs_rise_are_named_once_and_stay_under_the_ceiling(
            points in proptest::collection::vec((1.0_f64..10_000.0, 0.0_f64..100.0, 1_u32..4), 1..60),
            ceiling in 100.0_f64..20_000.0,
        ) {
            let points: Vec<_> = points.into_iter()
                .map(|(kbps, quality, size)| point(size * 240, kbps, quality)).collect();
            let hull = hull(&points);
            let rungs = choose(&hull, |_| ceiling);
            prop_assert!(!rungs.is_empty() && rungs.len() <= MAX_RUNGS);
            for pair in rungs.windows(2) {
                prop_assert!(pair[0].predicted.kbps < pair[1].predicted.kbps);
                prop_assert!(pair[0].predicted.quality < pair[1].predicted.quality);
            }
            let mut names: Vec<_> = rungs.iter().map(|rung| &rung.name).collect();
            names.sort();
            names.dedup();
            prop_assert_eq!(names.len(), rungs.len());
            if hull.iter().any(|point| point.kbps <= ceiling) {
                prop_assert!(rungs.iter().all(|rung| rung.predicted.kbps <= ceiling));
            }
        }
    }
}
