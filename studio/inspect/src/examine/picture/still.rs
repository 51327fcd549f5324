//! Pictures that stand still, and frames that are repeated in a rhythm.

use contracts_delivery::FrameRate;

use super::super::spans::Spans;
use super::whole_frames;
use crate::limits::{
    LONGEST_REPEAT, LONGEST_RHYTHM, RHYTHM_REPEATS, RHYTHM_SHARE, SHORTEST_FREEZE, STILL_MEAN,
};

/// What stood still.
#[derive(Debug, Default)]
pub(in super::super) struct Stills {
    pub(in super::super) freezes: Vec<(u64, u64)>,
    /// Frames repeated while the picture moved on around them.
    pub(in super::super) repeated: u64,
    /// One frame in this many is a repeat.
    pub(in super::super) repeat_every: Option<u32>,
}

/// Compares every frame with the one before, and with the first of its stretch so that slow movement
/// is not taken for none.
#[derive(Debug)]
pub(super) struct StillFinder {
    previous: Vec<u8>,
    anchor: Vec<u8>,
    anchor_at: u64,
    /// Frames in a row that repeat the one before, up to now.
    run: u64,
    longest_repeat: u64,
    last_repeat: Option<u64>,
    repeated: u64,
    /// How often a repeat came this many frames after the one before.
    gaps: [u64; LONGEST_RHYTHM + 1],
    freezes: Spans,
    frames: u64,
}

impl StillFinder {
    pub(super) fn new(rate: FrameRate, pixels: usize) -> Self {
        Self {
            previous: vec![0; pixels],
            anchor: vec![0; pixels],
            anchor_at: 0,
            run: 0,
            longest_repeat: whole_frames(rate, LONGEST_REPEAT),
            last_repeat: None,
            repeated: 0,
            gaps: [0; LONGEST_RHYTHM + 1],
            freezes: Spans::new(whole_frames(rate, SHORTEST_FREEZE), 0),
            frames: 0,
        }
    }

    /// Takes a frame; black ones are told elsewhere.
    pub(super) fn frame(&mut self, at: u64, luma: &[u8], black: bool) {
        let first = self.frames == 0;
        self.frames += 1;
        if !first && luma == self.previous {
            self.run += 1;
        } else {
            self.end_run(at);
        }
        self.previous.copy_from_slice(luma);
        if first || black || !alike(luma, &self.anchor) {
            self.anchor.copy_from_slice(luma);
            self.anchor_at = at;
            self.freezes.close();
        } else {
            self.freezes.mark(self.anchor_at, at + 1);
        }
    }

    /// A run of repeats has ended before frame `at`.
    fn end_run(&mut self, at: u64) {
        let run = std::mem::take(&mut self.run);
        if run == 0 || run > self.longest_repeat {
            return;
        }
        self.repeated += run;
        let last = at - 1;
        if let Some(gap) = self.last_repeat.map(|before| last - before)
            && let Some(count) = usize::try_from(gap)
                .ok()
                .and_then(|gap| self.gaps.get_mut(gap))
        {
            *count += 1;
        }
        self.last_repeat = Some(last);
    }

    pub(super) fn finish(self) -> Stills {
        let repeats: u64 = self.gaps.iter().sum();
        let usual = (2..).zip(&self.gaps[2..]).max_by_key(|(_, count)| **count);
        let rhythm = usual.filter(|(gap, count)| {
            let kept = **count as f64;
            **count >= RHYTHM_REPEATS
                && kept >= repeats as f64 * RHYTHM_SHARE
                // It goes on through most of the film, not through one shot of it.
                && kept * f64::from(*gap) >= self.frames as f64 * RHYTHM_SHARE
        });
        Stills {
            freezes: self.freezes.finish(),
            repeated: self.repeated,
            repeat_every: rhythm.map(|(gap, _)| gap),
        }
    }
}

/// Whether two frames differ by no more than coding noise.
fn alike(a: &[u8], b: &[u8]) -> bool {
    let apart: u64 = a
        .iter()
        .zip(b)
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    apart as f64 <= a.len() as f64 * STILL_MEAN
}
