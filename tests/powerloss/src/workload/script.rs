//! Row operations that follow from a seed, and what they come to.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};

use crate::check::State;

/// Items that a writer puts, overwrites and deletes: few enough that it meets its own again.
const ITEMS: u32 = 24;

/// The longest value: several sectors and pages, so that a cut can tear it.
const MAX_VALUE_BYTES: usize = 6000;

/// One batch of changes to a writer's rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct RowOperation {
    /// A range of items that goes first: from, until.
    pub(super) clears: Option<(String, String)>,
    /// What items hold then; `None`: nothing.
    pub(super) sets: BTreeMap<String, Option<Vec<u8>>>,
}

/// Chance that follows from a seed, a writer and an operation's number.
pub(super) fn chance(seed: u64, writer: u32, number: u64) -> StdRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..12].copy_from_slice(&writer.to_le_bytes());
    bytes[16..24].copy_from_slice(&number.to_le_bytes());
    StdRng::from_seed(bytes)
}

/// A value that names its operation and is like no other.
pub(super) fn value(chance: &mut StdRng, writer: u32, number: u64) -> Vec<u8> {
    let mut value = format!("{writer}/{number}|").into_bytes();
    let is_long = chance.random_bool(0.3);
    let len = chance.random_range(1..if is_long { MAX_VALUE_BYTES } else { 200 });
    let mut noise = vec![0; len];
    chance.fill_bytes(&mut noise);
    value.push(0);
    value.extend(noise);
    value
}

fn item(number: u32) -> String {
    format!("item-{number:02}")
}

/// What a writer does as its `number`th operation.
pub(super) fn row_operation(seed: u64, writer: u32, number: u64) -> RowOperation {
    let mut chance = chance(seed, writer, number);
    let mut operation = RowOperation::default();
    if chance.random_bool(0.1) {
        let from = chance.random_range(0..ITEMS);
        let until = chance.random_range(from..=ITEMS);
        operation.clears = Some((item(from), item(until)));
    }
    let is_batch = chance.random_bool(0.5);
    let count = if is_batch {
        chance.random_range(2..8)
    } else {
        1
    };
    for _ in 0..count {
        let is_delete = chance.random_bool(0.2);
        let item = item(chance.random_range(0..ITEMS));
        let value = (!is_delete).then(|| value(&mut chance, writer, number));
        operation.sets.insert(item, value);
    }
    operation
}

/// What a writer's rows hold after so many operations.
pub(super) fn rows_after(seed: u64, writer: u32, count: u64) -> State {
    let mut state = State::new();
    for number in 0..count {
        let operation = row_operation(seed, writer, number);
        if let Some((from, until)) = operation.clears {
            state.retain(|item, _| *item < from || *item >= until);
        }
        for (item, value) in operation.sets {
            match value {
                Some(value) => state.insert(item, value),
                None => state.remove(&item),
            };
        }
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_repeat_and_differ() {
        assert_eq!(row_operation(1, 2, 3), row_operation(1, 2, 3));
        assert_ne!(row_operation(1, 2, 3), row_operation(1, 2, 4));
        assert_ne!(row_operation(1, 2, 3), row_operation(1, 3, 3));
        let all = (0..200).map(|number| row_operation(1, 0, number));
        let (clears, batches): (Vec<_>, Vec<_>) = all
            .map(|operation| (operation.clears.is_some(), operation.sets.len() > 1))
            .unzip();
        assert!(clears.contains(&true) && batches.contains(&true) && batches.contains(&false));
        assert_ne!(rows_after(1, 0, 100), rows_after(1, 0, 101));
    }
}
