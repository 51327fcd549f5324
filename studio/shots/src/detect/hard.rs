//! Cuts from one frame to the next, and the flashes that look like them.

use super::blank::LIKE;
use super::window::Window;

/// A step this far above the motion around it is a change of picture, in brightness steps.
const JUMP: f32 = 10.0;

/// How much more than the usual step around it a cut's must be.
const OVER_MOTION: f32 = 3.0;

/// Frames on each side that say what motion is usual.
const AROUND: isize = 6;

/// Two frames more alike than this differ in brightness, not in what they show.
const SAME_PICTURE: f32 = 0.93;

/// Frames within which what was there before a flash is back: under half a second.
const FLASH: isize = 10;

/// What is back must be this much nearer to what was there than the flash is.
const BACK: f32 = 0.4;

/// What a frame is to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The same shot.
    Same,
    /// A disturbance; the shot goes on at frame `until`.
    Flash { until: u64 },
    /// Another shot.
    Cut,
}

/// Judges the window's middle frame. Blank frames are not judged here: they are no shot.
pub(crate) fn judge(window: &Window) -> Verdict {
    let (Some(before), Some(now), Some(step)) = (window.at(-1), window.at(0), window.step(0))
    else {
        return Verdict::Same;
    };
    if step < JUMP || step < OVER_MOTION * motion(window) + JUMP {
        return Verdict::Same;
    }
    let back = (1..=FLASH).find(|offset| {
        let later = window.at(*offset);
        later.is_some_and(|later| {
            later.steadied_difference(before) < BACK * step && later.likeness(before) > LIKE
        })
    });
    if let Some(offset) = back {
        return Verdict::Flash {
            until: window.frame() + offset.unsigned_abs() as u64,
        };
    }
    let blank = now.is_blank() || before.is_blank();
    if blank || now.likeness(before) > SAME_PICTURE {
        return Verdict::Same;
    }
    Verdict::Cut
}

/// The usual step around the middle, its own left out: the median, which a cut close by does not move.
fn motion(window: &Window) -> f32 {
    let offsets = (-AROUND..=AROUND).filter(|offset| *offset != 0);
    let mut steps: Vec<f32> = offsets.filter_map(|offset| window.step(offset)).collect();
    steps.sort_unstable_by(f32::total_cmp);
    steps.get(steps.len() / 2).copied().unwrap_or(0.0)
}
