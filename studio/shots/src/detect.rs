//! Where one shot gives way to the next, told from small pictures as they come.
//!
//! A frame is judged once enough frames after it are known: a flash is told from a cut by what comes
//! back, a dissolve from motion by what it ends in. Pure: pictures in, boundaries out.

mod blank;
mod gradual;
mod hard;
mod picture;
mod window;

use serde::{Deserialize, Serialize};

use gradual::Gradual;
use picture::Picture;
use window::Window;

pub(crate) use picture::{BYTES, HEIGHT, WIDTH};

/// How one shot gives way to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// From one frame to the next.
    Cut,
    /// Both pictures mixed for a while.
    Dissolve,
    /// By way of black or white frames.
    Fade,
}

/// The start of a shot; the first of a film is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Boundary {
    /// The new shot's first frame: of a dissolve the one in which both have equal part, of a fade the
    /// first that shows anything.
    pub frame: u64,
    /// How it comes.
    pub change: Change,
}

/// Boundaries nearer to one another than this are one: no eye takes in a shot so short.
const SHORTEST_SHOT: u64 = 4;

/// Finds boundaries in pictures given one by one.
#[derive(Debug, Default)]
pub(crate) struct Detector {
    window: Window,
    gradual: Gradual,
    /// Bytes of a picture that has not come whole.
    part: Vec<u8>,
    blank: blank::Blank,
    /// Up to this frame what looks like a cut is the end of a flash.
    dazzled_until: u64,
    found: Vec<Boundary>,
}

impl Detector {
    /// Takes raw pictures in pieces of any size.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (taken, rest) = bytes.split_at(bytes.len().min(BYTES - self.part.len()));
            self.part.extend_from_slice(taken);
            bytes = rest;
            if self.part.len() == BYTES {
                let pixels = std::mem::replace(&mut self.part, Vec::with_capacity(BYTES));
                if self.window.push(Picture::new(pixels)) {
                    self.judge();
                }
            }
        }
    }

    /// The boundaries, ascending, no two within [`SHORTEST_SHOT`] frames; the film has `frames`.
    pub(crate) fn finish(mut self, frames: u64) -> Vec<Boundary> {
        while self.window.drain() {
            self.judge();
        }
        self.found.extend(self.gradual.finish());
        settle(self.found, frames)
    }

    /// Judges the window's middle frame.
    fn judge(&mut self) {
        let frame = self.window.frame();
        self.found.extend(self.blank.judge(&self.window));
        match hard::judge(&self.window) {
            hard::Verdict::Same => {}
            hard::Verdict::Flash { until } => self.dazzled_until = until,
            hard::Verdict::Cut if frame <= self.dazzled_until => {}
            hard::Verdict::Cut => self.found.push(Boundary {
                frame,
                change: Change::Cut,
            }),
        }
        self.found.extend(self.gradual.judge(&self.window));
    }
}

/// Puts boundaries in order and makes one of those that no shot fits between: the more abrupt stays,
/// of two alike the later, where the new shot is fully there.
fn settle(mut found: Vec<Boundary>, frames: u64) -> Vec<Boundary> {
    found.retain(|boundary| boundary.frame > 0 && boundary.frame < frames);
    found.sort_by_key(|boundary| boundary.frame);
    let mut settled: Vec<Boundary> = Vec::with_capacity(found.len());
    for boundary in found {
        match settled.last_mut() {
            Some(last) if boundary.frame - last.frame < SHORTEST_SHOT => {
                if last.change != Change::Cut || boundary.change == Change::Cut {
                    *last = boundary;
                }
            }
            _ => settled.push(boundary),
        }
    }
    settled
}

#[cfg(test)]
mod tests;
