//! The title's segments, fixed before anything is encoded.

use std::time::Duration;

use contracts_delivery::FrameRate;
use serde::{Deserialize, Serialize};

use crate::limits::{LONGEST_SEGMENT, SHORTEST_SEGMENT, USUAL_SEGMENT};

/// Where each segment of a title starts, in frames of its constant frame grid; the same for every rung.
///
/// Invariants, checked by [`SegmentPlan::check`]: the rate and the frame count are positive, the first
/// start is 0, starts strictly increase and the last lies before `frames`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentPlan {
    /// Of the conformed picture; constant.
    pub frame_rate: FrameRate,
    /// Frames in the title.
    pub frames: u64,
    /// The first frame of each segment.
    pub starts: Vec<u64>,
}

/// One segment of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Its first frame, counted from the title's first.
    pub start: u64,
    /// How many frames it has.
    pub frames: u64,
}

/// The plan breaks one of its invariants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPlan {
    /// Nothing to cut up.
    #[error("a plan needs at least one frame and a positive frame rate")]
    Empty,
    /// Starts must be 0 first, then strictly increasing, each before the title's end.
    #[error("segment {0} starts out of order or outside the title")]
    Start(usize),
}

impl SegmentPlan {
    /// Checks the invariants; for plans that were read back from a store.
    pub fn check(&self) -> Result<(), BadPlan> {
        let FrameRate {
            numerator,
            denominator,
        } = self.frame_rate;
        if self.frames == 0 || numerator == 0 || denominator == 0 {
            return Err(BadPlan::Empty);
        }
        if self.starts.first() != Some(&0) {
            return Err(BadPlan::Start(0));
        }
        let ends = self.starts.iter().skip(1).chain([&self.frames]);
        match self
            .starts
            .iter()
            .zip(ends)
            .position(|(start, end)| start >= end)
        {
            Some(at) => Err(BadPlan::Start(at)),
            None => Ok(()),
        }
    }

    /// The segments in order.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = Segment> + '_ {
        (0..self.starts.len()).map(|index| {
            let start = self.starts[index];
            let end = self.starts.get(index + 1).copied().unwrap_or(self.frames);
            Segment {
                start,
                frames: end - start,
            }
        })
    }

    /// When `frame` is shown, counted from the title's first frame; rounded down to a nanosecond.
    pub fn time_of(&self, frame: u64) -> Duration {
        let FrameRate {
            numerator,
            denominator,
        } = self.frame_rate;
        let nanos = u128::from(frame) * u128::from(denominator) * 1_000_000_000
            / u128::from(numerator.max(1));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// How long the picture is.
    pub fn duration(&self) -> Duration {
        self.time_of(self.frames)
    }
}

/// Plans the segments of a title of `frames` frames with hard cuts at `cuts` (in any order).
///
/// Every cut becomes a segment start unless it lies less than [`SHORTEST_SEGMENT`] after the start before
/// it or before the title's end; that takes as many cuts as any plan could. Stretches longer than
/// [`LONGEST_SEGMENT`] are divided evenly into lengths near [`USUAL_SEGMENT`]. A title shorter than the
/// shortest segment is one segment.
///
/// # Errors
/// [`BadPlan::Empty`] when there is no frame or the rate is zero.
pub fn plan_segments(
    frame_rate: FrameRate,
    frames: u64,
    cuts: &[u64],
) -> Result<SegmentPlan, BadPlan> {
    if frames == 0 || frame_rate.numerator == 0 || frame_rate.denominator == 0 {
        return Err(BadPlan::Empty);
    }
    let lengths = Lengths::at(frame_rate);
    let mut cuts = cuts.to_vec();
    cuts.sort_unstable();
    let mut starts = vec![0];
    for cut in cuts {
        let last = starts[starts.len() - 1];
        if cut >= last + lengths.shortest && cut.saturating_add(lengths.shortest) <= frames {
            lengths.divide(last, cut, &mut starts);
            starts.push(cut);
        }
    }
    let last = starts[starts.len() - 1];
    lengths.divide(last, frames, &mut starts);
    Ok(SegmentPlan {
        frame_rate,
        frames,
        starts,
    })
}

/// The bounds of a segment's length in frames of one rate.
#[derive(Debug, Clone, Copy)]
struct Lengths {
    shortest: u64,
    usual: u64,
    longest: u64,
}

impl Lengths {
    fn at(rate: FrameRate) -> Self {
        let frames = |time: Duration| time.as_secs() * u64::from(rate.numerator);
        let denominator = u64::from(rate.denominator);
        let shortest = frames(SHORTEST_SEGMENT).div_ceil(denominator).max(1);
        // A longest of at least twice the shortest less one lets every stretch be divided, even at
        // rates below one frame a second, where whole frames are coarser than the bounds.
        let longest = (frames(LONGEST_SEGMENT) / denominator).max(2 * shortest - 1);
        let usual = (frames(USUAL_SEGMENT) / denominator).clamp(shortest, longest);
        Self {
            shortest,
            usual,
            longest,
        }
    }

    /// Adds the starts that divide `from..to` evenly into segments within the bounds.
    fn divide(self, from: u64, to: u64, starts: &mut Vec<u64>) {
        let gap = to - from;
        let fewest = gap.div_ceil(self.longest);
        let most = (gap / self.shortest).max(1);
        let parts = ((gap + self.usual / 2) / self.usual).clamp(fewest, most.max(fewest));
        let part = |index: u64| {
            let offset = u128::from(gap) * u128::from(index) / u128::from(parts);
            from + u64::try_from(offset).unwrap_or(gap)
        };
        starts.extend((1..parts).map(part));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FILM: FrameRate = FrameRate {
        numerator: 24_000,
        denominator: 1001,
    };

    fn starts(frames: u64, cuts: &[u64]) -> Vec<u64> {
        plan_segments(
            FrameRate {
                numerator: 25,
                denominator: 1,
            },
            frames,
            cuts,
        )
        .unwrap()
        .starts
    }

    #[test]
    fn segments_start_on_cuts_and_long_stretches_are_divided_evenly() {
        assert_eq!(starts(300, &[60, 70, 180]), [0, 60, 180]);
        assert_eq!(starts(300, &[]), [0, 100, 200]);
        assert_eq!(starts(300, &[290]), [0, 100, 200]);
        assert_eq!(starts(500, &[400, 100]), [0, 100, 200, 300, 400]);
        assert_eq!(starts(49, &[20]), [0]);
        assert_eq!(starts(1, &[]), [0]);
    }

    #[test]
    fn nothing_cannot_be_planned() {
        assert_eq!(plan_segments(FILM, 0, &[]), Err(BadPlan::Empty));
        let stopped = FrameRate {
            numerator: 0,
            denominator: 1,
        };
        assert_eq!(plan_segments(stopped, 10, &[]), Err(BadPlan::Empty));
    }

    #[test]
    fn a_plan_read_back_with_torn_starts_is_refused() {
        let plan = |starts: &[u64]| SegmentPlan {
            frame_rate: FILM,
            frames: 100,
            starts: starts.into(),
        };
        assert_eq!(plan(&[0, 50]).check(), Ok(()));
        assert_eq!(plan(&[]).check(), Err(BadPlan::Start(0)));
        assert_eq!(plan(&[1]).check(), Err(BadPlan::Start(0)));
        assert_eq!(plan(&[0, 50, 50]).check(), Err(BadPlan::Start(1)));
        assert_eq!(plan(&[0, 100]).check(), Err(BadPlan::Start(1)));
    }

    #[test]
    fn time_is_exact_on_the_grid() {
        let plan = plan_segments(FILM, 24_000, &[]).unwrap();
        assert_eq!(plan.duration(), Duration::from_secs(1001));
    }

    fn rates() -> impl Strategy<Value = FrameRate> {
        prop_oneof![
            Just(FILM),
            (1_u32..120_000, 1_u32..5_000).prop_map(|(numerator, denominator)| FrameRate {
                numerator,
                denominator
            }),
        ]
    }

    proptest! {
        #[test]
        fn plans_keep_their_bounds_and_use_every_cut_they_can(
            rate in rates(),
            frames in 1_u64..20_000,
            cuts in proptest::collection::vec(0_u64..21_000, 0..60),
        ) {
            let plan = plan_segments(rate, frames, &cuts).unwrap();
            prop_assert_eq!(plan.check(), Ok(()));
            let lengths = Lengths::at(rate);
            for segment in plan.segments() {
                prop_assert!(segment.frames <= lengths.longest);
                prop_assert!(segment.frames >= lengths.shortest.min(frames));
            }
            for cut in cuts {
                let used = plan.starts.contains(&cut);
                let crowded = cut + lengths.shortest > frames
                    || plan.starts.iter().any(|start| start.abs_diff(cut) < lengths.shortest);
                prop_assert!(used || crowded, "cut {cut} left out of {:?}", plan.starts);
            }
        }
    }
}
