//! Whether what a store holds is what it was given: all that was acknowledged, at most one operation more
//! of each writer, and nothing else.

use std::collections::BTreeMap;

use crate::protocol::History;

/// What a store holds of one writer, by a name of the workload's choosing.
pub type State = BTreeMap<String, Vec<u8>>;

/// What a store was found to hold.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Of each writer, in order.
    pub states: Vec<State>,
    /// Where operations' results lie, by writer and operation.
    pub places: BTreeMap<(u32, u64), String>,
    /// What no operation could have made: a thing that is there twice, half, or out of nowhere.
    pub faults: Vec<String>,
}

/// How many operations of each writer the store holds. Each writer waits for one acknowledgement before it
/// asks for the next, so only the operation after the last acknowledged may be there or not.
///
/// # Errors
/// What is wrong, in words.
pub fn counts(
    history: &History,
    seen: &Seen,
    expected: impl Fn(u32, u64) -> State,
) -> Result<Vec<u64>, String> {
    if let Some(fault) = seen.faults.first() {
        return Err(format!("{fault} ({} such)", seen.faults.len()));
    }
    for (at, place) in &seen.places {
        if let Some(said) = history.places.get(at).filter(|said| *said != place) {
            let (writer, number) = at;
            return Err(format!(
                "operation {number} of writer {writer} lies at {place}, acknowledged at {said}"
            ));
        }
    }
    let floors = history.floors.iter().zip(0..);
    floors
        .map(|(floor, writer)| {
            let state = seen.states.get(writer as usize).cloned().unwrap_or_default();
            let lacks = expected(writer, *floor);
            if state == lacks {
                return Ok(*floor);
            }
            let after = expected(writer, floor + 1);
            if state == after {
                return Ok(floor + 1);
            }
            let (before, after) = (differences(&lacks, &state), differences(&after, &state));
            Err(format!(
                "writer {writer}: of {floor} operations that were acknowledged or seen: {before}; with the one \
                 after: {after}"
            ))
        })
        .collect()
}

/// The first differences, in words.
fn differences(expected: &State, found: &State) -> String {
    const TOLD: usize = 4;
    let missing = expected
        .iter()
        .filter_map(|(name, value)| match found.get(name) {
            None => Some(format!("{name} is missing")),
            Some(held) if held != value => Some(format!(
                "{name} holds {} instead of {}",
                brief(held),
                brief(value)
            )),
            Some(_) => None,
        });
    let unknown = found
        .iter()
        .filter(|(name, _)| !expected.contains_key(*name));
    let unknown =
        unknown.map(|(name, value)| format!("{name} holds {} and should not be", brief(value)));
    let all: Vec<String> = missing.chain(unknown).collect();
    let told = all
        .iter()
        .take(TOLD)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match all.len() {
        0..=TOLD => told,
        count => format!("{told} and {} more", count - TOLD),
    }
}

/// A value's beginning, which names the operation that wrote it, and its length.
fn brief(value: &[u8]) -> String {
    let text: String = value
        .iter()
        .take_while(|byte| byte.is_ascii_graphic())
        .take(24)
        .map(|byte| char::from(*byte))
        .collect();
    format!("`{text}` ({} bytes)", value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Operation n sets item n.
    fn expected(writer: u32, count: u64) -> State {
        (0..count)
            .map(|number| (format!("{writer}-{number}"), vec![number as u8]))
            .collect()
    }

    fn seen(states: &[State]) -> Seen {
        Seen {
            states: states.to_vec(),
            ..Seen::default()
        }
    }

    fn history(floors: &[u64]) -> History {
        History {
            floors: floors.to_vec(),
            ..History::default()
        }
    }

    #[test]
    fn all_that_was_acknowledged_and_at_most_one_more_is_right() {
        let seen = seen(&[expected(0, 3), expected(1, 5)]);
        assert_eq!(counts(&history(&[3, 4]), &seen, expected), Ok(vec![3, 5]));
    }

    #[test]
    fn what_is_lost_changed_or_out_of_nowhere_is_found() {
        let lost = seen(&[expected(0, 2)]);
        let told = counts(&history(&[3]), &lost, expected).unwrap_err();
        assert!(told.contains("0-2 is missing"), "{told}");
        let ahead = seen(&[expected(0, 5)]);
        assert!(counts(&history(&[3]), &ahead, expected).is_err());
        let mut hole = expected(0, 3);
        hole.remove("0-1");
        assert!(counts(&history(&[3]), &seen(&[hole]), expected).is_err());
        let mut changed = expected(0, 3);
        changed.insert("0-1".to_owned(), vec![9]);
        let told = counts(&history(&[3]), &seen(&[changed]), expected).unwrap_err();
        assert!(told.contains("instead of"), "{told}");
        let nothing = seen(&[]);
        assert!(counts(&history(&[1]), &nothing, expected).is_err());
    }

    #[test]
    fn a_fault_and_a_moved_place_are_found() {
        let mut twice = seen(&[expected(0, 1)]);
        twice.faults.push("event 0-0 is there twice".to_owned());
        assert!(counts(&history(&[1]), &twice, expected).is_err());
        let mut moved = seen(&[expected(0, 1)]);
        moved.places.insert((0, 0), "5".to_owned());
        let mut history = history(&[1]);
        assert_eq!(counts(&history, &moved, expected), Ok(vec![1]));
        history.places.insert((0, 0), "4".to_owned());
        assert!(counts(&history, &moved, expected).is_err());
    }
}
