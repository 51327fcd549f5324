//! How much of a title may be looked at, in frames, for a share of what encoding it takes.

use crate::Rung;
use crate::limits::{
    CPU_SHARE, MEASURE_SHARE, PILOT_SHARE, SAMPLE_FRAMES, SCALE_COST, SCORE_COST, SCORED_EVERY,
    TAIL_FRAMES, TRIAL_CRFS,
};

/// What analysis may look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Frames that may be tried.
    pub tried: u64,
    /// Whether all of the title is encoded once at the smallest size.
    pub pilot: bool,
}

impl Budget {
    /// Of a title with so many frames, so that analysis stays within [`CPU_SHARE`]; at least
    /// [`SAMPLE_FRAMES`]. `fixed` is the published ladder for it, `tried` are the sizes that are tried.
    pub fn of(frames: u64, fixed: &[Rung], tried: &[Rung]) -> Self {
        let largest = tried.iter().map(pixels).fold(0.0, f64::max);
        // Every rendition reads the master for itself.
        let read = SCALE_COST * largest;
        let encode: f64 = fixed.iter().map(|rung| pixels(rung) + read).sum();
        let smallest = tried.iter().map(pixels).fold(f64::INFINITY, f64::min);
        let of_pilot = (smallest + read) / encode.max(1.0);
        let pilot = of_pilot <= PILOT_SHARE * CPU_SHARE;
        let left = CPU_SHARE - if pilot { of_pilot } else { 0.0 };
        let score = largest * (SCORE_COST / SCORED_EVERY as f64 + SCALE_COST);
        let with_tail = 1.0 + TAIL_FRAMES as f64 / SAMPLE_FRAMES as f64;
        let each = tried
            .iter()
            .map(|rung| pixels(rung) * with_tail + score)
            .sum::<f64>();
        let share = left * encode / (each * TRIAL_CRFS.len() as f64).max(1.0);
        let within = (frames as f64 * share.min(1.0)) as u64;
        Self {
            tried: within.max(SAMPLE_FRAMES).min(frames),
            pilot,
        }
    }
}

/// Frames of a title whose rungs may be scored once they are made, within [`MEASURE_SHARE`].
pub fn measure_budget(frames: u64, rungs: &[Rung]) -> u64 {
    let encode: f64 = rungs.iter().map(pixels).sum();
    let largest = rungs.iter().map(pixels).fold(0.0, f64::max);
    let score = SCORE_COST / SCORED_EVERY as f64 + SCALE_COST;
    let each = largest * (1.0 + score * rungs.len() as f64);
    (frames as f64 * (MEASURE_SHARE * encode / each.max(1.0)).min(1.0)) as u64
}

fn pixels(rung: &Rung) -> f64 {
    f64::from(rung.width) * f64::from(rung.height)
}

#[cfg(test)]
mod tests {
    use contracts_delivery::FrameRate;

    use super::*;
    use crate::{candidates, fixed_ladder};

    const FILM: FrameRate = FrameRate {
        numerator: 24,
        denominator: 1,
    };

    fn of(frames: u64, width: u32, height: u32) -> Budget {
        let fixed = fixed_ladder(width, height, FILM);
        Budget::of(frames, &fixed, &candidates(width, height, FILM))
    }

    #[test]
    fn a_short_title_is_tried_for_its_share_and_no_more() {
        let (short, long) = (of(192, 1920, 1080), of(1920, 1920, 1080));
        assert!(short.pilot && long.pilot);
        assert!((SAMPLE_FRAMES..30).contains(&short.tried), "{short:?}");
        assert!((240..270).contains(&long.tried), "{long:?}");
        assert_eq!(of(5, 1920, 1080).tried, 5);
    }

    #[test]
    fn a_title_of_one_size_has_no_pilot() {
        assert!(!of(1000, 320, 180).pilot);
    }
}
