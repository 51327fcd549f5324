//! Changes to folders that are not on the disk yet, and what each of them needs to be there before it.

use super::{Ino, Name};

/// One change to folders, which reaches the disk whole: a name made, removed, or moved within a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Names and what they refer to from now on.
    pub(super) sets: Vec<(Ino, Name, Option<Ino>)>,
    /// Files and folders that gain or lose a name.
    pub(super) touched: Vec<Ino>,
}

impl Change {
    pub(super) fn is_in(&self, folder: Ino) -> bool {
        self.sets.iter().any(|(changed, _, _)| *changed == folder)
    }

    /// Whether this, the later one, builds on `earlier`: no file system shows a file's second name before
    /// its first, or undoes what it never did. Changes to different files are in no order.
    pub(super) fn needs(&self, earlier: &Self) -> bool {
        let same_name = |(folder, name, _): &(Ino, Name, Option<Ino>)| {
            let is_same = |(f, n, _): &(Ino, Name, Option<Ino>)| f == folder && n == name;
            earlier.sets.iter().any(is_same)
        };
        self.sets.iter().any(same_name)
            || self.touched.iter().any(|ino| earlier.touched.contains(ino))
    }
}

/// Takes out the changes that are `wanted`, and with them those they need; both lists keep their order.
pub(super) fn take(
    pending: &mut Vec<Change>,
    mut wanted: impl FnMut(&Change) -> bool,
) -> Vec<Change> {
    let mut taken: Vec<Change> = Vec::new();
    let mut left = Vec::with_capacity(pending.len());
    for change in pending.drain(..).rev() {
        // Asked of every change, so that a seeded choice does not depend on what is needed.
        let is_wanted = wanted(&change);
        if is_wanted || taken.iter().any(|later| later.needs(&change)) {
            taken.push(change);
        } else {
            left.push(change);
        }
    }
    taken.reverse();
    left.reverse();
    *pending = left;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(folder: Ino, name: &str, ino: Option<Ino>, touched: Ino) -> Change {
        Change {
            sets: vec![(folder, name.into(), ino)],
            touched: vec![touched],
        }
    }

    #[test]
    fn a_change_brings_what_it_builds_on_and_nothing_else() {
        let made = set(1, "a", Some(5), 5);
        let other = set(1, "b", Some(6), 6);
        let linked = set(2, "c", Some(5), 5);
        let mut pending = vec![made.clone(), other.clone(), linked.clone()];
        let taken = take(&mut pending, |change| change.is_in(2));
        assert_eq!(taken, [made, linked]);
        assert_eq!(pending, [other]);
    }
}
