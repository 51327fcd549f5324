//! Which whole files each appliance says it holds, and what that means for the releases decisions ask about.

use std::collections::{HashMap, HashSet};

use contracts_delivery::{HeldFiles, ReleaseId};
use data_objects::ContentHash;
use delivery_routes::Announcer;

use crate::decision::Holdings;
use crate::limits::{MAX_HELD, MAX_WANTED};

/// The file sets, and the releases that were described.
#[derive(Debug, Default)]
pub(crate) struct FileSets {
    sets: HashMap<Announcer, HashSet<ContentHash>>,
    /// Of each release the files whose holders are told apart, in the order of their bits.
    releases: HashMap<ReleaseId, Vec<ContentHash>>,
    /// The releases that a file is of.
    of_file: HashMap<ContentHash, Vec<ReleaseId>>,
}

impl FileSets {
    /// Takes what an appliance says; whether that is understood. A difference to what was never heard is not.
    pub(crate) fn hear(
        &mut self,
        holdings: &mut Holdings,
        by: Announcer,
        held: &HeldFiles,
    ) -> bool {
        if !held.all && !self.sets.contains_key(&by) {
            return false;
        }
        let set = self.sets.entry(by).or_default();
        let mut touched: HashSet<ReleaseId> = HashSet::new();
        let mut touch =
            |file: &ContentHash| touched.extend(self.of_file.get(file).into_iter().flatten());
        if held.all {
            for file in set.drain() {
                touch(&file);
            }
        }
        for file in &held.removed {
            if set.remove(file) {
                touch(file);
            }
        }
        for file in &held.added {
            if set.len() < MAX_HELD && set.insert(*file) {
                touch(file);
            }
        }
        for release in touched {
            self.enter(holdings, release, by);
        }
        true
    }

    /// How many of these files an appliance holds.
    pub(crate) fn count_held(&self, by: Announcer, files: &[ContentHash]) -> usize {
        let Some(set) = self.sets.get(&by) else {
            return 0;
        };
        files.iter().filter(|file| set.contains(*file)).count()
    }

    /// Says which releases there are and which of their files matter, the most important first. Others are forgotten.
    pub(crate) fn describe(
        &mut self,
        holdings: &mut Holdings,
        described: Vec<(ReleaseId, Vec<ContentHash>)>,
    ) {
        let new: HashMap<ReleaseId, Vec<ContentHash>> = described.into_iter().collect();
        for gone in self
            .releases
            .keys()
            .filter(|known| !new.contains_key(known))
        {
            holdings.forget(*gone);
        }
        let before = std::mem::replace(&mut self.releases, new);
        self.of_file.clear();
        let mut fresh = Vec::new();
        for (release, files) in &mut self.releases {
            files.truncate(MAX_WANTED);
            for file in files.iter() {
                self.of_file.entry(*file).or_default().push(*release);
            }
            if before.get(release) != Some(files) {
                holdings.describe(*release, files.len());
                fresh.push(*release);
            }
        }
        let appliances: Vec<Announcer> = self.sets.keys().copied().collect();
        for release in fresh {
            for by in &appliances {
                self.enter(holdings, release, *by);
            }
        }
    }

    fn enter(&self, holdings: &mut Holdings, release: ReleaseId, by: Announcer) {
        let (Some(files), Some(set)) = (self.releases.get(&release), self.sets.get(&by)) else {
            return;
        };
        let held = (0..).zip(files).filter(|(_, file)| set.contains(*file));
        let bits = held.fold(0_u64, |bits, (bit, _): (u32, _)| bits | 1 << bit);
        if let Err(error) = holdings.set(release, by, bits) {
            tracing::error!(%release, %error, "a release was described otherwise than its files");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Announcer = Announcer(1);

    fn file(name: &str) -> ContentHash {
        ContentHash::of(name.as_bytes())
    }

    fn release(name: &str) -> ReleaseId {
        ReleaseId(file(name))
    }

    fn says(all: bool, added: &[&str], removed: &[&str]) -> HeldFiles {
        HeldFiles {
            all,
            added: added.iter().map(|name| file(name)).collect(),
            removed: removed.iter().map(|name| file(name)).collect(),
        }
    }

    fn content(holdings: &Holdings, name: &str) -> crate::decision::Content {
        holdings.content(release(name), ONE, u64::MAX)
    }

    #[test]
    fn differences_add_up_and_one_to_nothing_is_not_understood() {
        use crate::decision::Content::{All, Nothing, Some};
        let (mut sets, mut holdings) = (FileSets::default(), Holdings::default());
        assert!(!sets.hear(&mut holdings, ONE, &says(false, &["a"], &[])));
        assert!(sets.hear(&mut holdings, ONE, &says(true, &["a", "x"], &[])));
        sets.describe(
            &mut holdings,
            vec![
                (release("film"), vec![file("a"), file("b")]),
                (release("other"), vec![file("x")]),
            ],
        );
        assert_eq!(
            (content(&holdings, "film"), content(&holdings, "other")),
            (Some, All)
        );
        assert!(sets.hear(&mut holdings, ONE, &says(false, &["b"], &["x"])));
        assert_eq!(
            (content(&holdings, "film"), content(&holdings, "other")),
            (All, Nothing)
        );
        // It started anew, with an empty disk.
        assert!(sets.hear(&mut holdings, ONE, &says(true, &[], &[])));
        assert_eq!(content(&holdings, "film"), Nothing);
        sets.describe(&mut holdings, vec![]);
        assert_eq!(content(&holdings, "film"), Nothing);
    }
}
