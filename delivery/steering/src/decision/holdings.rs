//! Who holds which files: a bit for every file and appliance, kept by release.
//!
//! A release's bits lie in pages of 64 appliances, a word for each of its files, and a page exists only where
//! one of the 64 holds something. A decision reads a page or two per candidate, and the appliances of one
//! network are numbered together more often than not.

use std::collections::HashMap;

use contracts_delivery::ReleaseId;
use delivery_routes::Announcer;

use super::Content;
use crate::limits::MAX_WANTED;

/// The release was not described, or has fewer files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the release was not described to have those files")]
pub struct NoSuchFile;

const PAGE: u32 = u64::BITS;
const ABSENT: u32 = u32::MAX;

/// The files of every release that somebody holds something of.
#[derive(Debug, Default)]
pub struct Holdings {
    releases: HashMap<ReleaseId, Held>,
}

/// The holders of one release's files.
#[derive(Debug, Default)]
pub(super) struct Held {
    files: u32,
    /// Where each 64 appliances' page begins in `words`, in pages.
    pages: Vec<u32>,
    words: Vec<u64>,
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
        let page = match held.page(by) {
            Some(page) => page,
            None if files == 0 => return Ok(()),
            None => held.page_for(by),
        };
        let (bit, end) = (by.0 % PAGE, page + held.files as usize);
        for (file, word) in held.words[page..end].iter_mut().enumerate() {
            *word = *word & !(1 << bit) | (files >> file & 1) << bit;
        }
        Ok(())
    }

    pub(super) fn of(&self, release: ReleaseId) -> Option<&Held> {
        self.releases.get(&release)
    }
}

impl Held {
    /// How much of `wanted`, a bit for each file, an appliance holds.
    pub(super) fn content(&self, by: Announcer, wanted: u64) -> Content {
        let Some(page) = self.page(by) else {
            return Content::Nothing;
        };
        let bit = by.0 % PAGE;
        let (mut held, mut asked) = (0, 0);
        for (file, word) in self.words[page..page + self.files as usize]
            .iter()
            .enumerate()
        {
            let want = wanted >> file & 1;
            asked += want;
            held += want & (word >> bit);
        }
        match held {
            0 => Content::Nothing,
            all if all == asked => Content::All,
            _ => Content::Some,
        }
    }

    /// Where the words of an appliance's page begin.
    fn page(&self, by: Announcer) -> Option<usize> {
        let page = *self.pages.get((by.0 / PAGE) as usize)?;
        (page != ABSENT).then_some(page as usize * self.files as usize)
    }

    fn page_for(&mut self, by: Announcer) -> usize {
        let at = (by.0 / PAGE) as usize;
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
            changes in proptest::collection::vec((0_u32..300, 0_u64..1 << 12), 0..200),
            wanted in any::<u64>(),
        ) {
            let (mut holdings, mut said) = (Holdings::default(), HashMap::new());
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
            }
        }
    }
}
