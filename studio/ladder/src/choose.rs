//! Rungs chosen on the hull and near it.

use contracts_studio::{LadderPoint, LadderRung};

use crate::hull::{Rated, below, front, slope};
use crate::limits::{
    BOTTOM_KBPS, BOTTOM_QUALITY, LEAST_GAIN, LEAST_QUALITY, LEAST_STEP, MAX_RUNGS, OFF_HULL,
    QUALITY_STEP, SATURATED,
};

impl Rated for LadderPoint {
    fn kbps(&self) -> f64 {
        self.kbps
    }
    fn quality(&self) -> f64 {
        self.quality
    }
}

/// The points that are worth sending: of at least [`LEAST_QUALITY`], where there are any.
pub(crate) fn watchable(points: Vec<LadderPoint>) -> Vec<LadderPoint> {
    let enough = |point: &LadderPoint| point.quality >= LEAST_QUALITY;
    if points.iter().any(enough) {
        points.into_iter().filter(enough).collect()
    } else {
        points
    }
}

/// The rungs of a title, by ascending rate; empty when there is no point.
///
/// The top is where quality saturates: the first point of the hull that scores [`SATURATED`], or from
/// which on twice the rate buys less than [`LEAST_GAIN`], and that takes no more than `most_kbps`. The
/// bottom is what [`BOTTOM_KBPS`] buys, and of no more than [`BOTTOM_QUALITY`]. Between them the steps of
/// quality are equal, each taken by the point that is nearest to it and to the hull.
pub fn choose(points: &[LadderPoint], hull: &[LadderPoint], most_kbps: f64) -> Vec<LadderRung> {
    let within = |points: &[LadderPoint]| -> Vec<LadderPoint> {
        let affordable = points.iter().filter(|point| point.kbps <= most_kbps);
        affordable.cloned().collect()
    };
    let front = front(&within(points));
    let Some(top) = top(&within(hull))
        .or(front.last().cloned())
        .or(hull.first().cloned())
    else {
        return Vec::new();
    };
    let bottom = bottom(&front, &top);
    let span = top.quality - bottom.quality;
    let count = ((span / QUALITY_STEP).ceil() as usize + 1).min(MAX_RUNGS);
    let mut chosen: Vec<LadderPoint> = vec![bottom.clone()];
    for step in 1..count {
        let wanted = bottom.quality + span * step as f64 / (count - 1) as f64;
        let off =
            |point: &LadderPoint| (point.quality - wanted).abs() + OFF_HULL * below(point, hull);
        let near = front.iter().filter(|point| point.kbps <= top.kbps);
        let near = near.min_by(|a, b| off(a).total_cmp(&off(b)));
        let next = if step + 1 == count { Some(&top) } else { near };
        let last = &chosen[chosen.len() - 1];
        let rises = |next: &&LadderPoint| {
            next.kbps >= last.kbps * LEAST_STEP && next.quality > last.quality
        };
        if let Some(next) = next.filter(rises) {
            chosen.push(next.clone());
        } else if step + 1 == count && chosen.len() > 1 && top.kbps > last.kbps {
            // The top matters more than the step below it.
            chosen.pop();
            chosen.push(top.clone());
        }
    }
    named(chosen)
}

/// Where quality saturates, if it does.
fn top(hull: &[LadderPoint]) -> Option<LadderPoint> {
    let enough = hull.windows(2).find(|pair| {
        pair[0].quality >= SATURATED
            || slope(&pair[0], &pair[1]) * std::f64::consts::LN_2 < LEAST_GAIN
    });
    enough.map(|pair| pair[0].clone())
}

/// The best of what little rate buys, but not so good that a poorer network is left with nothing.
fn bottom(front: &[LadderPoint], top: &LadderPoint) -> LadderPoint {
    let mut under = front.iter().filter(|point| point.kbps <= top.kbps);
    let is_low =
        |point: &&LadderPoint| point.kbps <= BOTTOM_KBPS && point.quality <= BOTTOM_QUALITY;
    let cheapest = under.clone().next();
    under.rfind(is_low).or(cheapest).unwrap_or(top).clone()
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
            seams: None,
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
        let rungs = choose(&hull, &hull, f64::INFINITY);
        let names: Vec<_> = rungs.iter().map(|rung| rung.name.as_str()).collect();
        assert_eq!(names, ["480p-2", "480p"]);
        assert!(rungs[1].predicted.kbps < 900.0);
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
        let steps: Vec<_> = steps.collect();
        let rungs = choose(&steps, &hull(&steps), f64::INFINITY);
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
            let rungs = choose(&points, &hull, ceiling);
            prop_assert!(!rungs.is_empty() && rungs.len() <= MAX_RUNGS);
            for pair in rungs.windows(2) {
                prop_assert!(pair[0].predicted.kbps < pair[1].predicted.kbps);
                prop_assert!(pair[0].predicted.quality < pair[1].predicted.quality);
            }
            let mut names: Vec<_> = rungs.iter().map(|rung| &rung.name).collect();
            names.sort();
            names.dedup();
            prop_assert_eq!(names.len(), rungs.len());
            if points.iter().any(|point| point.kbps <= ceiling) {
                prop_assert!(rungs.iter().all(|rung| rung.predicted.kbps <= ceiling));
            }
        }
    }
}
