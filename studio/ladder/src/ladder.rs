//! A title's ladder from its trials.

use contracts_studio::{LadderPoint, LadderReport, LadderRung, QualityMeasure};
use serde::{Deserialize, Serialize};

use crate::Rung;
use crate::allocate::{Part, allocate};
use crate::choose::{choose, watchable};
use crate::curve::Curve;
use crate::hull::hull;
use crate::limits::{LEAST_CAP_KBPS, PEAK_PERCENT, PILOT_PLACE, TRIAL_CRFS};
use crate::pilot::{Portion, Weights, portions, whole};
use crate::sample::{Sample, Tried};

/// Everything that was tried of a title.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trials {
    /// The sizes tried, by ascending size; their caps are what the published ladder may spend there.
    pub sizes: Vec<Rung>,
    /// What was tried.
    pub samples: Vec<Sample>,
    /// Sample by sample, size by size, one for each of [`TRIAL_CRFS`].
    pub tried: Vec<Vec<Vec<Tried>>>,
    /// Sample by sample what the pilot took, at the first size; empty where there is none.
    pub pilot: Vec<Portion>,
    /// How quality was scored.
    pub measure: QualityMeasure,
    /// CPU time taken, in milliseconds.
    pub cpu_ms: u64,
}

/// A title's ladder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ladder {
    /// The rungs, by ascending rate.
    pub rungs: Vec<Rung>,
    /// Why.
    pub report: LadderReport,
}

impl Trials {
    /// Takes in a pilot's frames, of these sizes in bytes and in the order they are shown. Ones that are
    /// not those of the samples' title are left out.
    pub fn weigh(&mut self, segments: &[(u64, u64)], frames: &[u32]) {
        self.pilot = portions(&self.samples, segments, frames).unwrap_or_default();
    }

    /// The ladder they give; nothing where they say nothing.
    pub fn ladder(&self, frames_per_second: f64, fixed: &[Rung]) -> Option<Ladder> {
        let (mut points, mut steps) = (Vec::new(), Vec::new());
        for (index, size) in self.sizes.iter().enumerate() {
            let curve = self.curve(index, &self.samples, frames_per_second)?;
            let point = |trial: &crate::Trial| LadderPoint {
                width: size.width,
                height: size.height,
                crf: trial.crf,
                kbps: trial.kbps,
                quality: trial.quality,
            };
            points.extend(curve.trials().iter().map(point));
            steps.extend(curve.steps().iter().map(point));
        }
        let steps = watchable(steps);
        let hull = hull(&steps);
        // The published ladder's top is the most that any title may spend.
        let most = self.sizes.last().map_or(0.0, |it| f64::from(it.max_kbps));
        let chosen = choose(&steps, &hull, most);
        let rungs: Vec<_> = chosen.iter().map(rung).collect();
        let report = LadderReport {
            measure: self.measure,
            sampled_frames: self.samples.iter().map(|sample| sample.frames).sum(),
            analysis_cpu_ms: self.cpu_ms,
            encode_cpu_ms: 0,
            points,
            hull,
            rungs: chosen,
            fixed_kbps: fixed.iter().map(|rung| rung.max_kbps).collect(),
            measured_frames: 0,
            measured_cpu_ms: 0,
        };
        (!rungs.is_empty()).then_some(Ladder { rungs, report })
    }

    /// A rate factor for each part of the title (first frame, frames), at a rung of the ladder.
    pub fn allocation(&self, rung: &Rung, parts: &[(u64, u64)], frames_per_second: f64) -> Vec<u8> {
        let index = self
            .sizes
            .iter()
            .position(|size| (size.width, size.height) == (rung.width, rung.height));
        let part = |&(start, frames): &(u64, u64)| {
            let near = self.near(start, frames);
            let curve = self.curve(index?, &near, frames_per_second)?;
            Some(Part { frames, curve })
        };
        match parts.iter().map(part).collect::<Option<Vec<_>>>() {
            Some(known) => allocate(&known, rung.crf),
            None => vec![rung.crf; parts.len()],
        }
    }

    /// The samples that stand for any frame of a part.
    fn near(&self, start: u64, frames: u64) -> Vec<Sample> {
        let touches = |sample: &&Sample| {
            sample.stands_from < start + frames && start < sample.stands_from + sample.stands_for
        };
        self.samples.iter().filter(touches).copied().collect()
    }

    /// Rate and quality of one size, as these samples have it.
    pub(crate) fn curve(
        &self,
        size: usize,
        samples: &[Sample],
        frames_per_second: f64,
    ) -> Option<Curve> {
        let pairs = |size: usize, place: usize| -> Option<Vec<(Sample, Tried)>> {
            let tried = self.samples.iter().zip(&self.tried);
            tried
                .filter(|(sample, _)| samples.contains(sample))
                .map(|(sample, tried)| Some((*sample, *tried.get(size)?.get(place)?)))
                .collect()
        };
        let portions = self.samples.iter().zip(&self.pilot);
        let portions: Vec<_> = portions
            .filter(|(sample, _)| samples.contains(sample))
            .map(|(_, portion)| *portion)
            .collect();
        let weights = Weights::of(&pairs(0, PILOT_PLACE)?, &portions);
        let trials = TRIAL_CRFS.iter().enumerate().map(|(place, crf)| {
            Some(whole(
                &pairs(size, place)?,
                weights,
                *crf,
                frames_per_second,
            ))
        });
        Curve::new(trials.collect::<Option<Vec<_>>>()?)
    }
}

/// The rung to encode: its cap leaves room for what is harder than the mean.
fn rung(chosen: &LadderRung) -> Rung {
    let point = &chosen.predicted;
    let cap = (point.kbps * PEAK_PERCENT / 100.0).max(LEAST_CAP_KBPS);
    Rung {
        name: chosen.name.clone(),
        width: point.width,
        height: point.height,
        max_kbps: cap.ceil() as u32,
        crf: point.crf,
    }
}

#[cfg(test)]
mod tests {
    use contracts_delivery::FrameRate;

    use super::*;
    use crate::{Purpose, candidates, fixed_ladder, samples};

    const RATE: FrameRate = FrameRate {
        numerator: 25,
        denominator: 1,
    };

    /// Two shots of 100 frames, the second ten times as dear.
    fn trials() -> Trials {
        let sizes = candidates(854, 480, RATE);
        let samples = samples(&[(0, 100), (100, 100)], 32, Purpose::Trial, None);
        let tried = [1.0, 10.0].map(|dear| {
            let of_size = |rung: &Rung| {
                let pixels = f64::from(rung.width * rung.height);
                let at = |crf: u8| {
                    let step = f64::from(crf) / 6.0;
                    let bytes = (pixels * dear * 0.4 * (-step * 0.7).exp()) as u64;
                    let most = 60.0 + 38.0 * pixels / (854.0 * 480.0);
                    let quality = most - step.powf(1.5) * (1.0 + dear / 10.0);
                    Tried {
                        first_bytes: bytes * 4,
                        rest_bytes: bytes * 15,
                        first_quality: quality,
                        rest_quality: quality,
                    }
                };
                TRIAL_CRFS.map(at).to_vec()
            };
            sizes.iter().map(of_size).collect()
        });
        Trials {
            sizes,
            samples,
            tried: tried.to_vec(),
            measure: QualityMeasure::Vmaf,
            pilot: Vec::new(),
            cpu_ms: 1,
        }
    }

    #[test]
    fn a_ladder_rises_and_says_why() {
        let fixed = fixed_ladder(854, 480, RATE);
        let ladder = trials().ladder(25.0, &fixed).unwrap();
        assert!(ladder.rungs.len() >= 2, "{ladder:?}");
        assert!(ladder.rungs.iter().all(|rung| rung.max_kbps >= 200));
        assert_eq!(ladder.report.points.len(), 9);
        assert_eq!(ladder.report.fixed_kbps, [300, 700, 1500]);
    }

    #[test]
    fn dear_shots_give_to_cheap_ones() {
        let trials = trials();
        let ladder = trials.ladder(25.0, &[]).unwrap();
        let rung = ladder.rungs.last().unwrap();
        let crfs = trials.allocation(rung, &[(0, 100), (100, 100)], 25.0);
        assert!(
            crfs[0] <= rung.crf && rung.crf <= crfs[1],
            "{crfs:?} at {}",
            rung.crf
        );
        assert_eq!(trials.allocation(rung, &[(0, 200)], 25.0), [rung.crf]);
    }

    #[test]
    fn trials_that_are_not_there_give_no_ladder() {
        let mut trials = trials();
        trials.tried[0].pop();
        assert_eq!(trials.ladder(25.0, &[]), None);
    }
}
