//! Dissolves: stretches in which every frame is a mixture of the first and the last.
//!
//! Motion does not pass for one: half-way through a pan the picture is not the mean of its ends.

use super::window::{REACH, Window};
use super::{Boundary, Change};

/// Half-lengths tried, in frames; the longest is what the window reaches.
const HALVES: [isize; 6] = [6, 9, 13, 19, 27, REACH as isize];

/// Where between the ends mixtures are measured, in sixths of the half-length.
const SIXTHS: [isize; 7] = [-5, -3, -2, 0, 2, 3, 5];

/// Ends nearer than this are not two pictures, in brightness steps.
const APART: f32 = 10.0;

/// Ends more alike than this are one picture under another light.
const UNLIKE: f32 = 0.75;

/// Ends with less in them than this are a fade's.
const CONTENT: f32 = 6.0;

/// Ends of which a smaller part differs are one picture with a title laid over it.
const CHANGED: f32 = 0.6;

/// What mixtures may leave unexplained, as a part of how far the ends are apart.
const UNEXPLAINED: f32 = 0.33;

/// How far a share may be from what steady mixing gives. A cut's is all or nothing.
const UNEVEN: f32 = 0.13;

/// Frames without a candidate after which a dissolve has passed.
const PASSED: u64 = 8;

/// The best middle so far of the dissolve under way.
#[derive(Debug, Clone, Copy)]
struct Middle {
    frame: u64,
    apart: f32,
    off: f32,
    last: u64,
}

/// Remembers the dissolve under way.
#[derive(Debug, Default)]
pub(crate) struct Gradual {
    best: Option<Middle>,
}

impl Gradual {
    /// Looks at the window's middle frame; gives a dissolve that has passed.
    pub(crate) fn judge(&mut self, window: &Window) -> Option<Boundary> {
        let frame = window.frame();
        let passed = self.best.is_some_and(|best| frame > best.last + PASSED);
        let given = if passed { self.finish() } else { None };
        let fits = HALVES.iter().filter_map(|half| mixed(window, *half));
        // The ends that are furthest apart are the two shots themselves.
        if let Some((apart, off)) = fits.max_by(|a, b| a.0.total_cmp(&b.0)) {
            let new = Middle {
                frame,
                apart,
                off,
                last: frame,
            };
            let best = self.best.get_or_insert(new);
            best.last = frame;
            if (off - apart / 255.0) < (best.off - best.apart / 255.0) {
                *best = new;
            }
        }
        given
    }

    /// What is under way at the film's end.
    pub(crate) fn finish(&mut self) -> Option<Boundary> {
        let best = self.best.take()?;
        Some(Boundary {
            frame: best.frame,
            change: Change::Dissolve,
        })
    }
}

/// Whether the middle is half-way through a dissolve of this half-length: how far its ends are apart,
/// and how far the middle is from an equal mixture.
fn mixed(window: &Window, half: isize) -> Option<(f32, f32)> {
    let (from, to) = (window.at(-half)?, window.at(half)?);
    if from.deviation() < CONTENT || to.deviation() < CONTENT {
        return None;
    }
    let apart = from.difference(to);
    if apart < APART || from.likeness(to) > UNLIKE || from.changed(to) < CHANGED {
        return None;
    }
    for sixth in SIXTHS {
        let (share, unexplained) = window.at(half * sixth / 6)?.mixture(from, to);
        let even = 0.5 + (half * sixth / 6) as f32 / (2 * half) as f32;
        if unexplained > UNEXPLAINED || (share - even).abs() > UNEVEN {
            return None;
        }
    }
    let (share, _) = window.at(0)?.mixture(from, to);
    Some((apart, (share - 0.5).abs()))
}
