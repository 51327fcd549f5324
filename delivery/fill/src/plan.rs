//! What a box has to fetch and to let go, to come nearer to what it should hold.

use std::collections::{HashMap, HashSet};

use crate::limits::KEEP_BONUS;

/// A file that a box should hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wanted {
    /// Its number.
    pub file: u32,
    /// Its size.
    pub bytes: u64,
    /// Bytes it is expected to serve for each byte stored.
    pub density: f64,
}

/// A file that a box holds, or holds a part of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Held {
    /// Its number.
    pub file: u32,
    /// Bytes of it that are there.
    pub bytes: u64,
    /// Somebody is watching it now.
    pub watched: bool,
    /// Bytes it is expected to serve for each byte stored.
    pub density: f64,
}

/// A difference: carried out in any order it leaves a box that is not overfull, evictions before what takes their
/// room.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Files to be let go.
    pub evict: Vec<u32>,
    /// Files to be fetched, or fetched to their end, the most worth first.
    pub fetch: Vec<u32>,
    /// Bytes to be fetched.
    pub bytes: u64,
}

/// The plan for a box that may hold `storage_bytes`, cut to `budget` bytes of fetching. `wanted` comes with the most
/// worth first. Files that are watched stay; of the others those go that are not wanted and serve the least, and
/// only for files that are clearly worth more.
pub fn plan(wanted: &[Wanted], held: &[Held], storage_bytes: u64, budget: u64) -> Plan {
    let there: HashMap<u32, u64> = held.iter().map(|file| (file.file, file.bytes)).collect();
    let named: HashSet<u32> = wanted.iter().map(|file| file.file).collect();
    let may_go = |file: &&Held| !file.watched && !named.contains(&file.file);
    let mut spare: Vec<&Held> = held.iter().filter(may_go).collect();
    // The least worth last, to be taken from the end.
    spare.sort_unstable_by(|a, b| {
        let by_density = b.density.total_cmp(&a.density);
        by_density.then(a.file.cmp(&b.file))
    });
    let used = held
        .iter()
        .fold(0_u64, |sum, file| sum.saturating_add(file.bytes));
    let mut shelf = Shelf {
        used,
        storage_bytes,
        spare,
        plan: Plan::default(),
    };
    for file in wanted {
        let missing = file
            .bytes
            .saturating_sub(there.get(&file.file).copied().unwrap_or(0));
        let affordable = missing <= budget - shelf.plan.bytes;
        if missing > 0 && affordable && shelf.make_room(missing, file.density) {
            shelf.used += missing;
            shelf.plan.bytes += missing;
            shelf.plan.fetch.push(file.file);
        }
    }
    shelf.plan
}

struct Shelf<'a> {
    used: u64,
    storage_bytes: u64,
    spare: Vec<&'a Held>,
    plan: Plan,
}

impl Shelf<'_> {
    /// Lets files go until `bytes` fit, or none at all.
    fn make_room(&mut self, bytes: u64, density: f64) -> bool {
        let (mut used, mut going) = (self.used, 0);
        while used.saturating_add(bytes) > self.storage_bytes {
            let Some(victim) = self.spare.iter().rev().nth(going) else {
                return false;
            };
            if victim.density * KEEP_BONUS > density {
                return false;
            }
            used -= victim.bytes;
            going += 1;
        }
        self.used = used;
        let gone = self.spare.drain(self.spare.len() - going..).rev();
        self.plan.evict.extend(gone.map(|file| file.file));
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wanted(file: u32, bytes: u64, density: f64) -> Wanted {
        Wanted {
            file,
            bytes,
            density,
        }
    }

    fn held(file: u32, bytes: u64, watched: bool, density: f64) -> Held {
        Held {
            file,
            bytes,
            watched,
            density,
        }
    }

    #[test]
    fn room_is_made_by_what_serves_least_and_nobody_watches() {
        let has = [
            held(1, 40, false, 0.1),
            held(2, 40, true, 0.0),
            held(3, 20, false, 0.2),
        ];
        let made = plan(&[wanted(4, 50, 9.0)], &has, 100, 1_000);
        assert_eq!(
            (made.evict, made.fetch, made.bytes),
            (vec![1, 3], vec![4], 50)
        );
    }

    #[test]
    fn a_little_more_is_not_worth_a_move() {
        let has = [held(1, 100, false, 1.0)];
        assert_eq!(
            plan(&[wanted(2, 100, 1.1)], &has, 100, 1_000),
            Plan::default()
        );
        assert_eq!(plan(&[wanted(2, 100, 1.3)], &has, 100, 1_000).fetch, [2]);
    }

    #[test]
    fn what_a_cut_fill_left_is_fetched_to_its_end() {
        let has = [held(1, 60, false, 5.0)];
        let made = plan(&[wanted(1, 100, 5.0)], &has, 100, 40);
        assert_eq!((made.fetch, made.bytes), (vec![1], 40));
        assert_eq!(plan(&[wanted(1, 100, 5.0)], &has, 100, 39), Plan::default());
    }

    fn files() -> impl Strategy<Value = Vec<(u64, f64, bool, bool)>> {
        proptest::collection::vec(
            (1_u64..50, 0.0_f64..10.0, any::<bool>(), any::<bool>()),
            0..40,
        )
    }

    proptest! {
        #[test]
        fn nothing_watched_goes_and_nothing_overflows(
            files in files(), storage in 0_u64..900, budget in 0_u64..400,
        ) {
            let numbered = || (0_u32..).zip(&files);
            let has: Vec<Held> = numbered().filter(|it| it.1.2)
                .map(|(n, it)| held(n, it.0, it.3, it.1)).collect();
            let should: Vec<Wanted> = numbered().filter(|it| it.1.2 != it.1.3)
                .map(|(n, it)| wanted(n, it.0 + 1, it.1)).collect();
            let before: u64 = has.iter().map(|file| file.bytes).sum();
            prop_assume!(before <= storage);
            let made = plan(&should, &has, storage, budget);
            prop_assert!(made.bytes <= budget);
            let size = |file: &u32| has.iter().find(|it| it.file == *file).map_or(0, |it| it.bytes);
            let after = before + made.bytes - made.evict.iter().map(size).sum::<u64>();
            prop_assert!(after <= storage);
            for file in &made.evict {
                let it = has.iter().find(|it| it.file == *file).unwrap();
                prop_assert!(!it.watched);
                prop_assert!(should.iter().all(|it| it.file != *file));
            }
            for file in &made.fetch {
                prop_assert!(should.iter().any(|it| it.file == *file));
            }
        }

        #[test]
        fn hour_by_hour_a_box_comes_to_hold_what_it_should(count in 1_u32..20, budget in 60_u64..200) {
            let should: Vec<Wanted> = (0..count).map(|n| wanted(n, 50, 10.0)).collect();
            let mut has: Vec<Held> = (100..100 + count).map(|n| held(n, 50, false, 1.0)).collect();
            for _ in 0..count {
                let made = plan(&should, &has, u64::from(count) * 50, budget);
                has.retain(|it| !made.evict.contains(&it.file));
                has.extend(made.fetch.iter().map(|n| held(*n, 50, false, 10.0)));
            }
            prop_assert!(has.iter().all(|it| it.file < count));
            prop_assert_eq!(has.len(), count as usize);
        }
    }
}
