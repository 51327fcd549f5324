//! Which frames of a title are tried, and what scores of them come to.

use serde::{Deserialize, Serialize};

use crate::limits::{LONGEST_SAMPLE, SAMPLE_FRAMES, SAMPLES, TAIL_FRAMES};

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

/// A segment, or a part of one that is long beside the others.
#[derive(Debug, Clone, Copy)]
struct Piece {
    start: u64,
    frames: u64,
    begins_segment: bool,
    segment_end: u64,
}

impl Piece {
    /// How far behind its start a sample of `length` frames may begin, so that it lies in the piece and its
    /// tail in the segment.
    fn room(&self, length: u64) -> u64 {
        let frames = self.frames.min(length);
        let after = self.segment_end - self.start - frames;
        (self.frames - frames).min(after - after.min(TAIL_FRAMES))
    }
}

/// Where among these pieces a sample's frames, but for the first of a segment, take most nearly what all
/// of theirs take on average.
fn usual(members: &[Piece], length: u64, pilot: &[u32]) -> Option<(Piece, u64)> {
    let mean = |start: u64, frames: u64| {
        let from = usize::try_from(start).ok()?;
        let own = pilot.get(from..from.checked_add(usize::try_from(frames).ok()?)?)?;
        let sum: u64 = own.iter().map(|bytes| u64::from(*bytes)).sum();
        Some((sum as f64, own.len() as f64))
    };
    let rest = |piece: &Piece| {
        let skipped = u64::from(piece.begins_segment).min(piece.frames);
        mean(piece.start + skipped, piece.frames - skipped)
    };
    let all: Option<Vec<(f64, f64)>> = members.iter().map(rest).collect();
    let (bytes, frames) = all?
        .iter()
        .fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    let wanted = bytes / f64::max(frames, 1.0);
    let places = members.iter().flat_map(|piece| {
        let first = u64::from(piece.begins_segment).min(piece.room(length));
        (first..=piece.room(length)).map(move |offset| (*piece, piece.start + offset))
    });
    let off = |(piece, start): &(Piece, u64)| {
        let own = mean(*start, piece.frames.min(length));
        own.map_or(f64::INFINITY, |(bytes, frames)| {
            ((bytes / frames.max(1.0) + 1.0) / (wanted + 1.0))
                .ln()
                .abs()
        })
    };
    places.min_by(|a, b| off(a).total_cmp(&off(b)))
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
/// where that is enough for one. Segments are divided where there are fewer than samples. `pilot` is what
/// each of the title's frames took where all of them were encoded: a sample is then taken where frames
/// take what those that it stands for take on average.
pub fn samples(
    segments: &[(u64, u64)],
    budget: u64,
    purpose: Purpose,
    pilot: Option<&[u32]>,
) -> Vec<Sample> {
    let wanted = usize::try_from(budget / SAMPLE_FRAMES).unwrap_or(SAMPLES);
    let pieces = pieces(segments, wanted.clamp(1, SAMPLES));
    let count = wanted.clamp(1, SAMPLES).min(pieces.len());
    let length = (budget / count.max(1) as u64).clamp(SAMPLE_FRAMES, LONGEST_SAMPLE);
    let group = |index: usize| {
        let border = |index: usize| pieces.len() * index / count;
        let members = &pieces[border(index)..border(index + 1)];
        let usual = pilot.and_then(|pilot| usual(members, length, pilot));
        let (piece, start) = usual.unwrap_or_else(|| {
            let piece = members[members.len() / 2];
            // Somewhere in it, elsewhere in each: segments begin quietly more often than not.
            let shift = match purpose {
                Purpose::Trial => 0.0,
                Purpose::Measure => 0.5,
            };
            let place = (index as f64).mul_add(GOLDEN, shift).fract();
            let start = piece.start + (piece.room(length) as f64 * place) as u64;
            (piece, start)
        });
        let frames = piece.frames.min(length);
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
    fn bad_moments_pull_down() {
        let sample = samples(&[(0, 25)], 25, Purpose::Measure, None)[0];
        assert!((harmonic(&[1.0, 3.0]) - 5.0 / 3.0).abs() < 1e-9);
        assert!((pooled(&[(sample, 1.0), (sample, 3.0)]) - 5.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn a_pilot_shows_where_frames_are_as_they_are_on_average() {
        // Still, then busy, then in between; the first frame of a segment says nothing.
        let mut frames = vec![10_u32; 100];
        frames.extend([400; 100]);
        frames.extend([200; 100]);
        frames[0] = 9000;
        let mean = |of: &[u32]| f64::from(of.iter().sum::<u32>()) / of.len() as f64;
        let found = samples(&[(0, 300)], 12, Purpose::Trial, Some(&frames))[0];
        let (start, end) = (found.start as usize, (found.start + found.frames) as usize);
        let apart = mean(&frames[start..end]) / mean(&frames[1..]);
        assert!((0.95..1.05).contains(&apart), "{apart} {found:?}");
        let short = samples(&[(0, 300)], 12, Purpose::Trial, Some(&frames[..50]));
        assert_eq!(short, samples(&[(0, 300)], 12, Purpose::Trial, None));
    }

    proptest! {
        #[test]
        fn samples_stand_for_every_frame_once_and_lie_in_what_they_stand_for(
            lengths in proptest::collection::vec(1_u64..150, 1..200), budget in 0_u64..5000,
            pilot in proptest::option::of(proptest::collection::vec(0_u32..9000, 2000..9000)),
        ) {
            let mut at = 0;
            let segments: Vec<_> = lengths.iter().map(|length| {
                at += length;
                (at - length, *length)
            }).collect();
            let samples = samples(&segments, budget, Purpose::Trial, pilot.as_deref());
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
