//! Chunks: what one encoding job makes.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::SegmentPlan;

/// A run of whole consecutive segments. The chunks of a plan are its ledger: every frame of the title is
/// in exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Chunk {
    /// Its place in the title, from 0.
    pub index: u32,
    /// The first of its segments, an index into [`SegmentPlan::starts`].
    pub first_segment: usize,
    /// How many segments it has.
    pub segments: usize,
    /// Its first frame.
    pub start_frame: u64,
    /// How many frames it has.
    pub frames: u64,
}

impl Chunk {
    /// The starts of its segments, in frames counted from the chunk's own first.
    pub fn segment_offsets(&self, plan: &SegmentPlan) -> Vec<u64> {
        plan.starts
            .iter()
            .skip(self.first_segment)
            .take(self.segments)
            .map(|start| start - self.start_frame)
            .collect()
    }
}

/// Groups a plan's segments into chunks of about `target`, as even as segment starts allow.
/// The plan must pass [`SegmentPlan::check`], as every plan made by [`crate::plan_segments`] does.
pub fn chunks(plan: &SegmentPlan, target: Duration) -> Vec<Chunk> {
    let borders = borders(plan, target);
    let ends = borders.iter().skip(1).copied().chain([plan.starts.len()]);
    borders
        .iter()
        .zip(ends)
        .enumerate()
        .map(|(index, (&first, end))| {
            let end_frame = plan.starts.get(end).copied().unwrap_or(plan.frames);
            Chunk {
                index: u32::try_from(index).unwrap_or(u32::MAX),
                first_segment: first,
                segments: end - first,
                start_frame: plan.starts[first],
                frames: end_frame - plan.starts[first],
            }
        })
        .collect()
}

/// The first segment of each chunk: those that start nearest to an even division of the title.
fn borders(plan: &SegmentPlan, target: Duration) -> Vec<usize> {
    let wanted = plan.duration().as_secs_f64() / target.as_secs_f64().max(f64::MIN_POSITIVE);
    let count = (wanted.round() as usize).clamp(1, plan.starts.len().max(1));
    let mut borders: Vec<usize> = (0..count)
        .map(|index| {
            let ideal = u128::from(plan.frames) * index as u128 / count as u128;
            nearest(&plan.starts, u64::try_from(ideal).unwrap_or(u64::MAX))
        })
        .collect();
    borders.dedup();
    borders
}

/// The index of the start nearest to `frame`.
fn nearest(starts: &[u64], frame: u64) -> usize {
    let after = starts.partition_point(|start| *start < frame);
    let before = after.saturating_sub(1);
    match starts.get(after) {
        Some(next) if next - frame < frame.abs_diff(starts[before]) => after,
        _ => before,
    }
}

#[cfg(test)]
mod tests {
    use contracts_delivery::FrameRate;
    use proptest::prelude::*;

    use super::*;
    use crate::limits::CHUNK_TARGET;
    use crate::plan_segments;

    const RATE: FrameRate = FrameRate {
        numerator: 25,
        denominator: 1,
    };

    #[test]
    fn a_minute_without_cuts_is_four_even_chunks() {
        let plan = plan_segments(RATE, 1500, &[]).unwrap();
        let chunks = chunks(&plan, CHUNK_TARGET);
        let frames: Vec<_> = chunks.iter().map(|chunk| chunk.frames).collect();
        assert_eq!(frames, [400, 300, 400, 400]);
        assert_eq!(chunks[1].segment_offsets(&plan), [0, 100, 200]);
    }

    proptest! {
        #[test]
        fn every_frame_is_in_exactly_one_chunk_of_whole_segments(
            frames in 1_u64..30_000,
            cuts in proptest::collection::vec(0_u64..30_000, 0..80),
            target in 0_u64..40,
        ) {
            let plan = plan_segments(RATE, frames, &cuts).unwrap();
            let chunks = chunks(&plan, Duration::from_secs(target));
            let (mut next_frame, mut next_segment) = (0, 0);
            for (index, chunk) in chunks.iter().enumerate() {
                prop_assert_eq!(chunk.index as usize, index);
                prop_assert_eq!(chunk.start_frame, next_frame);
                prop_assert_eq!(chunk.first_segment, next_segment);
                prop_assert!(chunk.segments > 0 && chunk.frames > 0);
                prop_assert_eq!(chunk.segment_offsets(&plan)[0], 0);
                next_frame += chunk.frames;
                next_segment += chunk.segments;
            }
            prop_assert_eq!((next_frame, next_segment), (frames, plan.starts.len()));
        }

        #[test]
        fn chunks_of_the_usual_target_are_about_that_long(
            frames in 250_u64..30_000,
            cuts in proptest::collection::vec(0_u64..30_000, 0..80),
        ) {
            let plan = plan_segments(RATE, frames, &cuts).unwrap();
            for chunk in chunks(&plan, CHUNK_TARGET) {
                // Even division gives 11.25 to 22.5 s; a border moves by half a segment at most.
                prop_assert!(chunk.frames <= (22.5 * 25.0) as u64 + 150);
                prop_assert!(chunk.frames >= 25 * 5);
            }
        }
    }
}
