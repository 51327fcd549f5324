//! One of a kind per partition, made when it is first wanted; so many at most.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Mutex as Turn;

use crate::limits::MAX_READERS;

type Key = (String, u32);

/// A place for a partition's reader, which is made by whoever first has its turn.
pub(crate) type Slot<T> = Arc<Turn<Option<T>>>;

pub(crate) struct Slots<T>(Mutex<BTreeMap<Key, Slot<T>>>);

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Slots<T> {
    pub(crate) fn of(&self, topic: &str, partition: u32) -> Slot<T> {
        let mut slots = self.0.lock();
        let key = (topic.to_owned(), partition);
        if slots.len() >= MAX_READERS && !slots.contains_key(&key) {
            // One that nobody uses; its next user makes it anew.
            let idle = slots.iter().find(|(_, slot)| Arc::strong_count(slot) == 1);
            if let Some(idle) = idle.map(|(key, _)| key.clone()) {
                slots.remove(&idle);
            }
        }
        Arc::clone(slots.entry(key).or_default())
    }
}
