//! Counters that wait for a rollup, each once.

use std::collections::{BTreeSet, HashMap};

use parking_lot::Mutex;
use platform_clock::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

use crate::limits::{QUEUE_COUNTERS, QUEUE_SHARDS};

/// A counter of a namespace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub(crate) namespace: String,
    pub(crate) name: String,
}

impl Key {
    pub(crate) fn new(namespace: &str, name: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }
    }
}

/// The queue, in parts by the counter's hash.
#[derive(Debug)]
pub(crate) struct RollupQueue(Vec<Mutex<Shard>>);

#[derive(Debug, Default)]
struct Shard {
    waiting: HashMap<Key, Asked>,
    by_time: BTreeSet<(Timestamp, Key)>,
}

/// When a rollup was asked for.
#[derive(Debug, Clone, Copy)]
struct Asked {
    /// The earliest of the moments.
    due: Timestamp,
    /// The latest: what happened last has settled then.
    last: Timestamp,
}

impl Default for RollupQueue {
    fn default() -> Self {
        Self((0..QUEUE_SHARDS).map(|_| Mutex::default()).collect())
    }
}

impl RollupQueue {
    /// Asks for a rollup not before `due`. A counter that waits already waits for the earliest moment asked
    /// for, and is handed over with the latest.
    pub(crate) fn ask(&self, key: Key, due: Timestamp) {
        let hash = xxh3_64(key.name.as_bytes()) as usize;
        let mut shard = self.0[hash % self.0.len()].lock();
        let mut asked = Asked { due, last: due };
        if let Some(held) = shard.waiting.get(&key).copied() {
            asked.due = due.min(held.due);
            asked.last = due.max(held.last);
            if asked.due != held.due {
                shard.by_time.remove(&(held.due, key.clone()));
            }
        } else if shard.waiting.len() >= QUEUE_COUNTERS {
            return;
        }
        shard.by_time.insert((asked.due, key.clone()));
        shard.waiting.insert(key, asked);
    }

    /// Takes counters that are due, at most `at_most`, some of each part, each with the latest moment for
    /// which a rollup was asked.
    pub(crate) fn take(&self, now: Timestamp, at_most: usize) -> Vec<(Key, Timestamp)> {
        let each = at_most.div_ceil(self.0.len());
        let mut taken = Vec::new();
        for shard in &self.0 {
            let most = each.min(at_most - taken.len());
            taken.extend(shard.lock().take(now, most));
        }
        taken
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(|shard| shard.lock().waiting.len()).sum()
    }
}

impl Shard {
    fn take(&mut self, now: Timestamp, at_most: usize) -> Vec<(Key, Timestamp)> {
        let mut taken = Vec::new();
        while taken.len() < at_most
            && self.by_time.first().is_some_and(|(due, _)| *due <= now)
            && let Some((due, key)) = self.by_time.pop_first()
        {
            let asked = self.waiting.remove(&key);
            taken.push((key, asked.map_or(due, |asked| asked.last)));
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn a_counter_waits_once_from_the_earliest_moment_to_the_latest() {
        let queue = RollupQueue::default();
        for due in [50, 90, 40, 70] {
            queue.ask(Key::new("n", "a"), at(due));
        }
        queue.ask(Key::new("n", "b"), at(5));
        assert_eq!(queue.len(), 2);
        assert_eq!(queue.take(at(39), 10), [(Key::new("n", "b"), at(5))]);
        assert_eq!(queue.take(at(40), 10), [(Key::new("n", "a"), at(90))]);
        assert_eq!(queue.take(at(100), 10), []);
    }

    #[test]
    fn the_queue_is_bounded() {
        let queue = RollupQueue::default();
        for nth in 0..QUEUE_SHARDS * QUEUE_COUNTERS * 5 / 4 {
            queue.ask(Key::new("n", &nth.to_string()), at(1));
        }
        assert!(queue.len() <= QUEUE_SHARDS * QUEUE_COUNTERS);
        assert_eq!(queue.take(at(1), 100).len(), 100);
    }
}
