//! Writes as their clients know them.

use std::sync::Arc;

use bytes::Bytes;
use data_kv::{Operation, Predicate, RecordMutation, Stamp};
use parking_lot::Mutex;
use tests_simulation::{Effect, Tried};

/// How many records there are.
pub(crate) const RECORDS: u8 = 2;
/// The items a record may have.
pub(crate) const KEYS: [&str; 4] = ["a", "ab", "b", "c"];

/// What was asked of one record by one token.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) record: u8,
    pub(crate) operations: Vec<Operation>,
    pub(crate) stamp: Stamp,
    /// Whether a client knows of it, and nothing lost it since.
    pub(crate) acknowledged: bool,
}

impl Attempt {
    pub(crate) fn mutation(&self) -> RecordMutation {
        RecordMutation {
            id: id(self.record),
            operations: self.operations.clone(),
        }
    }

    /// What it does to an item: ranges go first, and of others the last stands.
    pub(crate) fn effect(&self, key: &str) -> Option<Effect> {
        let own = self.operations.iter().rev().find_map(|one| match one {
            Operation::Put(put) if put.key == key => {
                Some((self.stamp, Some(put.value.bytes.clone())))
            }
            Operation::Delete(Predicate::Keys(keys)) if keys.iter().any(|one| one == key) => {
                Some((self.stamp, None))
            }
            _ => None,
        });
        let deletes = |one: &Operation| match one {
            Operation::Delete(Predicate::All) => true,
            Operation::Delete(Predicate::Prefix(prefix)) => key.as_bytes().starts_with(prefix),
            Operation::Delete(Predicate::Range { from, until }) => {
                from.as_ref().is_none_or(|from| from <= key.as_bytes())
                    && until.as_ref().is_none_or(|until| key.as_bytes() < until)
            }
            _ => false,
        };
        let range = self.operations.iter().any(deletes);
        own.or_else(|| range.then(|| (self.stamp.before(), None)))
    }
}

/// The id of a record.
pub(crate) fn id(record: u8) -> Bytes {
    format!("record-{record}").into()
}

/// What was tried on an item.
pub(crate) fn tried(record: u8, key: &str, attempts: &[Attempt]) -> Vec<Tried> {
    let there = attempts.iter().filter(|it| it.record == record);
    let effects = there.map(|it| Some((it.effect(key)?, it.acknowledged)));
    effects.flatten().collect()
}

/// Every attempt of a history.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attempts(Arc<Mutex<Vec<Attempt>>>);

impl Attempts {
    pub(crate) fn add(&self, attempt: Attempt) -> usize {
        let mut all = self.0.lock();
        all.push(attempt);
        all.len() - 1
    }

    pub(crate) fn get(&self, place: usize) -> Attempt {
        self.0.lock()[place].clone()
    }

    pub(crate) fn acknowledge(&self, place: usize) {
        self.0.lock()[place].acknowledged = true;
    }

    /// Those of now, as far as they were acknowledged when `before` was taken.
    pub(crate) fn known_at(&self, before: &[Attempt]) -> Vec<Attempt> {
        let mut all = self.all();
        for (place, attempt) in all.iter_mut().enumerate() {
            attempt.acknowledged = before.get(place).is_some_and(|it| it.acknowledged);
        }
        all
    }

    pub(crate) fn all(&self) -> Vec<Attempt> {
        self.0.lock().clone()
    }

    /// Power was lost, and nothing was promised to survive that.
    pub(crate) fn forget(&self) {
        for attempt in self.0.lock().iter_mut() {
            attempt.acknowledged = false;
        }
    }
}
