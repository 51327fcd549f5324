//! Which of a file's blocks are here, and who waits for which: a state machine without I/O.
//!
//! ```text
//! Missing --want--> Filling(waiters) --filled--> Stored
//! Kept ----want--/        |    \--not storable--> Missing
//!                         \--failed--> Failed --want after a while--> Filling
//! ```
//! Kept is stored by an earlier run, and read only after it was verified again. There is one fill of a
//! block at a time, whoever asks; every waiter hears exactly one answer.

use std::time::Duration;

/// A file's blocks. `W` is told when a block it waits for is there; `E` says why it is not.
#[derive(Debug)]
pub(crate) struct Blocks<W, E> {
    states: Vec<State<W, E>>,
}

#[derive(Debug)]
enum State<W, E> {
    Missing,
    Kept,
    Filling(Vec<W>),
    Stored,
    Failed { error: E, until: Duration },
}

/// What whoever wants a block must do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want<E> {
    /// Read it: it is stored and verified.
    Read,
    /// Start its fill; the waiter is entered. `kept`: try what an earlier run stored first.
    Start {
        /// The block may be on disk.
        kept: bool,
    },
    /// Wait: a fill is under way and the waiter is entered.
    Wait,
    /// Give up: it failed a moment ago.
    Refused(E),
}

impl<W, E: Copy> Blocks<W, E> {
    /// `count` blocks, of which an earlier run stored those that `kept` says.
    pub(crate) fn new(count: u32, kept: impl Fn(u32) -> bool) -> Self {
        let state = |block| {
            if kept(block) {
                State::Kept
            } else {
                State::Missing
            }
        };
        Self {
            states: (0..count).map(state).collect(),
        }
    }

    /// Someone wants a block; `waiter` makes who is told when it must be waited for.
    pub(crate) fn want(
        &mut self,
        block: u32,
        now: Duration,
        waiter: impl FnOnce() -> Option<W>,
    ) -> Want<E> {
        let state = &mut self.states[block as usize];
        match state {
            State::Stored => Want::Read,
            State::Filling(waiters) => {
                waiters.extend(waiter());
                Want::Wait
            }
            State::Failed { error, until } if now < *until => Want::Refused(*error),
            State::Missing | State::Kept | State::Failed { .. } => {
                let kept = matches!(state, State::Kept);
                *state = State::Filling(waiter().into_iter().collect());
                Want::Start { kept }
            }
        }
    }

    /// Whether an earlier run stored the block and nobody has read it since.
    pub(crate) fn is_kept(&self, block: u32) -> bool {
        matches!(self.states.get(block as usize), Some(State::Kept))
    }

    /// Whether the block is stored, by this run or an earlier one.
    pub(crate) fn has(&self, block: u32) -> bool {
        let state = self.states.get(block as usize);
        matches!(state, Some(State::Stored | State::Kept))
    }

    /// Whether a block's fill could be started now without a waiter.
    pub(crate) fn is_absent(&self, block: u32) -> bool {
        matches!(
            self.states.get(block as usize),
            Some(State::Missing | State::Kept)
        )
    }

    /// The first block from `first` that is not stored; the one after `last` when all are.
    pub(crate) fn stored_from(&self, first: u32, last: u32) -> u32 {
        let stored = |block: &u32| matches!(self.states.get(*block as usize), Some(State::Stored));
        (first..=last)
            .take_while(stored)
            .last()
            .map_or(first, |block| block + 1)
    }

    /// A block's fill brought its bytes, verified. Returns who must be told.
    pub(crate) fn filled(&mut self, block: u32, stored: bool) -> Vec<W> {
        self.end(
            block,
            if stored {
                State::Stored
            } else {
                State::Missing
            },
        )
    }

    /// A block's fill failed; nobody need try before `until`. Returns who must be told.
    pub(crate) fn failed(&mut self, block: u32, error: E, until: Duration) -> Vec<W> {
        self.end(block, State::Failed { error, until })
    }

    /// A stored block could not be read back: it must be filled again. Whether it was stored.
    pub(crate) fn lost(&mut self, block: u32) -> bool {
        let state = &mut self.states[block as usize];
        let was_stored = matches!(state, State::Stored);
        if was_stored {
            *state = State::Missing;
        }
        was_stored
    }

    fn end(&mut self, block: u32, next: State<W, E>) -> Vec<W> {
        let state = &mut self.states[block as usize];
        match std::mem::replace(state, next) {
            State::Filling(waiters) => waiters,
            // Only a fill ends, once; anything else stays as it was.
            other => {
                *state = other;
                Vec::new()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use proptest::prelude::*;

    use super::*;

    const BLOCKS: u32 = 4;
    const COOLDOWN: Duration = Duration::from_secs(1);

    #[derive(Debug, Clone)]
    enum Step {
        Want(u32),
        Ahead(u32),
        Fill { block: u32, stored: bool },
        Fail(u32),
        Lose(u32),
        Wait(u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let block = 0..BLOCKS;
        let step = prop_oneof![
            4 => block.clone().prop_map(Step::Want),
            1 => block.clone().prop_map(Step::Ahead),
            2 => (block.clone(), any::<bool>()).prop_map(|(block, stored)| Step::Fill { block, stored }),
            1 => block.clone().prop_map(Step::Fail),
            1 => block.prop_map(Step::Lose),
            1 => (0_u64..2_000).prop_map(Step::Wait),
        ];
        proptest::collection::vec(step, 0..120)
    }

    /// What the driver around the machine knows: the model the machine is held against.
    #[derive(Default)]
    struct Driver {
        filling: HashSet<u32>,
        stored: HashSet<u32>,
        failed_until: HashMap<u32, Duration>,
        waiting: HashMap<u32, Vec<u64>>,
        now: Duration,
        next_waiter: u64,
    }

    impl Driver {
        fn want(&mut self, blocks: &mut Blocks<u64, &'static str>, block: u32, waits: bool) {
            let waiter = self.next_waiter;
            self.next_waiter += 1;
            let mut entered = false;
            let answer = blocks.want(block, self.now, || {
                entered = waits;
                waits.then_some(waiter)
            });
            match answer {
                Want::Read => assert!(self.stored.contains(&block), "only stored blocks are read"),
                Want::Start { .. } => {
                    assert!(self.filling.insert(block), "one fill of a block at a time");
                    assert!(!self.stored.contains(&block));
                    assert!(
                        self.failed_until
                            .get(&block)
                            .is_none_or(|until| *until <= self.now)
                    );
                }
                Want::Wait => assert!(self.filling.contains(&block)),
                Want::Refused(_) => assert!(self.now < self.failed_until[&block]),
            }
            if entered {
                self.waiting.entry(block).or_default().push(waiter);
            }
        }

        fn told(&mut self, block: u32, told: &[u64]) {
            assert_eq!(
                told,
                self.waiting.remove(&block).unwrap_or_default(),
                "each hears once"
            );
        }
    }

    proptest! {
        #[test]
        fn one_fill_at_a_time_and_every_waiter_hears_once(
            steps in steps(),
            kept in any::<[bool; BLOCKS as usize]>(),
        ) {
            let mut blocks = Blocks::new(BLOCKS, |block| kept[block as usize]);
            let mut driver = Driver::default();
            for step in steps {
                match step {
                    Step::Want(block) => driver.want(&mut blocks, block, true),
                    Step::Ahead(block) if blocks.is_absent(block) => {
                        driver.want(&mut blocks, block, false);
                    }
                    Step::Fill { block, stored } if driver.filling.remove(&block) => {
                        let told = blocks.filled(block, stored);
                        driver.told(block, &told);
                        if stored {
                            driver.stored.insert(block);
                        }
                    }
                    Step::Fail(block) if driver.filling.remove(&block) => {
                        let until = driver.now + COOLDOWN;
                        let told = blocks.failed(block, "down", until);
                        driver.told(block, &told);
                        driver.failed_until.insert(block, until);
                    }
                    Step::Lose(block) => {
                        blocks.lost(block);
                        driver.stored.remove(&block);
                    }
                    Step::Wait(millis) => driver.now += Duration::from_millis(millis),
                    Step::Ahead(_) | Step::Fill { .. } | Step::Fail(_) => {}
                }
            }
            for block in driver.filling.clone() {
                let told = blocks.filled(block, true);
                driver.told(block, &told);
            }
            prop_assert!(driver.waiting.is_empty());
        }
    }

    #[test]
    fn a_run_ends_at_the_first_block_that_is_not_stored() {
        let mut blocks: Blocks<u8, ()> = Blocks::new(4, |_| false);
        assert_eq!(blocks.stored_from(1, 3), 1);
        for block in [1, 2] {
            blocks.want(block, Duration::ZERO, || None);
            blocks.filled(block, true);
        }
        assert_eq!((blocks.stored_from(1, 3), blocks.stored_from(1, 1)), (3, 2));
        assert_eq!((blocks.stored_from(0, 3), blocks.stored_from(3, 9)), (0, 3));
    }

    #[test]
    fn a_kept_block_is_checked_before_it_is_read() {
        let mut blocks: Blocks<u8, ()> = Blocks::new(1, |_| true);
        assert_eq!(
            blocks.want(0, Duration::ZERO, || Some(1)),
            Want::Start { kept: true }
        );
        assert_eq!(blocks.want(0, Duration::ZERO, || Some(2)), Want::Wait);
        assert_eq!(blocks.filled(0, true), vec![1, 2]);
        assert_eq!(blocks.want(0, Duration::ZERO, || Some(3)), Want::Read);
    }
}
