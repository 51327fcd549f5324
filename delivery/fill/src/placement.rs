//! Which files lie on which boxes of a site: by bytes served per byte stored, the hottest more than once.

use crate::limits::{FILE_SHARE, HOT_COPIES, HOT_SHARE, WARM_SHARE};
use crate::ring::score;

/// A file that could be placed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Its number.
    pub file: u32,
    /// What stands for its name in hashes; see [`crate::seed_of`].
    pub seed: u64,
    /// Its size; a file of no bytes is placed nowhere.
    pub bytes: u64,
    /// Bytes of it that the site's clients are expected to be sent over the next day.
    pub served: f64,
}

impl Candidate {
    /// Bytes served for each byte stored.
    pub fn density(&self) -> f64 {
        self.served / self.bytes as f64
    }
}

/// One box of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoxFacts {
    /// What stands for its name in hashes.
    pub seed: u64,
    /// Bytes that may be placed on it.
    pub storage_bytes: u64,
    /// What it can send, in kilobits a second.
    pub sends_kbps: u32,
}

/// How much of a site's traffic a file stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Heat {
    /// One of those that make up the first half: it lies where much can be sent.
    Hot,
    /// One of the next.
    Warm,
    /// The long tail: it lies where there is room.
    Cold,
}

impl Heat {
    /// How much of the files of this heat a box should get.
    fn weight(self, facts: &BoxFacts) -> f64 {
        let (room, sends) = (facts.storage_bytes as f64, f64::from(facts.sends_kbps));
        match self {
            Self::Hot => sends,
            Self::Warm => (sends * room).sqrt(),
            Self::Cold => room,
        }
    }
}

/// Files in the order in which they deserve room, each with its heat.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ranked {
    files: Vec<(Candidate, Heat)>,
}

impl Ranked {
    /// Orders files by density; what is not expected to be watched at all is left out.
    pub fn of(mut files: Vec<Candidate>) -> Self {
        files.retain(|file| file.bytes > 0 && file.served > 0.0 && file.served.is_finite());
        files.sort_unstable_by(|a, b| {
            let by_density = b.density().total_cmp(&a.density());
            by_density.then(a.file.cmp(&b.file))
        });
        let all: f64 = files.iter().map(|file| file.served).sum();
        let mut passed = 0.0;
        let heated = files.into_iter().map(|file| {
            let heat = match passed / all {
                part if part < HOT_SHARE => Heat::Hot,
                part if part < WARM_SHARE => Heat::Warm,
                _ => Heat::Cold,
            };
            passed += file.served;
            (file, heat)
        });
        Self {
            files: heated.collect(),
        }
    }

    /// The files, the densest first.
    pub fn files(&self) -> &[(Candidate, Heat)] {
        &self.files
    }
}

/// Of each box, in the order they were given, the files it should hold, the densest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placed {
    /// Numbers of files, by box.
    pub boxes: Vec<Vec<u32>>,
}

/// Places files on the boxes of one site, as many as there is room for. `served_part` is the site's part of what the
/// candidates are expected to serve, and `busiest_hour` the part of a day that falls into its busiest hour.
pub fn place(ranked: &Ranked, boxes: &[BoxFacts], served_part: f64, busiest_hour: f64) -> Placed {
    let mut room: Vec<u64> = boxes.iter().map(|shelf| shelf.storage_bytes).collect();
    let mut placed = Placed {
        boxes: vec![Vec::new(); boxes.len()],
    };
    let sends: f64 = boxes.iter().map(|shelf| f64::from(shelf.sends_kbps)).sum();
    let most_kbps = FILE_SHARE * sends / boxes.len().max(1) as f64;
    let least_file = ranked.files.iter().map(|it| it.0.bytes).min().unwrap_or(0);
    let mut order: Vec<(f64, usize)> = Vec::with_capacity(boxes.len());
    for (file, heat) in &ranked.files {
        if room.iter().all(|room| *room < least_file) {
            break;
        }
        let busiest_kbps = file.served * served_part * busiest_hour * 8e-3 / 3_600.0;
        let copies = copies(busiest_kbps / most_kbps, *heat, boxes.len());
        order.clear();
        let fits = |at: &usize| room[*at] >= file.bytes;
        let scored = (0..boxes.len()).filter(fits).map(|at| {
            let weight = heat.weight(&boxes[at]);
            (score(file.seed, boxes[at].seed, weight), at)
        });
        order.extend(scored);
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for (_, at) in order.iter().take(copies) {
            room[*at] -= file.bytes;
            placed.boxes[*at].push(file.file);
        }
    }
    placed
}

/// How often a file is placed that takes so many times what a file may take of a box.
fn copies(times: f64, heat: Heat, boxes: usize) -> usize {
    let least = if heat == Heat::Hot { HOT_COPIES } else { 1 };
    let needed = if times.is_finite() {
        times.ceil() as usize
    } else {
        1
    };
    needed.max(least).min(boxes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ring::seed_of;

    fn file(number: u32, bytes: u64, served: f64) -> Candidate {
        Candidate {
            file: number,
            seed: seed_of(&number.to_be_bytes()),
            bytes,
            served,
        }
    }

    fn shelf(number: u64, storage_bytes: u64, sends_kbps: u32) -> BoxFacts {
        BoxFacts {
            seed: seed_of(&number.to_be_bytes()) ^ 1,
            storage_bytes,
            sends_kbps,
        }
    }

    /// 1,000 files whose views fall as one over their rank.
    fn catalogue() -> Ranked {
        Ranked::of(
            (1..=1_000)
                .map(|rank| file(rank, 10, 1e9 / f64::from(rank)))
                .collect(),
        )
    }

    #[test]
    fn the_hottest_lie_where_much_is_sent_and_the_tail_where_there_is_room() {
        let boxes = [
            shelf(1, 4_000, 10_000_000),
            shelf(2, 4_000, 10_000_000),
            shelf(3, 600, 100_000_000),
        ];
        let placed = place(&catalogue(), &boxes, 1.0, 0.1);
        let hot = |at: usize| placed.boxes[at].iter().filter(|file| **file <= 40).count();
        assert!(hot(2) > 25, "{} of 40 are on the fast box", hot(2));
        assert!(placed.boxes[0].len() > 300 && placed.boxes[1].len() > 300);
        let holders = |file: u32| {
            placed
                .boxes
                .iter()
                .filter(|held| held.contains(&file))
                .count()
        };
        assert!(holders(1) >= 2, "the most watched can lose a box");
        assert_eq!(holders(700), 1);
    }

    #[test]
    fn what_is_watched_more_is_placed_more_often() {
        let boxes: Vec<BoxFacts> = (0..8).map(|n| shelf(n, 100_000, 1_000_000)).collect();
        let placed = place(&catalogue(), &boxes, 1_000.0, 0.1);
        let holders = |file: u32| {
            placed
                .boxes
                .iter()
                .filter(|held| held.contains(&file))
                .count()
        };
        assert_eq!(holders(1), 8);
        assert!(holders(1) >= holders(20) && holders(20) > holders(1_000));
    }

    #[test]
    fn a_box_that_goes_moves_little_of_what_others_hold() {
        let boxes: Vec<BoxFacts> = (0..6).map(|n| shelf(n, 1_500, 1_000_000)).collect();
        let before = place(&catalogue(), &boxes, 1e-6, 0.1);
        let after = place(&catalogue(), &boxes[..5], 1e-6, 0.1);
        for at in 0..5 {
            let kept = before.boxes[at]
                .iter()
                .filter(|file| after.boxes[at].contains(file));
            assert!(kept.count() * 10 > before.boxes[at].len() * 7, "box {at}");
        }
    }

    proptest! {
        #[test]
        fn boxes_are_never_overfull_and_hold_each_file_once(
            files in proptest::collection::vec((0_u64..500, 0.0_f64..1e12), 0..120),
            boxes in proptest::collection::vec((0_u64..3_000, 0_u32..1_000_000), 0..6),
            part in 0.0_f64..2.0,
        ) {
            let files: Vec<Candidate> = (0..).zip(files).map(|(n, (bytes, served))| file(n, bytes, served)).collect();
            let boxes: Vec<BoxFacts> = (0..).zip(boxes).map(|(n, (room, sends))| shelf(n, room, sends)).collect();
            let ranked = Ranked::of(files.clone());
            let placed = place(&ranked, &boxes, part, 0.1);
            prop_assert_eq!(placed.boxes.len(), boxes.len());
            for (held, shelf) in placed.boxes.iter().zip(&boxes) {
                let bytes: u64 = held.iter().map(|file| files[*file as usize].bytes).sum();
                prop_assert!(bytes <= shelf.storage_bytes);
                let mut once = held.clone();
                once.sort_unstable();
                once.dedup();
                prop_assert_eq!(once.len(), held.len());
            }
            // A file that is nowhere fits nowhere any more.
            for (file, _) in ranked.files() {
                let nowhere = placed.boxes.iter().all(|held| !held.contains(&file.file));
                let room = |at: usize| boxes[at].storage_bytes - placed.boxes[at].iter().map(|it| files[*it as usize].bytes).sum::<u64>();
                prop_assert!(!nowhere || (0..boxes.len()).all(|at| room(at) < file.bytes));
            }
            prop_assert_eq!(&placed, &place(&ranked, &boxes, part, 0.1));
        }
    }
}
