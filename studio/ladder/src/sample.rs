//! Which frames of a title are tried, and what the trials say of the whole.

use serde::{Deserialize, Serialize};

use crate::Rung;
use crate::curve::Trial;
use crate::limits::{
    CPU_SHARE, LEAST_TRIED, LONGEST_SAMPLE, MEASURE_SHARE, SAMPLE_FRAMES, SAMPLES, SCALE_COST,
    SCORE_COST, SCORED_EVERY, TAIL_FRAMES, TRIAL_CRFS,
};

/// Some frames of one segment, which stand for the segments around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Its first frame.
    pub start: u64,
    /// How many frames are tried.
    pub frames: u64,
    /// Frames behind them that are encoded with them and not looked at: an encoder spends on a frame
    /// what the frames after it make of it.
    pub tail: u64,
    /// The first frame that it stands for.
    pub stands_from: u64,
    /// Frames that it stands for.
    pub stands_for: u64,
    /// Segments that begin among them.
    pub segments: u64,
}

/// What a trial of one sample at one size and rate factor came to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// Bytes of the first frame, which needs no other.
    pub first_bytes: u64,
    /// Bytes of the other frames.
    pub rest_bytes: u64,
    /// Quality of the first frame.
    pub first_quality: f64,
    /// Quality of the others, pooled.
    pub rest_quality: f64,
}

/// Frames that may be tried so that analysis stays within [`CPU_SHARE`], but [`LEAST_TRIED`] of a short
/// title.
pub fn budget(frames: u64, fixed: &[Rung], tried: &[Rung]) -> u64 {
    let pixels = |rung: &Rung| f64::from(rung.width) * f64::from(rung.height);
    let encode: f64 = fixed.iter().map(pixels).sum();
    let largest = tried.iter().map(pixels).fold(0.0, f64::max);
    let score = largest * (SCORE_COST / SCORED_EVERY as f64 + SCALE_COST);
    let with_tail = 1.0 + TAIL_FRAMES as f64 / SAMPLE_FRAMES as f64;
    let each: f64 = tried
        .iter()
        .map(|rung| pixels(rung) * with_tail + score)
        .sum();
    let share = CPU_SHARE * encode / (each * TRIAL_CRFS.len() as f64).max(1.0);
    let within = (frames as f64 * share.min(1.0)) as u64;
    within.max(LEAST_TRIED.min(frames))
}

/// Frames of a title whose rungs may be scored once they are made, within [`MEASURE_SHARE`].
pub fn measure_budget(frames: u64, rungs: &[Rung]) -> u64 {
    let pixels = |rung: &Rung| f64::from(rung.width) * f64::from(rung.height);
    let encode: f64 = rungs.iter().map(pixels).sum();
    let largest = rungs.iter().map(pixels).fold(0.0, f64::max);
    let score = SCORE_COST / SCORED_EVERY as f64 + SCALE_COST;
    let each = largest * (1.0 + score * rungs.len() as f64);
    (frames as f64 * (MEASURE_SHARE * encode / each.max(1.0)).min(1.0)) as u64
}

/// A segment, or a part of one that is long beside the others.
#[derive(Debug, Clone, Copy)]
struct Piece {
    start: u64,
    frames: u64,
    begins_segment: bool,
    segment_end: u64,
}

/// What samples are taken for: each purpose looks elsewhere, so that the second is no echo of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To choose a ladder.
    Trial,
    /// To see what came of it.
    Measure,
}

/// Samples of a title with these segments (first frame, frames), spread evenly, within `budget` frames
/// where that is enough for one. Segments are divided where there are fewer than samples.
pub fn samples(segments: &[(u64, u64)], budget: u64, purpose: Purpose) -> Vec<Sample> {
    let wanted = usize::try_from(budget / SAMPLE_FRAMES).unwrap_or(SAMPLES);
    let pieces = pieces(segments, wanted.clamp(1, SAMPLES));
    let count = wanted.clamp(1, SAMPLES).min(pieces.len());
    let length = (budget / count.max(1) as u64).clamp(SAMPLE_FRAMES, LONGEST_SAMPLE);
    let group = |index: usize| {
        let border = |index: usize| pieces.len() * index / count;
        let members = &pieces[border(index)..border(index + 1)];
        let piece = members[members.len() / 2];
        let frames = piece.frames.min(length);
        // Somewhere in it, elsewhere in each: segments begin quietly more often than not.
        let shift = match purpose {
            Purpose::Trial => 0.0,
            Purpose::Measure => 0.5,
        };
        let place = (index as f64).mul_add(GOLDEN, shift).fract();
        let after = piece.segment_end - piece.start - frames;
        let room = (piece.frames - frames).min(after - after.min(TAIL_FRAMES));
        let start = piece.start + (room as f64 * place) as u64;
        let begin = members.iter().filter(|member| member.begins_segment);
        Sample {
            start,
            frames,
            tail: (piece.segment_end - start - frames).min(TAIL_FRAMES),
            stands_from: members[0].start,
            stands_for: members.iter().map(|member| member.frames).sum(),
            segments: begin.count() as u64,
        }
    };
    (0..count).map(group).collect()
}

/// Steps of this part of a whole never come near one another.
const GOLDEN: f64 = 0.618_033_988_75;

/// The segments, the longest halved until there are `wanted`, as far as a half has a sample's length.
fn pieces(segments: &[(u64, u64)], wanted: usize) -> Vec<Piece> {
    let whole = |&(start, frames): &(u64, u64)| Piece {
        start,
        frames,
        begins_segment: true,
        segment_end: start + frames,
    };
    let mut pieces: Vec<Piece> = segments.iter().map(whole).collect();
    while pieces.len() < wanted {
        let longest = (0..pieces.len()).max_by_key(|index| pieces[*index].frames);
        let Some(longest) = longest.filter(|it| pieces[*it].frames >= 2 * SAMPLE_FRAMES) else {
            break;
        };
        let half = pieces[longest].frames / 2;
        let rest = Piece {
            start: pieces[longest].start + half,
            frames: pieces[longest].frames - half,
            begins_segment: false,
            segment_end: pieces[longest].segment_end,
        };
        pieces[longest].frames = half;
        pieces.insert(longest + 1, rest);
    }
    pieces
}

/// What the whole of what these samples stand for takes and scores at one size and rate factor.
///
/// Every segment has one frame like a sample's first, and the rest like the rest. Quality is pooled by
/// the harmonic mean, which bad moments pull down.
pub fn whole(pairs: &[(Sample, Tried)], crf: u8, frames_per_second: f64) -> Trial {
    let (mut bits, mut frames, mut inverse) = (0.0, 0.0, 0.0);
    for (sample, tried) in pairs {
        let rest = (sample.stands_for - sample.segments.min(sample.stands_for)) as f64;
        let others = sample.frames.saturating_sub(1).max(1) as f64;
        let first = sample.segments as f64;
        bits += 8.0 * (first * tried.first_bytes as f64 + rest * tried.rest_bytes as f64 / others);
        inverse += first / (tried.first_quality + 1.0) + rest / (tried.rest_quality + 1.0);
        frames += first + rest;
    }
    let seconds = frames / frames_per_second.max(f64::MIN_POSITIVE);
    Trial {
        crf,
        kbps: (bits / seconds.max(f64::MIN_POSITIVE) / 1000.0).max(0.001),
        quality: (frames / inverse.max(f64::MIN_POSITIVE) - 1.0).clamp(0.0, 100.0),
    }
}

/// What a title scores of which each sample scored as much as its second says.
pub fn pooled(pairs: &[(Sample, f64)]) -> f64 {
    let (mut frames, mut inverse) = (0.0, 0.0);
    for (sample, quality) in pairs {
        frames += sample.stands_for as f64;
        inverse += sample.stands_for as f64 / (quality.max(0.0) + 1.0);
    }
    (frames / inverse.max(f64::MIN_POSITIVE) - 1.0).clamp(0.0, 100.0)
}

/// The harmonic mean of scores, each raised by one so that a single zero does not decide.
pub fn harmonic(scores: &[f64]) -> f64 {
    let inverse: f64 = scores
        .iter()
        .map(|score| 1.0 / (score.max(0.0) + 1.0))
        .sum();
    scores.len() as f64 / inverse.max(f64::MIN_POSITIVE) - 1.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_sample_of_everything_gives_back_what_was_tried() {
        let sample = Sample {
            start: 0,
            frames: 25,
            tail: 0,
            stands_from: 0,
            stands_for: 25,
            segments: 1,
        };
        let tried = Tried {
            first_bytes: 10_000,
            rest_bytes: 24_000,
            first_quality: 80.0,
            rest_quality: 80.0,
        };
        let trial = whole(&[(sample, tried)], 28, 25.0);
        assert!((trial.kbps - 272.0).abs() < 1e-6 && (trial.quality - 80.0).abs() < 1e-6);
        assert!((harmonic(&[1.0, 3.0]) - 5.0 / 3.0).abs() < 1e-9);
        assert!((pooled(&[(sample, 1.0), (sample, 3.0)]) - 5.0 / 3.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn samples_stand_for_every_frame_once_and_lie_in_what_they_stand_for(
            lengths in proptest::collection::vec(1_u64..150, 1..200), budget in 0_u64..5000,
        ) {
            let mut at = 0;
            let segments: Vec<_> = lengths.iter().map(|length| {
                at += length;
                (at - length, *length)
            }).collect();
            let samples = samples(&segments, budget, Purpose::Trial);
            prop_assert!(!samples.is_empty() && samples.len() <= SAMPLES);
            let mut next = 0;
            for sample in &samples {
                prop_assert_eq!(sample.stands_from, next);
                next += sample.stands_for;
                let end = sample.start + sample.frames;
                prop_assert!(sample.start >= sample.stands_from && end <= next);
                let inside = |&(start, frames): &(u64, u64)| {
                    start <= sample.start && end + sample.tail <= start + frames
                };
                prop_assert!(segments.iter().any(inside), "one segment holds sample and tail");
                prop_assert!(sample.frames > 0);
            }
            prop_assert_eq!(next, at);
            let begun: u64 = samples.iter().map(|sample| sample.segments).sum();
            prop_assert_eq!(begun, segments.len() as u64);
            let spent: u64 = samples.iter().map(|sample| sample.frames).sum();
            prop_assert!(spent <= budget.max(SAMPLE_FRAMES));
        }
    }
}
