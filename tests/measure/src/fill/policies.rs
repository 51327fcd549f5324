//! Caches of equal blocks that look back, and the one that looks ahead.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use delivery_fill::Eviction;

/// A cache.
pub(super) trait Policy {
    /// A block is asked for: whether it is there. It may be taken in.
    fn ask(&mut self, block: u32) -> bool;
}

/// The one that was asked for longest ago goes.
pub(super) struct Lru {
    capacity: usize,
    stamps: HashMap<u32, u64>,
    order: BTreeSet<(u64, u32)>,
    now: u64,
}

impl Lru {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            stamps: HashMap::new(),
            order: BTreeSet::new(),
            now: 0,
        }
    }
}

impl Policy for Lru {
    fn ask(&mut self, block: u32) -> bool {
        self.now += 1;
        let before = self.stamps.insert(block, self.now);
        if let Some(before) = before {
            self.order.remove(&(before, block));
        }
        self.order.insert((self.now, block));
        if self.stamps.len() > self.capacity
            && let Some((_, oldest)) = self.order.pop_first()
        {
            self.stamps.remove(&oldest);
        }
        before.is_some()
    }
}

/// The appliance's own, with equal blocks and every request a play of its own.
pub(super) struct Appliance {
    eviction: Eviction<u32, u64>,
    there: HashSet<u32>,
    plays: u64,
}

impl Appliance {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            eviction: Eviction::new(capacity as u64),
            there: HashSet::new(),
            plays: 0,
        }
    }
}

impl Policy for Appliance {
    fn ask(&mut self, block: u32) -> bool {
        self.plays += 1;
        let is_there = !self.there.insert(block);
        if !is_there {
            self.eviction.grow(block, 1);
        }
        self.eviction.touch(block, self.plays);
        while self.eviction.is_over()
            && let Some(victim) = self.eviction.evict(|other| other != block)
        {
            self.there.remove(&victim);
        }
        is_there
    }
}

/// A queue with a hand that passes over blocks that were asked for since it came by (Zhang et al., "SIEVE is simpler
/// than LRU", NSDI 2024).
pub(super) struct Sieve {
    capacity: usize,
    visited: HashMap<u32, bool>,
    /// Oldest first. What the hand has passed over is moved behind it in `passed`, which keeps their order.
    ahead: VecDeque<u32>,
    passed: VecDeque<u32>,
}

impl Sieve {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            visited: HashMap::new(),
            ahead: VecDeque::new(),
            passed: VecDeque::new(),
        }
    }

    fn evict(&mut self) {
        loop {
            let Some(block) = self.ahead.pop_front() else {
                // The hand begins anew at the oldest.
                std::mem::swap(&mut self.ahead, &mut self.passed);
                if self.ahead.is_empty() {
                    return;
                }
                continue;
            };
            match self.visited.get_mut(&block) {
                Some(visited) if *visited => {
                    *visited = false;
                    self.passed.push_back(block);
                }
                _ => {
                    self.visited.remove(&block);
                    return;
                }
            }
        }
    }
}

impl Policy for Sieve {
    fn ask(&mut self, block: u32) -> bool {
        if let Some(visited) = self.visited.get_mut(&block) {
            *visited = true;
            return true;
        }
        if self.visited.len() >= self.capacity {
            self.evict();
        }
        self.visited.insert(block, false);
        self.ahead.push_back(block);
        false
    }
}

/// The one that is asked for again last goes, be it the newest: what nobody can do who does not know what comes.
pub(super) struct Belady {
    capacity: usize,
    /// Of every request to come when its block is asked for next.
    next: VecDeque<u64>,
    held: HashMap<u32, u64>,
    order: BTreeSet<(u64, u32)>,
}

impl Belady {
    pub(super) fn new(capacity: usize, requests: impl Iterator<Item = u32>) -> Self {
        let requests: Vec<u32> = requests.collect();
        let mut seen: HashMap<u32, u64> = HashMap::new();
        let mut next = VecDeque::with_capacity(requests.len());
        for (at, block) in requests.iter().enumerate().rev() {
            next.push_front(seen.insert(*block, at as u64).unwrap_or(u64::MAX));
        }
        Self {
            capacity,
            next,
            held: HashMap::new(),
            order: BTreeSet::new(),
        }
    }
}

impl Policy for Belady {
    fn ask(&mut self, block: u32) -> bool {
        let next = self.next.pop_front().unwrap_or(u64::MAX);
        let before = self.held.insert(block, next);
        if let Some(before) = before {
            self.order.remove(&(before, block));
        }
        self.order.insert((next, block));
        if self.held.len() > self.capacity
            && let Some((_, last)) = self.order.pop_last()
        {
            self.held.remove(&last);
        }
        before.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(policy: &mut impl Policy, requests: &[u32]) -> Vec<bool> {
        requests.iter().map(|block| policy.ask(*block)).collect()
    }

    #[test]
    fn the_optimum_keeps_what_comes_back_first() {
        let requests = [1, 2, 3, 1, 2, 3, 1, 2, 3];
        let hits = |found: Vec<bool>| found.into_iter().filter(|hit| *hit).count();
        assert_eq!(hits(asked(&mut Lru::new(2), &requests)), 0);
        let mut optimum = Belady::new(2, requests.iter().copied());
        // It holds 1 and 2 all along, and lets 3 pass.
        assert_eq!(hits(asked(&mut optimum, &requests)), 4);
    }

    #[test]
    fn sieve_keeps_what_was_asked_for_twice_and_lru_the_newest() {
        let requests = [1, 1, 2, 3, 4, 1];
        assert!(asked(&mut Sieve::new(2), &requests)[5]);
        assert!(!asked(&mut Lru::new(2), &requests)[5]);
    }
}
