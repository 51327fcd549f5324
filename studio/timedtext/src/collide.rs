//! Text on text: subtitles that would lie on letters of the picture go where there are none.

use studio_timeline::{Event, FULL, Index, Payload, Region};

use crate::cue::{Cue, Cues};
use crate::place::LINE;

/// A cue that was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Which cue of the track, from 0.
    pub cue: usize,
    /// Where it was.
    pub from: Region,
    /// Where it is.
    pub to: Region,
    /// The letters it would have covered.
    pub text: String,
}

/// What became of a track's collisions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collisions {
    /// Cues that went elsewhere.
    pub moved: Vec<Moved>,
    /// Cues for which there was no free place; they stay where they are.
    pub stuck: Vec<usize>,
}

/// How far from letters a moved cue stays.
const DISTANCE: u16 = 100;

/// Steps in which a free place is sought.
const STEP: u16 = LINE / 2;

impl Cues {
    /// Moves every cue whose text would lie on text of the picture up or down to the nearest height at
    /// which it lies neither on text that is seen at any time of the cue nor on another cue of that time.
    pub fn avoid(&mut self, index: &Index<'_>) -> Collisions {
        let mut collisions = Collisions::default();
        for at in 0..self.cues.len() {
            let cue = &self.cues[at];
            let Some(interval) = cue.interval() else {
                continue;
            };
            let from = cue.region();
            let Some(hit) = index.within(interval, from).into_iter().find_map(letters) else {
                continue;
            };
            let seen = index.during(interval).into_iter().filter_map(letters);
            let mut taken: Vec<Region> = seen.map(|(region, _)| region).collect();
            taken.extend(self.beside(at).map(Cue::region));
            let Some(moved) = free(cue, &taken) else {
                collisions.stuck.push(at);
                continue;
            };
            collisions.moved.push(Moved {
                cue: at,
                from,
                to: moved.region(),
                text: hit.1.to_owned(),
            });
            self.cues[at] = moved;
        }
        collisions
    }

    /// The other cues shown at some time of one.
    fn beside(&self, at: usize) -> impl Iterator<Item = &Cue> {
        let cue = &self.cues[at];
        let started = self
            .cues
            .partition_point(|other| other.start_ms < cue.end_ms);
        self.cues[..started]
            .iter()
            .enumerate()
            .filter(move |(index, other)| *index != at && other.end_ms > cue.start_ms)
            .map(|(_, other)| other)
    }
}

/// Where an event's text of the picture is, and what it says.
fn letters(event: &Event) -> Option<(Region, &str)> {
    match &event.payload {
        Payload::PictureText { text, .. } => Some((event.region?, text)),
        _ => None,
    }
}

/// The cue at the nearest height where its box meets none of `taken`; the lower one of two as near.
fn free(cue: &Cue, taken: &[Region]) -> Option<Cue> {
    if cue.is_vertical() {
        return None;
    }
    let here = cue.region();
    let mut heights: Vec<u16> = (0..FULL).step_by(usize::from(STEP)).collect();
    heights.sort_by_key(|top| (top.abs_diff(here.y()), u16::MAX - top));
    heights
        .into_iter()
        .map(|top| cue.at_height(top))
        .find(|moved| {
            let place = moved.region();
            let apart = |other: &&Region| !grown(place).meets(**other);
            taken.iter().filter(apart).count() == taken.len()
        })
}

/// With some room above and below.
fn grown(region: Region) -> Region {
    let top = region.y().saturating_sub(DISTANCE);
    let bottom = (region.bottom() + DISTANCE).min(FULL);
    Region::new(region.x(), top, region.width(), bottom - top).unwrap_or(region)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use studio_timeline::{Document, Interval};

    use super::*;

    fn cue(start_ms: u64, end_ms: u64, settings: &str) -> Cue {
        Cue {
            identifier: None,
            start_ms,
            end_ms,
            settings: settings.into(),
            text: "a line of a film".into(),
        }
    }

    fn letters(start: u64, end: u64, y: u16, height: u16) -> Event {
        Event {
            interval: Interval::new(start, end).unwrap(),
            region: Region::new(2_000, y, 6_000, height).ok(),
            payload: Payload::PictureText {
                text: "PARIS".into(),
                confidence: 90,
            },
        }
    }

    fn avoid(cues: Vec<Cue>, letters: &[Event]) -> (Cues, Collisions) {
        let mut cues = Cues { cues };
        let document = Document::new(0, letters.to_vec()).unwrap();
        let collisions = cues.avoid(&document.index());
        (cues, collisions)
    }

    #[test]
    fn a_cue_on_letters_moves_just_above_them() {
        let low = letters(500, 700, 8_500, 1_000);
        let (cues, found) = avoid(vec![cue(0, 1_000, ""), cue(1_000, 2_000, "")], &[low]);
        let [moved] = found.moved.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!((moved.cue, moved.text.as_str()), (0, "PARIS"));
        assert_eq!(cues.cues[0].region(), moved.to);
        assert!(
            moved.to.bottom() <= 8_400 && moved.to.bottom() > 7_500,
            "{moved:?}"
        );
        assert_eq!(cues.cues[1].settings, "");
    }

    #[test]
    fn a_cue_goes_below_letters_at_the_top() {
        let (cues, found) = avoid(vec![cue(0, 1_000, "line:0")], &[letters(0, 100, 0, 900)]);
        assert_eq!(found.moved.len(), 1);
        assert!(cues.cues[0].region().y() >= 1_000 && cues.cues[0].region().y() < 1_700);
    }

    #[test]
    fn a_cue_does_not_move_onto_another_nor_where_all_is_taken() {
        let low = letters(0, 1_000, 8_500, 1_000);
        let above = cue(0, 1_000, "line:78%");
        let (cues, _) = avoid(vec![above.clone(), cue(0, 1_000, "")], &[low]);
        assert!(!cues.cues[1].region().meets(above.region()));
        let whole = letters(0, 1_000, 0, FULL);
        let (cues, found) = avoid(vec![cue(0, 1_000, "")], &[whole]);
        assert_eq!((found.moved.len(), found.stuck.as_slice()), (0, &[0][..]));
        assert_eq!(cues.cues[0].settings, "");
    }

    proptest! {
        #[test]
        fn no_cue_that_was_moved_lies_on_letters(
            places in proptest::collection::vec((0_u64..4_000, 1_u64..2_000, 0_u16..9_000, 1_u16..1_000), 0..8),
            times in proptest::collection::vec((0_u64..4_000, 1_u64..2_000), 1..8),
        ) {
            let letters: Vec<Event> = places
                .iter()
                .map(|(start, length, y, height)| letters(*start, start + length, *y, *height))
                .collect();
            let mut cues: Vec<Cue> = times.iter().map(|(start, length)| cue(*start, start + length, "")).collect();
            cues.sort_by_key(|cue| cue.start_ms);
            let (cues, found) = avoid(cues, &letters);
            for (at, cue) in cues.cues.iter().enumerate().filter(|(at, _)| !found.stuck.contains(at)) {
                let during = cue.interval().unwrap();
                let hit = letters.iter().find(|letters| {
                    letters.interval.meets(during)
                        && letters.region.is_some_and(|region| region.meets(cue.region()))
                });
                prop_assert_eq!(hit, None, "cue {}", at);
            }
        }
    }
}
