//! Bars around the picture that stay through the whole film.

use contracts_studio::master::VideoFacts;

use super::black::threshold;
use crate::limits::{BAR_FRAMES_SHARE, BAR_PIXEL, NARROWEST_BARS};

/// Shares of the picture that are bars.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) struct Bars {
    /// Of the height, above and below together.
    pub(in super::super) rows: f64,
    /// Of the width, left and right together.
    pub(in super::super) columns: f64,
}

/// Counts for every row and column the frames in which it is black; black frames are not shown to it.
#[derive(Debug)]
pub(super) struct BarFinder {
    brightest_black: u8,
    width: usize,
    rows: Vec<u64>,
    columns: Vec<u64>,
    lit: Vec<bool>,
    frames: u64,
}

impl BarFinder {
    pub(super) fn new(video: &VideoFacts, width: usize, height: usize) -> Self {
        Self {
            brightest_black: threshold(video, BAR_PIXEL),
            width,
            rows: vec![0; height],
            columns: vec![0; width],
            lit: vec![false; width],
            frames: 0,
        }
    }

    pub(super) fn frame(&mut self, luma: &[u8]) {
        self.frames += 1;
        self.lit.fill(false);
        for (row, count) in luma.chunks_exact(self.width).zip(&mut self.rows) {
            let mut black = true;
            for (code, lit) in row.iter().zip(&mut self.lit) {
                let bright = *code > self.brightest_black;
                black &= !bright;
                *lit |= bright;
            }
            *count += u64::from(black);
        }
        for (lit, count) in self.lit.iter().zip(&mut self.columns) {
            *count += u64::from(!lit);
        }
    }

    /// The bars, when they are wide enough to be meant.
    pub(super) fn finish(self) -> Option<Bars> {
        let needed = self.frames as f64 * BAR_FRAMES_SHARE;
        let share = |counts: &[u64]| {
            let bar = |count: &&u64| **count as f64 >= needed;
            let before = counts.iter().take_while(bar).count();
            let behind = counts.iter().rev().take_while(bar).count();
            (before + behind).min(counts.len()) as f64 / counts.len() as f64
        };
        let bars = Bars {
            rows: share(&self.rows),
            columns: share(&self.columns),
        };
        let meant = |share: f64| (NARROWEST_BARS..1.0).contains(&share);
        (self.frames > 0 && (meant(bars.rows) || meant(bars.columns))).then_some(bars)
    }
}
