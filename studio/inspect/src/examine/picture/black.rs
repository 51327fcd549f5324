//! Stretches of black.

use contracts_studio::master::VideoFacts;

use super::super::spans::Spans;
use super::{light, whole_frames};
use crate::limits::{BLACK_PIXEL, BLACK_SHARE, SHORTEST_BLACK};

/// Finds frames that are black but for a few pixels.
#[derive(Debug)]
pub(super) struct BlackFinder {
    brightest_black: u8,
    spans: Spans,
}

impl BlackFinder {
    pub(super) fn new(video: &VideoFacts) -> Self {
        Self {
            brightest_black: threshold(video, BLACK_PIXEL),
            spans: Spans::new(whole_frames(video.frame_rate, SHORTEST_BLACK), 0),
        }
    }

    /// Whether the frame is black.
    pub(super) fn frame(&mut self, at: u64, luma: &[u8]) -> bool {
        let dark = luma
            .iter()
            .filter(|code| **code <= self.brightest_black)
            .count();
        let black = dark as f64 >= luma.len() as f64 * BLACK_SHARE;
        if black {
            self.spans.mark(at, at + 1);
        }
        black
    }

    pub(super) fn finish(self) -> Vec<(u64, u64)> {
        self.spans.finish()
    }
}

/// The number that lies this share of the way from black to white.
pub(super) fn threshold(video: &VideoFacts, share: f64) -> u8 {
    let (black, white) = light::nominal(video);
    (f64::from(black) + share * f64::from(white - black)).round() as u8
}
