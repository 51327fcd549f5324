//! Which file goes when room is needed: S3-FIFO, weighted by bytes. Pure.
//!
//! New files enter a small queue that may hold a tenth of the cache; a file that more than one play used
//! moves on to the main queue, one that did not goes. A file asked for again soon after it went enters
//! the main queue at once. So a file watched once does not push out what many watch (Yang et al.,
//! "FIFO queues are all you need for cache eviction", SOSP 2023).

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;

use crate::limits::{LEAST_GHOSTS, MAX_GHOSTS};

const MAX_USES: u8 = 3;
const SMALL_SHARE: u64 = 10;

/// The files in a cache, by the order in which they may go: `F` names a file, and `P` a play.
#[derive(Debug)]
pub struct Eviction<F, P> {
    capacity: u64,
    bytes: u64,
    small_bytes: u64,
    small: VecDeque<F>,
    main: VecDeque<F>,
    files: HashMap<F, Weighed<P>>,
    ghosts: VecDeque<F>,
    ghost_names: HashSet<F>,
}

#[derive(Debug)]
struct Weighed<P> {
    bytes: u64,
    uses: u8,
    in_main: bool,
    last_play: Option<P>,
}

impl<F: Copy + Eq + Hash, P: Copy + Eq> Eviction<F, P> {
    /// An empty cache that may hold `capacity` bytes.
    pub fn new(capacity: u64) -> Self {
        Self {
            capacity,
            bytes: 0,
            small_bytes: 0,
            small: VecDeque::new(),
            main: VecDeque::new(),
            files: HashMap::new(),
            ghosts: VecDeque::new(),
            ghost_names: HashSet::new(),
        }
    }

    /// Bytes of all files.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes of one file; none when it is not there.
    pub fn bytes_of(&self, file: F) -> u64 {
        self.files.get(&file).map_or(0, |weighed| weighed.bytes)
    }

    /// All files, in no order.
    pub fn files(&self) -> Vec<F> {
        self.files.keys().copied().collect()
    }

    /// Whether something must go.
    pub const fn is_over(&self) -> bool {
        self.bytes > self.capacity
    }

    /// A play used the file. The many requests of one play count once.
    pub fn touch(&mut self, file: F, play: P) {
        if let Some(weighed) = self.files.get_mut(&file)
            && weighed.last_play.replace(play) != Some(play)
        {
            weighed.uses = (weighed.uses + 1).min(MAX_USES);
        }
    }

    /// The file takes `bytes` more.
    pub fn grow(&mut self, file: F, bytes: u64) {
        let known_ghost = self.ghost_names.contains(&file);
        let (small, main) = (&mut self.small, &mut self.main);
        let weighed = self.files.entry(file).or_insert_with(|| {
            if known_ghost {
                main.push_back(file);
            } else {
                small.push_back(file);
            }
            Weighed {
                bytes: 0,
                uses: 0,
                in_main: known_ghost,
                last_play: None,
            }
        });
        weighed.bytes += bytes;
        self.bytes += bytes;
        if !weighed.in_main {
            self.small_bytes += bytes;
        }
    }

    /// The file takes `bytes` less: they could not be stored after all.
    pub fn shrink(&mut self, file: F, bytes: u64) {
        if let Some(weighed) = self.files.get_mut(&file) {
            let bytes = bytes.min(weighed.bytes);
            weighed.bytes -= bytes;
            self.bytes -= bytes;
            if !weighed.in_main {
                self.small_bytes -= bytes;
            }
        }
    }

    /// The file is gone for another reason. Returns the bytes it took.
    pub fn remove(&mut self, file: F) -> u64 {
        let bytes = self.forget(file);
        self.small.retain(|one| *one != file);
        self.main.retain(|one| *one != file);
        bytes
    }

    /// Takes out the file to evict; `None` when none `may_go`. Moves files between the queues on the
    /// way.
    pub fn evict(&mut self, may_go: impl Fn(F) -> bool) -> Option<F> {
        let small_first = self.small_bytes > self.capacity / SMALL_SHARE || self.main.is_empty();
        let victim = if small_first {
            self.evict_small(&may_go)
                .or_else(|| self.evict_main(&may_go))
        } else {
            self.evict_main(&may_go)
                .or_else(|| self.evict_small(&may_go))
        }?;
        self.forget(victim);
        self.remember(victim);
        Some(victim)
    }

    fn evict_small(&mut self, may_go: &impl Fn(F) -> bool) -> Option<F> {
        for _ in 0..self.small.len() {
            let file = self.small.pop_front()?;
            let Some(weighed) = self.files.get_mut(&file) else {
                continue;
            };
            if weighed.uses > 1 {
                weighed.uses = 0;
                weighed.in_main = true;
                self.small_bytes -= weighed.bytes;
                self.main.push_back(file);
            } else if may_go(file) {
                return Some(file);
            } else {
                self.small.push_back(file);
            }
        }
        None
    }

    fn evict_main(&mut self, may_go: &impl Fn(F) -> bool) -> Option<F> {
        for _ in 0..self.main.len() * (usize::from(MAX_USES) + 1) {
            let file = self.main.pop_front()?;
            let Some(weighed) = self.files.get_mut(&file) else {
                continue;
            };
            if weighed.uses == 0 && may_go(file) {
                return Some(file);
            }
            weighed.uses = weighed.uses.saturating_sub(1);
            self.main.push_back(file);
        }
        None
    }

    fn forget(&mut self, file: F) -> u64 {
        let Some(weighed) = self.files.remove(&file) else {
            return 0;
        };
        self.bytes -= weighed.bytes;
        if !weighed.in_main {
            self.small_bytes -= weighed.bytes;
        }
        weighed.bytes
    }

    fn remember(&mut self, file: F) {
        if self.ghost_names.insert(file) {
            self.ghosts.push_back(file);
        }
        // With more names than files nearly everything that comes was seen before, and nothing has to prove itself.
        let most = self.files.len().clamp(LEAST_GHOSTS, MAX_GHOSTS);
        while self.ghosts.len() > most {
            if let Some(oldest) = self.ghosts.pop_front() {
                self.ghost_names.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_many_watch_stays_and_what_one_watched_goes() {
        let mut eviction = Eviction::new(100);
        eviction.grow(1, 40);
        eviction.touch(1, 1);
        eviction.touch(1, 2);
        for number in 2..9 {
            eviction.grow(number, 40);
            for _ in 0..50 {
                eviction.touch(number, number);
            }
            while eviction.is_over() {
                assert_ne!(eviction.evict(|_| true), Some(1));
            }
        }
        assert!(eviction.bytes() <= 100);
    }

    #[test]
    fn a_file_being_read_stays() {
        let mut eviction = Eviction::<u8, u8>::new(10);
        eviction.grow(1, 20);
        assert_eq!(eviction.evict(|_| false), None);
        assert_eq!(eviction.evict(|_| true), Some(1));
        assert_eq!(eviction.bytes(), 0);
    }

    proptest! {
        #[test]
        fn the_sum_is_kept_and_a_victim_is_always_found(
            steps in proptest::collection::vec((0_u8..5, 0_u8..12, 1_u64..50), 0..300),
        ) {
            let mut eviction = Eviction::new(200);
            let mut model: HashMap<u8, u64> = HashMap::new();
            for (action, number, bytes) in steps {
                match action {
                    0 | 1 => {
                        eviction.grow(number, bytes);
                        *model.entry(number).or_default() += bytes;
                    }
                    2 => eviction.touch(number, bytes as u8),
                    3 => {
                        eviction.shrink(number, bytes);
                        if let Some(held) = model.get_mut(&number) {
                            *held = held.saturating_sub(bytes);
                        }
                    }
                    _ => prop_assert_eq!(eviction.remove(number), model.remove(&number).unwrap_or(0)),
                }
                while eviction.is_over() {
                    let victim = eviction.evict(|_| true);
                    prop_assert!(victim.and_then(|victim| model.remove(&victim)).is_some());
                }
                prop_assert_eq!(eviction.bytes(), model.values().sum::<u64>());
                for number in 0..12 {
                    prop_assert_eq!(eviction.bytes_of(number), model.get(&number).copied().unwrap_or(0));
                }
                prop_assert_eq!(eviction.small.len() + eviction.main.len(), model.len());
            }
        }
    }
}
