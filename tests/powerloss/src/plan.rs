//! What a seed means: how often a store dies, how, and when.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::disk::Room;
use crate::limits::{MAX_ROOM_BYTES, OPERATIONS, WRITERS};
use crate::workload::Store;

/// When a life ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// When this many operations were acknowledged.
    Acknowledged(u64),
    /// Just before the disk's `nth` change, opening and recovery included.
    Change(u64),
}

/// How a life ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// kill -9: the page cache stays.
    Kill(Moment),
    /// The machine loses power; the seed says what is left of the unsynced.
    Cut(Moment, u64),
    /// The disk is left with so much room; the process is killed when the store has refused something.
    Fill(Moment, Room),
}

/// Which accidents a trial is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// Processes die; acknowledgements mean no more than that.
    Kill,
    /// Power goes, at times after a process died.
    Power,
    /// Disks fill.
    Full,
}

/// Accidents of the suite's kind in one trial.
pub const ACCIDENTS: u64 = 2;

/// The longest a life is let run, in changes of the disk; most lives end before.
const MAX_CHANGES: f64 = 4000.0;

/// The lives of one store on one disk. After the last end the store is opened once more and looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What accidents.
    pub suite: Suite,
    /// Of which store.
    pub store: Store,
    /// What everything follows from.
    pub seed: u64,
    /// Whether the disk is the one that forgets; else a folder of this machine.
    pub on_machine: bool,
    /// How each life ends.
    pub ends: Vec<End>,
}

impl Plan {
    /// The plan of a seed.
    pub fn new(suite: Suite, store: Store, seed: u64, has_fuse: bool) -> Self {
        let mut chance = StdRng::seed_from_u64(seed);
        let on_machine = suite != Suite::Kill || (has_fuse && chance.random_bool(0.5));
        let mut ends = Vec::new();
        for _ in 0..ACCIDENTS {
            if suite == Suite::Power && chance.random_bool(0.3) {
                ends.push(End::Kill(moment(&mut chance, on_machine)));
            }
            let moment = moment(&mut chance, on_machine);
            ends.push(match suite {
                Suite::Kill => End::Kill(moment),
                Suite::Power => End::Cut(moment, chance.random()),
                Suite::Full => End::Fill(moment, room(&mut chance)),
            });
        }
        Self {
            suite,
            store,
            seed,
            on_machine,
            ends,
        }
    }
}

fn moment(chance: &mut StdRng, on_machine: bool) -> Moment {
    if on_machine && chance.random_bool(0.6) {
        // As many early ones, where stores are created and recovered, as late ones.
        let exponent: f64 = chance.random_range(0.0..MAX_CHANGES.ln());
        return Moment::Change(exponent.exp() as u64);
    }
    Moment::Acknowledged(chance.random_range(0..OPERATIONS * u64::from(WRITERS)))
}

fn room(chance: &mut StdRng) -> Room {
    Room {
        bytes: chance.random_range(0..MAX_ROOM_BYTES),
        is_told: chance.random_bool(0.5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_the_same_each_time_and_seeds_differ() {
        let plan = |seed| Plan::new(Suite::Power, Store::Rows, seed, true);
        assert_eq!(plan(3), plan(3));
        let plans: Vec<Plan> = (0..50).map(plan).collect();
        let ends = || plans.iter().flat_map(|plan| &plan.ends);
        assert!(ends().any(|end| matches!(end, End::Kill(_))));
        assert!(ends().any(|end| matches!(end, End::Cut(Moment::Change(0..50), _))));
        assert!(ends().any(|end| matches!(end, End::Cut(Moment::Change(1000..), _))));
        assert!(ends().any(|end| matches!(end, End::Cut(Moment::Acknowledged(_), _))));
        let cuts = |plan: &Plan| {
            plan.ends
                .iter()
                .filter(|end| matches!(end, End::Cut(..)))
                .count()
        };
        assert!(plans.iter().all(|plan| cuts(plan) as u64 == ACCIDENTS));
    }
}
