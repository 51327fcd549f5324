//! The frames around the one that is judged.

use std::collections::VecDeque;

use super::picture::Picture;

/// Frames known on each side of the one that is judged: half of the longest dissolve that is found, a
/// little over three seconds at film's rate.
pub(crate) const REACH: usize = 40;

/// A picture, and how far it is from the one before it.
#[derive(Debug)]
struct Place {
    picture: Picture,
    step: f32,
}

/// Pictures up to [`REACH`] before and after a middle one that moves through the film.
#[derive(Debug, Default)]
pub(crate) struct Window {
    places: VecDeque<Place>,
    /// Where the middle stands in `places`.
    middle: usize,
    /// The middle's number in the film.
    frame: u64,
    begun: bool,
}

impl Window {
    /// Takes the next picture; whether there is a new middle to judge.
    pub(crate) fn push(&mut self, picture: Picture) -> bool {
        let before = self.places.back();
        let step = before.map_or(0.0, |before| picture.steadied_difference(&before.picture));
        self.places.push_back(Place { picture, step });
        if !self.begun {
            self.begun = self.places.len() > REACH;
            return self.begun;
        }
        self.advance()
    }

    /// Moves on after the last picture; whether there is a middle to judge.
    pub(crate) fn drain(&mut self) -> bool {
        if !self.begun {
            self.begun = true;
            return !self.places.is_empty();
        }
        self.advance()
    }

    fn advance(&mut self) -> bool {
        if self.middle + 1 >= self.places.len() {
            return false;
        }
        self.middle += 1;
        self.frame += 1;
        if self.middle > REACH {
            self.places.pop_front();
            self.middle -= 1;
        }
        true
    }

    /// The middle's number in the film.
    pub(crate) fn frame(&self) -> u64 {
        self.frame
    }

    /// The picture so many frames after the middle, or before it where negative.
    pub(crate) fn at(&self, offset: isize) -> Option<&Picture> {
        self.place(offset).map(|place| &place.picture)
    }

    /// How far that picture is from the one before it, camera shake taken out.
    pub(crate) fn step(&self, offset: isize) -> Option<f32> {
        self.place(offset).map(|place| place.step)
    }

    fn place(&self, offset: isize) -> Option<&Place> {
        let index = self.middle.checked_add_signed(offset)?;
        self.places.get(index)
    }
}
