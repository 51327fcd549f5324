//! Flashes that can harm people with photosensitive epilepsy, after ITU-R BT.1702.
//!
//! A flash is a pair of opposing changes of luminance: by 20 cd/m² or more where the darker side is
//! below 160 cd/m², by a contrast of 1/17 or more where it is not. It counts when a quarter of the
//! screen changes together. More than three flashes within any second are a hazard.

use std::collections::VecDeque;

use contracts_studio::master::VideoFacts;

use super::super::spans::Spans;
use super::{light, whole_frames};
use crate::limits::{FLASH_AREA, FLASH_TOGETHER, FLASHES_A_SECOND};

/// Least difference that is a change, in cd/m², where the darker side is below [`BRIGHT`].
const CHANGE: f32 = 20.0;

/// Above this the contrast decides, in cd/m².
const BRIGHT: f32 = 160.0;

/// Least Michelson contrast of a change between bright sides.
const CONTRAST: f32 = 1.0 / 17.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

/// One pixel's last extremes.
#[derive(Debug, Clone, Copy)]
struct Pixel {
    direction: Option<Direction>,
    low: f32,
    high: f32,
}

impl Pixel {
    const UNSEEN: Self = Self {
        direction: None,
        low: f32::INFINITY,
        high: f32::NEG_INFINITY,
    };

    /// The change this luminance completes, if it does.
    fn take(&mut self, luminance: f32) -> Option<Direction> {
        self.low = self.low.min(luminance);
        self.high = self.high.max(luminance);
        let change = if self.direction != Some(Direction::Up) && changed(self.low, luminance) {
            Direction::Up
        } else if self.direction != Some(Direction::Down) && changed(luminance, self.high) {
            Direction::Down
        } else {
            return None;
        };
        *self = Self {
            direction: Some(change),
            low: luminance,
            high: luminance,
        };
        Some(change)
    }
}

fn changed(dark: f32, bright: f32) -> bool {
    if dark < BRIGHT {
        bright - dark >= CHANGE
    } else {
        (bright - dark) / (bright + dark) >= CONTRAST
    }
}

/// Follows every pixel of the small picture.
#[derive(Debug)]
pub(super) struct FlashFinder {
    luminances: Box<[f32; 256]>,
    pixels: Vec<Pixel>,
    /// Pixels that changed up and down in the last frames.
    recent: VecDeque<(usize, usize)>,
    together: usize,
    second: u64,
    last: Option<Direction>,
    /// Frames of the alternating changes within the last second.
    changes: VecDeque<u64>,
    spans: Spans,
}

impl FlashFinder {
    pub(super) fn new(video: &VideoFacts, pixels: usize) -> Self {
        let rate = video.frame_rate;
        let second = whole_frames(rate, std::time::Duration::from_secs(1));
        Self {
            luminances: light::luminances(video),
            pixels: vec![Pixel::UNSEEN; pixels],
            recent: VecDeque::new(),
            together: whole_frames(rate, FLASH_TOGETHER) as usize,
            second,
            last: None,
            changes: VecDeque::new(),
            spans: Spans::new(1, second),
        }
    }

    pub(super) fn frame(&mut self, at: u64, luma: &[u8]) {
        let (mut up, mut down) = (0, 0);
        for (pixel, code) in self.pixels.iter_mut().zip(luma) {
            match pixel.take(self.luminances[usize::from(*code)]) {
                Some(Direction::Up) => up += 1,
                Some(Direction::Down) => down += 1,
                None => {}
            }
        }
        self.recent.push_back((up, down));
        if self.recent.len() > self.together {
            self.recent.pop_front();
        }
        if let Some(direction) = self.of_the_screen()
            && self.last != Some(direction)
        {
            self.last = Some(direction);
            self.recent.clear();
            self.change(at);
        }
    }

    /// The direction in which enough of the screen has changed, most of what changed going that way: a
    /// texture that moves changes as much up as down.
    fn of_the_screen(&self) -> Option<Direction> {
        let sum =
            |(up, down): (usize, usize), (more, less): &(usize, usize)| (up + more, down + less);
        let (up, down) = self.recent.iter().fold((0, 0), sum);
        let needed = (self.pixels.len() as f64 * FLASH_AREA).max(1.0);
        let (direction, most, least) = if up >= down {
            (Direction::Up, up, down)
        } else {
            (Direction::Down, down, up)
        };
        (most as f64 >= needed && most >= 2 * least).then_some(direction)
    }

    fn change(&mut self, at: u64) {
        self.changes.push_back(at);
        while self
            .changes
            .front()
            .is_some_and(|first| at - first >= self.second)
        {
            self.changes.pop_front();
        }
        // Each flash is two changes; the one that follows three flashes begins a fourth.
        if self.changes.len() > 2 * FLASHES_A_SECOND
            && let Some(first) = self.changes.front()
        {
            self.spans.mark(*first, at + 1);
        }
    }

    pub(super) fn finish(self) -> Vec<(u64, u64)> {
        self.spans.finish()
    }
}
