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

/// A file's place in its release is past what was described.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the release was not described to have that file")]
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

    /// An appliance came to hold a file, or holds it no longer.
    pub fn set(
        &mut self,
        release: ReleaseId,
        file: usize,
        by: Announcer,
        holds: bool,
    ) -> Result<(), NoSuchFile> {
        let held = self.releases.get_mut(&release).ok_or(NoSuchFile)?;
        if file >= held.files as usize {
            return Err(NoSuchFile);
        }
        let page = if holds {
            held.page_for(by)
        } else if let Some(page) = held.page(by) {
            page
        } else {
            return Ok(());
        };
        let bit = 1 << (by.0 % PAGE);
        let word = &mut held.words[page + file];
        *word = if holds { *word | bit } else { *word & !bit };
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
    use std::collections::HashSet;

    use data_objects::ContentHash;
    use proptest::prelude::*;

    use super::*;

    fn release() -> ReleaseId {
        ReleaseId(ContentHash::of(b"release"))
    }

    #[test]
    fn files_that_were_not_described_are_refused() {
        let mut holdings = Holdings::default();
        assert_eq!(
            holdings.set(release(), 0, Announcer(1), true),
            Err(NoSuchFile)
        );
        holdings.describe(release(), 2);
        assert_eq!(
            holdings.set(release(), 2, Announcer(1), true),
            Err(NoSuchFile)
        );
        assert_eq!(holdings.set(release(), 1, Announcer(9_999), false), Ok(()));
        assert_eq!(
            holdings
                .of(release())
                .unwrap()
                .content(Announcer(9_999), u64::MAX),
            Content::Nothing
        );
    }

    proptest! {
        #[test]
        fn bits_are_a_set_of_pairs(
            changes in proptest::collection::vec((0_u32..300, 0_usize..12, any::<bool>()), 0..200),
            wanted in any::<u64>(),
        ) {
            let (mut holdings, mut pairs) = (Holdings::default(), HashSet::new());
            holdings.describe(release(), 12);
            for (by, file, holds) in changes {
                holdings.set(release(), file, Announcer(by), holds).unwrap();
                if holds {
                    pairs.insert((by, file));
                } else {
                    pairs.remove(&(by, file));
                }
            }
            let asked: Vec<usize> = (0..12).filter(|file| wanted >> file & 1 == 1).collect();
            for by in 0..300 {
                let held = asked.iter().filter(|file| pairs.contains(&(by, **file))).count();
                let expected = match held {
                    0 => Content::Nothing,
                    all if all == asked.len() => Content::All,
                    _ => Content::Some,
                };
                let held = holdings.of(release()).unwrap();
                prop_assert_eq!(held.content(Announcer(by), wanted), expected);
            }
        }
    }
}
