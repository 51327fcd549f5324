//! How the finished rungs look where their chunks join.

use std::path::Path;
use std::time::Duration;

use contracts_delivery::FrameRate;
use contracts_studio::Seams;
use studio_encode::{EncodeError, EncodedChunk, Judge, Judged, Span};
use studio_shots::{Chunk, SegmentPlan};

use super::score::file;
use crate::limits::{SEAM_EDGE, SEAM_FRAMES, SEAMS};

/// What all joins of a title have in common.
pub(super) struct Joins<'a> {
    pub(super) judge: &'a Judge<'a>,
    pub(super) plan: &'a SegmentPlan,
    pub(super) chunks: &'a [Chunk],
    /// Rung by rung, each one's chunks in order.
    pub(super) rungs: &'a [&'a [EncodedChunk]],
    pub(super) folder: &'a Path,
}

impl Joins<'_> {
    /// The joins that are looked at, spread evenly: each the index of the chunk behind it. Those with too
    /// few frames on a side say nothing.
    fn chosen(&self) -> Vec<usize> {
        let enough = |index: &usize| {
            let frames = |index: usize| self.chunks[index].frames;
            frames(*index - 1).min(frames(*index)) >= SEAM_FRAMES
        };
        let all: Vec<usize> = (1..self.chunks.len()).filter(enough).collect();
        let count = all.len().min(SEAMS);
        (0..count).map(|at| all[all.len() * at / count]).collect()
    }

    /// For each rung how it looks at the joins; empty where there is none. The second is CPU time.
    pub(super) async fn look(&self) -> Result<(Vec<Seams>, Duration), EncodeError> {
        let mut found = vec![Vec::new(); self.rungs.len()];
        let mut cpu = Duration::ZERO;
        for index in self.chosen() {
            let (dips, spent) = self.one(index).await?;
            cpu += spent;
            let at = in_ms(self.chunks[index].start_frame, self.plan.frame_rate);
            for (found, dip) in found.iter_mut().zip(dips) {
                found.push((at, dip));
            }
        }
        Ok((found.iter().filter_map(|dips| seams(dips)).collect(), cpu))
    }

    /// How far each rung dips at the join before a chunk.
    async fn one(&self, index: usize) -> Result<(Vec<f64>, Duration), EncodeError> {
        let folder = self.folder.join(format!("seam-{index}"));
        let disk = |source| EncodeError::Disk {
            path: folder.clone(),
            source,
        };
        tokio::fs::create_dir_all(&folder).await.map_err(disk)?;
        let (before, join) = (&self.chunks[index - 1], self.chunks[index].start_frame);
        let span = Span {
            start: join - SEAM_FRAMES,
            frames: 2 * SEAM_FRAMES,
        };
        let reference = self.judge.reference(span, &folder).await?;
        // The key frame that reading begins with: that of the segment which holds the span's first frame.
        let starts = &self.plan.starts;
        let after = starts.partition_point(|start| *start <= span.start);
        let begin = after.checked_sub(1).map_or(0, |at| starts[at]);
        let begin = begin.max(before.start_frame);
        // Half a frame late, so that rounding finds this key frame and not the one before it.
        let inside = (begin - before.start_frame) as f64 + 0.5;
        let judged = |chunks: &&[EncodedChunk]| {
            Ok(Judged {
                files: vec![file(&chunks[index - 1])?, file(&chunks[index])?],
                from: Some(inside / self.plan.frame_rate.per_second()),
                skip: span.start - begin,
            })
        };
        let judged: Result<Vec<_>, EncodeError> = self.rungs.iter().map(judged).collect();
        let scores = self.judge.score(&reference, &judged?, 1, &folder).await?;
        tokio::fs::remove_dir_all(&folder).await.map_err(disk)?;
        let dips = scores.each.iter().map(|scores| dip(scores));
        Ok((dips.collect(), reference.cpu + scores.cpu))
    }
}

/// How much worse the frames on either side of the middle are than those beyond them, at worst; never
/// negative.
fn dip(scores: &[f64]) -> f64 {
    let (before, after) = scores.split_at(scores.len() / 2);
    let edge = SEAM_EDGE.min(before.len().saturating_sub(1));
    let (far_before, near_before) = before.split_at(before.len() - edge);
    let (near_after, far_after) = after.split_at(edge.min(after.len()));
    let worse = |far: &[f64], near: &[f64]| mean(far) - mean(near);
    worse(far_before, near_before)
        .max(worse(far_after, near_after))
        .max(0.0)
}

fn mean(scores: &[f64]) -> f64 {
    scores.iter().sum::<f64>() / scores.len().max(1) as f64
}

fn seams(dips: &[(u64, f64)]) -> Option<Seams> {
    let (worst_ms, worst_dip) = *dips.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let sum: f64 = dips.iter().map(|(_, dip)| dip).sum();
    Some(Seams {
        joins: u32::try_from(dips.len()).unwrap_or(u32::MAX),
        mean_dip: sum / dips.len() as f64,
        worst_dip,
        worst_ms,
    })
}

fn in_ms(frame: u64, rate: FrameRate) -> u64 {
    let scaled = u128::from(frame) * u128::from(rate.denominator) * 1000;
    u64::try_from(scaled / u128::from(rate.numerator.max(1))).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
