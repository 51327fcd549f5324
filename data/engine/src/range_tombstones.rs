//! Range tombstones: one mark for any number of items deleted together.

use bytes::Bytes;

use crate::Stamp;

/// Everything in `[from, until)` written with at most this stamp is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RangeTombstone {
    pub(crate) from: Bytes,
    /// `None`: to the partition's end.
    pub(crate) until: Option<Bytes>,
    pub(crate) stamp: Stamp,
}

impl RangeTombstone {
    pub(crate) fn covers(&self, item: &[u8]) -> bool {
        *self.from <= *item && self.until.as_deref().is_none_or(|until| item < until)
    }

    /// Whether the other deletes nothing that this does not.
    pub(crate) fn subsumes(&self, other: &Self) -> bool {
        let ends_later = match (&self.until, &other.until) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(this), Some(other)) => this >= other,
        };
        self.stamp >= other.stamp && self.from <= other.from && ends_later
    }

    fn is_empty(&self) -> bool {
        self.until.as_ref().is_some_and(|until| *until <= self.from)
    }
}

/// The range tombstones of one partition, none of them subsumed by another.
#[derive(Debug, Clone, Default)]
pub(crate) struct RangeTombstones(Vec<RangeTombstone>);

impl RangeTombstones {
    /// The greatest stamp that deletes the item.
    pub(crate) fn covering(&self, item: &[u8]) -> Option<Stamp> {
        let covering = self.0.iter().filter(|one| one.covers(item));
        covering.map(|one| one.stamp).max()
    }

    /// Adds one and drops those it subsumes.
    pub(crate) fn add(&mut self, new: RangeTombstone) {
        if new.is_empty() || self.0.iter().any(|old| old.subsumes(&new)) {
            return;
        }
        self.0.retain(|old| !new.subsumes(old));
        self.0.push(new);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that `other` has not.
    pub(crate) fn without(&self, other: &Self) -> Vec<&RangeTombstone> {
        let new = self.0.iter().filter(|one| !other.0.contains(one));
        new.collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tombstone() -> impl Strategy<Value = RangeTombstone> {
        let key = || (0_u8..6).prop_map(|byte| Bytes::from(vec![byte]));
        (key(), prop::option::of(key()), 0_u64..4).prop_map(|(from, until, stamp)| RangeTombstone {
            from,
            until,
            stamp: Stamp(stamp),
        })
    }

    proptest! {
        #[test]
        fn dropping_what_is_subsumed_changes_nothing(all in prop::collection::vec(tombstone(), 0..12)) {
            let mut kept = RangeTombstones::default();
            for one in &all {
                kept.add(one.clone());
            }
            for item in 0_u8..7 {
                let covering = all.iter().filter(|one| one.covers(&[item]));
                prop_assert_eq!(kept.covering(&[item]), covering.map(|one| one.stamp).max());
            }
        }
    }
}
