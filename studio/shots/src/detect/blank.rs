//! Black and white stretches between shots.

use super::window::Window;
use super::{Boundary, Change};

/// A shorter stretch with the same picture on both sides is a blink within a shot.
const BLINK: u64 = 10;

/// What follows is the same shot when it is this much nearer to what was before than the blank is.
const BACK: f32 = 0.4;

/// And this much like it, but for light.
pub(super) const LIKE: f32 = 0.5;

/// Remembers a stretch until it is known what follows.
#[derive(Debug, Default)]
pub(crate) struct Blank {
    /// First blank frame of the stretch under way.
    since: Option<u64>,
}

impl Blank {
    /// Looks at the window's middle frame: the first that shows something after a blank stretch begins a
    /// shot, unless the film began with the stretch.
    pub(crate) fn judge(&mut self, window: &Window) -> Option<Boundary> {
        let now = window.at(0)?;
        if now.is_blank() {
            self.since.get_or_insert(window.frame());
            return None;
        }
        let since = self.since.take()?;
        let length = window.frame() - since;
        let blink = length <= BLINK && {
            let (before, blank) = (window.at(-1 - length as isize), window.at(-1)?);
            before.is_some_and(|before| {
                before.steadied_difference(now) < BACK * before.difference(blank)
                    && before.likeness(now) > LIKE
            })
        };
        (since > 0 && !blink).then_some(Boundary {
            frame: window.frame(),
            change: Change::Fade,
        })
    }
}
