//! Who holds which files: a bit for every file and appliance, kept by release.
//!
//! Most appliances hold all of a release or nothing of it, and two bits say so: those of 64 appliances lie
//! together, so that the appliances of one network, which are numbered together more often than not, are read
//! at once. Which files one holds that has some of them is in pages of 64 appliances, a word for each file; a
//! page exists only where somebody needed it.

use std::collections::HashMap;

use contracts_delivery::ReleaseId;
use delivery_routes::Announcer;
use foldhash::fast::RandomState;

use super::Content;
use crate::limits::MAX_WANTED;

/// The release was not described, or has fewer files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the release was not described to have those files")]
pub struct NoSuchFile;

const ABSENT: u32 = u32::MAX;

/// The files of every release that somebody holds something of.
#[derive(Debug, Default)]
pub struct Holdings {
    releases: HashMap<ReleaseId, Held, RandomState>,
}

/// The holders of one release's files.
#[derive(Debug, Default)]
pub(super) struct Held {
    files: u32,
    /// Of each 64 appliances.
    marks: Vec<Marks>,
    /// Where each 64 appliances' page begins in `words`, in pages.
    pages: Vec<u32>,
    /// Right for appliances that hold some files; what it says of others is old.
    words: Vec<u64>,
}

/// Who of some appliances holds what is wanted: a bit for each, by its place among them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct HeldAmong {
    /// It holds everything.
    pub(super) all: u64,
    /// It holds some of it.
    pub(super) some: u64,
}

/// A bit for each of 64 appliances.
#[derive(Debug, Clone, Copy, Default)]
struct Marks {
    /// It holds every file.
    all: u64,
    /// It holds a file.
    any: u64,
}

impl Holdings {
    /// Says how many files a release has whose holders matter, at most [`MAX_WANTED`]; nobody holds any yet.
    pub fn describe(&mut self, release: ReleaseId, files: usize) {
        let held = Held {
            files: files.min(MAX_WANTED) as u32,
            ..Held::default()
        };
        self.releases.insert(release, held);
    }

    /// The release was withdrawn.
    pub fn forget(&mut self, release: ReleaseId) {
        self.releases.remove(&release);
    }

    /// Says which of a release's files an appliance holds, a bit each.
    ///
    /// # Errors
    /// When the release was not described, or with fewer files; nothing is changed.
    pub fn set(&mut self, release: ReleaseId, by: Announcer, files: u64) -> Result<(), NoSuchFile> {
        let held = self.releases.get_mut(&release).ok_or(NoSuchFile)?;
        if files.checked_shr(held.files).unwrap_or(0) != 0 {
            return Err(NoSuchFile);
        }
        held.set(by, files);
        Ok(())
    }

    /// How much of `wanted`, a bit for each file of a release, an appliance holds.
    pub fn content(&self, release: ReleaseId, by: Announcer, wanted: u64) -> Content {
        let held = self.of(release);
        held.map_or(Content::Nothing, |held| held.content(by, wanted))
    }

    pub(super) fn of(&self, release: ReleaseId) -> Option<&Held> {
        self.releases.get(&release)
    }
}

impl HeldAmong {
    /// How much the appliance at a place holds.
    pub(super) const fn content(&self, at: usize) -> Content {
        if self.all >> at & 1 == 1 {
            Content::All
        } else if self.some >> at & 1 == 1 {
            Content::Some
        } else {
            Content::Nothing
        }
    }

    /// The same without some of them, who count as holding nothing.
    pub(super) const fn without(self, places: u64) -> Self {
        Self {
            all: self.all & !places,
            some: self.some & !places,
        }
    }
}

/// The places whose bits are set, in order.
pub(super) fn places(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = (bits != 0).then(|| bits.trailing_zeros() as usize);
        bits &= bits.wrapping_sub(1);
        place
    })
}

impl Held {
    /// Who of at most 64 appliances holds how much of `wanted`.
    pub(super) fn among(
        &self,
        appliances: &(impl Iterator<Item = Announcer> + Clone),
        wanted: u64,
    ) -> HeldAmong {
        let (mut all, mut any) = (0, 0);
        for (at, by) in appliances.clone().enumerate() {
            let (group, bit) = place(by);
            let marks = self.marks.get(group).copied().unwrap_or_default();
            all |= (marks.all >> bit & 1) << at;
            any |= (marks.any >> bit & 1) << at;
        }
        let asked = wanted & self.every_file();
        if asked == 0 {
            return HeldAmong::default();
        }
        let mut some = any & !all;
        if asked == self.every_file() {
            return HeldAmong { all, some };
        }
        for at in places(some) {
            let content = appliances
                .clone()
                .nth(at)
                .map(|by| self.content(by, wanted));
            all |= u64::from(content == Some(Content::All)) << at;
            some &= !(u64::from(content != Some(Content::Some)) << at);
        }
        HeldAmong { all, some }
    }

    /// How much of `wanted`, a bit for each file, an appliance holds.
    pub(super) fn content(&self, by: Announcer, wanted: u64) -> Content {
        let (at, bit) = place(by);
        let marks = self.marks.get(at).copied().unwrap_or_default();
        let asked = wanted & self.every_file();
        if marks.any >> bit & 1 == 0 || asked == 0 {
            return Content::Nothing;
        }
        if marks.all >> bit & 1 == 1 {
            return Content::All;
        }
        let page = self.pages[at] as usize * self.files as usize;
        let words = &self.words[page..page + self.files as usize];
        let held = (0_u32..)
            .zip(words)
            .fold(0, |held, (file, word)| held | (word >> bit & 1) << file);
        match held & asked {
            0 => Content::Nothing,
            all if all == asked => Content::All,
            _ => Content::Some,
        }
    }

    fn set(&mut self, by: Announcer, files: u64) {
        let (at, bit) = place(by);
        let (all, any) = (files == self.every_file(), files != 0);
        if self.marks.len() <= at {
            if !any {
                return;
            }
            self.marks.resize(at + 1, Marks::default());
        }
        let marks = &mut self.marks[at];
        marks.all = marks.all & !(1 << bit) | u64::from(all && any) << bit;
        marks.any = marks.any & !(1 << bit) | u64::from(any) << bit;
        if all || !any {
            return;
        }
        let page = self.page_for(at);
        let words = &mut self.words[page..page + self.files as usize];
        for (file, word) in (0_u32..).zip(words) {
            *word = *word & !(1 << bit) | (files >> file & 1) << bit;
        }
    }

    fn every_file(&self) -> u64 {
        u64::MAX.checked_shr(u64::BITS - self.files).unwrap_or(0)
    }

    /// Where the words of 64 appliances begin.
    fn page_for(&mut self, at: usize) -> usize {
        if self.pages.len() <= at {
            self.pages.resize(at + 1, ABSENT);
        }
        let files = self.files as usize;
        if self.pages[at] == ABSENT {
            self.pages[at] = (self.words.len() / files) as u32;
            self.words.resize(self.words.len() + files, 0);
        }
        self.pages[at] as usize * files
    }
}

/// The 64 that an appliance is one of, and which of them.
const fn place(by: Announcer) -> (usize, u32) {
    ((by.0 / u64::BITS) as usize, by.0 % u64::BITS)
}

#[cfg(test)]
mod tests {
    use data_objects::ContentHash;
    use proptest::prelude::*;

    use super::*;

    fn release() -> ReleaseId {
        ReleaseId(ContentHash::of(b"release"))
    }

    #[test]
    fn files_that_were_not_described_are_refused() {
        let mut holdings = Holdings::default();
        assert_eq!(holdings.set(release(), Announcer(1), 1), Err(NoSuchFile));
        holdings.describe(release(), 2);
        assert_eq!(
            holdings.set(release(), Announcer(1), 0b100),
            Err(NoSuchFile)
        );
        assert_eq!(holdings.set(release(), Announcer(9_999), 0), Ok(()));
        assert_eq!(
            holdings
                .of(release())
                .unwrap()
                .content(Announcer(9_999), u64::MAX),
            Content::Nothing
        );
        holdings.describe(release(), MAX_WANTED);
        assert_eq!(holdings.set(release(), Announcer(1), u64::MAX), Ok(()));
        assert_eq!(
            holdings
                .of(release())
                .unwrap()
                .content(Announcer(1), u64::MAX),
            Content::All
        );
    }

    proptest! {
        #[test]
        fn what_was_last_said_counts(
            changes in proptest::collection::vec((0_u32..300, prop_oneof![0_u64..1 << 12, Just((1 << 12) - 1), Just(0)]), 0..200),
            wanted in any::<u64>(),
        ) {
            let (mut holdings, mut said) = (Holdings::default(), HashMap::<u32, u64>::new());
            holdings.describe(release(), 12);
            for (by, files) in changes {
                holdings.set(release(), Announcer(by), files).unwrap();
                said.insert(by, files);
            }
            let asked = wanted & ((1 << 12) - 1);
            for by in 0..300 {
                let expected = match said.get(&by).copied().unwrap_or(0) & asked {
                    0 => Content::Nothing,
                    all if all == asked => Content::All,
                    _ => Content::Some,
                };
                let held = holdings.of(release()).unwrap();
                prop_assert_eq!(held.content(Announcer(by), wanted), expected);
                let among = held.among(&(by..by + 64).map(Announcer), wanted);
                prop_assert_eq!(among.content(0), expected);
                if by >= 63 {
                    let among = held.among(&(by - 63..=by).map(Announcer), wanted);
                    prop_assert_eq!(among.content(63), expected);
                }
            }
        }
    }
}
