//! Who is in a group and which partitions each member has. Pure: time comes in.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::limits::{MAX_MEMBERS, SESSION_TIMEOUT};
use crate::{Assignment, EventError};

#[derive(Debug, Default)]
pub(super) struct GroupState {
    generation: u64,
    partitions: u32,
    joined: u64,
    /// When each member was last heard of, by its id.
    members: BTreeMap<String, Duration>,
}

impl GroupState {
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Takes a member in and gives its id. Generations go on above those that committed before.
    pub(super) fn join(
        &mut self,
        name: &str,
        partitions: u32,
        committed: u64,
        now: Duration,
    ) -> Result<String, EventError> {
        self.expire(now);
        if self.members.len() >= MAX_MEMBERS {
            return Err(EventError::TooMany {
                what: "members of the group",
                limit: MAX_MEMBERS,
            });
        }
        self.partitions = partitions;
        self.joined += 1;
        self.generation = self.generation.max(committed) + 1;
        let id = format!("{name}-{:06}", self.joined);
        self.members.insert(id.clone(), now);
        Ok(id)
    }

    /// A member is there; one that was given up is taken in again. Gives its share.
    pub(super) fn beat(&mut self, member: &str, now: Duration) -> Assignment {
        let known = self.members.insert(member.to_owned(), now);
        if known.is_none_or(|seen| is_silent(seen, now)) {
            self.generation += 1;
        }
        self.expire(now);
        Assignment {
            generation: self.generation,
            partitions: self.share(member),
        }
    }

    pub(super) fn leave(&mut self, member: &str) {
        if self.members.remove(member).is_some() {
            self.generation += 1;
        }
    }

    /// Whether a member may commit these partitions of a generation.
    pub(super) fn may_commit<'a>(
        &mut self,
        member: &str,
        generation: u64,
        mut partitions: impl Iterator<Item = &'a u32>,
        now: Duration,
    ) -> bool {
        self.expire(now);
        let share = self.share(member);
        generation == self.generation && partitions.all(|partition| share.contains(partition))
    }

    /// Gives up members that were silent too long.
    fn expire(&mut self, now: Duration) {
        let before = self.members.len();
        self.members.retain(|_, seen| !is_silent(*seen, now));
        if self.members.len() < before {
            self.generation += 1;
        }
    }

    /// Every partition goes to one member, and members' shares differ by one at most.
    fn share(&self, member: &str) -> Vec<u32> {
        let place = self.members.keys().position(|other| other == member);
        place.map_or_else(Vec::new, |place| {
            let partitions = 0..self.partitions;
            partitions.skip(place).step_by(self.members.len()).collect()
        })
    }
}

fn is_silent(seen: Duration, now: Duration) -> bool {
    now.saturating_sub(seen) >= SESSION_TIMEOUT
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Join,
        Beat(prop::sample::Index),
        Leave(prop::sample::Index),
        Pass(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            Just(Step::Join),
            any::<prop::sample::Index>().prop_map(Step::Beat),
            any::<prop::sample::Index>().prop_map(Step::Leave),
            (0..8_000_u64).prop_map(Step::Pass),
        ]
    }

    proptest! {
        #[test]
        fn a_partition_has_one_reader_and_no_generation_two_shares(
            steps in prop::collection::vec(step(), 1..40),
            partitions in 1..9_u32,
        ) {
            let (mut state, mut ids) = (GroupState::default(), Vec::new());
            let mut now = Duration::ZERO;
            let mut shares = BTreeMap::new();
            for step in steps {
                let before = state.generation();
                match step {
                    Step::Join => ids.push(state.join("m", partitions, 0, now).unwrap()),
                    Step::Beat(which) if !ids.is_empty() => {
                        let id = which.get(&ids);
                        let share = state.beat(id, now);
                        let key = (share.generation, id.clone());
                        let held = shares.entry(key).or_insert_with(|| share.partitions.clone());
                        prop_assert_eq!(&*held, &share.partitions);
                        prop_assert!(state.may_commit(id, share.generation, share.partitions.iter(), now));
                        prop_assert!(!state.may_commit(id, share.generation + 1, [].iter(), now));
                    }
                    Step::Leave(which) if !ids.is_empty() => state.leave(which.get::<String>(&ids)),
                    Step::Pass(millis) => now += Duration::from_millis(millis),
                    Step::Beat(_) | Step::Leave(_) => {}
                }
                prop_assert!(state.generation() >= before, "generations grow");
                let mut all: Vec<_> = state.members.keys().flat_map(|id| state.share(id)).collect();
                all.sort_unstable();
                let expected = if state.members.is_empty() { 0 } else { partitions };
                prop_assert_eq!(all, (0..expected).collect::<Vec<_>>());
            }
        }
    }
}
