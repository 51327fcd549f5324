//! A sorted list in pages; a version that changes a page copies that page and shares the others.

use std::sync::Arc;

use crate::error::HollowError;
use crate::index::edits::{Edits, IndexEntry};
use crate::limits::PAGE_ENTRIES;

/// Neighbouring entries, packed.
#[derive(Debug, Clone, Default)]
struct Page {
    bytes: Vec<u8>,
    ends: Vec<Ends>,
}

/// Where an entry's key and the entry end; it begins where the one before ends.
#[derive(Debug, Clone, Copy)]
struct Ends {
    key: u32,
    whole: u32,
}

impl Page {
    fn start(&self, place: usize) -> usize {
        place
            .checked_sub(1)
            .map_or(0, |before| self.ends[before].whole as usize)
    }

    fn entry(&self, place: usize) -> IndexEntry<'_> {
        let (start, ends) = (self.start(place), self.ends[place]);
        IndexEntry {
            key: &self.bytes[start..ends.key as usize],
            primary: &self.bytes[ends.key as usize..ends.whole as usize],
        }
    }

    fn entries(&self) -> impl Iterator<Item = IndexEntry<'_>> {
        (0..self.ends.len()).map(|place| self.entry(place))
    }

    /// The first place whose entry is not before `entry`.
    fn seek(&self, entry: IndexEntry<'_>) -> usize {
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.entry(middle) < entry {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn has(&self, place: usize, entry: IndexEntry<'_>) -> bool {
        place < self.ends.len() && self.entry(place) == entry
    }

    fn push(&mut self, entry: IndexEntry<'_>) {
        self.bytes.extend_from_slice(entry.key);
        let key = self.bytes.len() as u32;
        self.bytes.extend_from_slice(entry.primary);
        let whole = self.bytes.len() as u32;
        self.ends.push(Ends { key, whole });
    }

    /// This page's entries with one put in at `place`, as one page or two.
    fn with(&self, place: usize, entry: IndexEntry<'_>) -> (Self, Option<Self>) {
        let count = self.ends.len() + 1;
        let cut = if count > 2 * PAGE_ENTRIES {
            count / 2
        } else {
            count
        };
        let (mut first, mut second) = (Self::default(), Self::default());
        for at in 0..count {
            let next = match at.cmp(&place) {
                std::cmp::Ordering::Less => self.entry(at),
                std::cmp::Ordering::Equal => entry,
                std::cmp::Ordering::Greater => self.entry(at - 1),
            };
            let page = if at < cut { &mut first } else { &mut second };
            page.push(next);
        }
        (first, (cut < count).then_some(second))
    }

    fn without(&self, place: usize) -> Self {
        let mut page = Self::default();
        for at in (0..self.ends.len()).filter(|at| *at != place) {
            page.push(self.entry(at));
        }
        page
    }
}

/// The whole list. Clones share their pages.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pages {
    /// None empty.
    pages: Arc<Vec<Arc<Page>>>,
}

impl Pages {
    /// The list after a change; the edits name each entry at most once, as [`Edits::settled`] does.
    pub(crate) fn changed(&self, edits: &Edits) -> Result<Self, HollowError> {
        if edits.is_empty() {
            return Ok(self.clone());
        }
        let settled = edits.settled()?;
        if self.pages.is_empty() {
            return Ok(Self::built(
                settled
                    .into_iter()
                    .filter_map(|(entry, adding)| adding.then_some(entry)),
            ));
        }
        let mut pages = Vec::clone(&self.pages);
        for (entry, adding) in settled {
            edit(&mut pages, entry, adding);
        }
        Ok(Self {
            pages: Arc::new(pages),
        })
    }

    fn built<'a>(entries: impl Iterator<Item = IndexEntry<'a>>) -> Self {
        let mut pages: Vec<Page> = Vec::new();
        for entry in entries {
            match pages.last_mut() {
                Some(page) if page.ends.len() < PAGE_ENTRIES => page.push(entry),
                _ => {
                    let mut page = Page::default();
                    page.push(entry);
                    pages.push(page);
                }
            }
        }
        Self {
            pages: Arc::new(pages.into_iter().map(Arc::new).collect()),
        }
    }

    /// The entries from the first one on whose key is not before `key`.
    fn from<'a, 'k>(&'a self, key: &'k [u8]) -> impl Iterator<Item = IndexEntry<'a>> + use<'a, 'k> {
        let entry = IndexEntry { key, primary: &[] };
        let first = page_of(&self.pages, entry);
        let skipped = self.pages.get(first).map_or(0, |page| page.seek(entry));
        let rest = self.pages.get(first..).unwrap_or_default();
        rest.iter().flat_map(|page| page.entries()).skip(skipped)
    }

    /// The primary keys under exactly this key, in order.
    pub(crate) fn under<'a, 'k>(
        &'a self,
        key: &'k [u8],
    ) -> impl Iterator<Item = &'a [u8]> + use<'a, 'k> {
        self.from(key)
            .take_while(move |entry| entry.key == key)
            .map(|entry| entry.primary)
    }

    /// The primary keys under keys that begin so, in the keys' order.
    pub(crate) fn beginning<'a, 'k>(
        &'a self,
        key: &'k [u8],
    ) -> impl Iterator<Item = &'a [u8]> + use<'a, 'k> {
        self.from(key)
            .take_while(move |entry| entry.key.starts_with(key))
            .map(|entry| entry.primary)
    }

    /// Two records under one key, if there are any.
    pub(crate) fn shared(&self) -> Option<(&[u8], &[u8])> {
        let mut entries = self.from(&[]);
        let mut last = entries.next()?;
        for entry in entries {
            if entry.key == last.key {
                return Some((last.primary, entry.primary));
            }
            last = entry;
        }
        None
    }
}

/// The page in which an entry lies or belongs.
fn page_of(pages: &[Arc<Page>], entry: IndexEntry<'_>) -> usize {
    pages
        .partition_point(|page| page.entry(0) <= entry)
        .saturating_sub(1)
}

fn edit(pages: &mut Vec<Arc<Page>>, entry: IndexEntry<'_>, adding: bool) {
    let number = page_of(pages, entry);
    let Some(page) = pages.get(number) else {
        if adding {
            let mut page = Page::default();
            page.push(entry);
            pages.push(Arc::new(page));
        }
        return;
    };
    let place = page.seek(entry);
    match (adding, page.has(place, entry)) {
        (true, false) => {
            let (first, second) = page.with(place, entry);
            pages[number] = Arc::new(first);
            if let Some(second) = second {
                pages.insert(number + 1, Arc::new(second));
            }
        }
        (false, true) if page.ends.len() == 1 => drop(pages.remove(number)),
        (false, true) => pages[number] = Arc::new(page.without(place)),
        (true, true) | (false, false) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn answers_as_a_set_does(
            changes in prop::collection::vec(
                prop::collection::vec(("[ab]{0,4}", 0..30_u8, any::<bool>()), 1..300),
                1..6,
            ),
        ) {
            let mut pages = Pages::default();
            let mut model = BTreeSet::new();
            for change in changes {
                let mut edits = Edits::default();
                for (key, primary, adding) in change {
                    edits.adding = adding;
                    edits.push(|out| out.extend_from_slice(key.as_bytes()), &[primary]);
                    let entry = (key.into_bytes(), primary);
                    if adding { model.insert(entry); } else { model.remove(&entry); }
                }
                let before: Vec<_> = pages.beginning(b"").map(<[u8]>::to_vec).collect();
                let next = pages.changed(&edits).unwrap();
                prop_assert_eq!(before, pages.beginning(b"").map(<[u8]>::to_vec).collect::<Vec<_>>());
                pages = next;
                for key in ["", "a", "b", "ab", "bb", "abab", "bbbb", "c"] {
                    let found: Vec<_> = pages.under(key.as_bytes()).map(|primary| primary[0]).collect();
                    let expected: Vec<_> =
                        model.iter().filter(|(it, _)| it == key.as_bytes()).map(|it| it.1).collect();
                    prop_assert_eq!(found, expected);
                    let found: Vec<_> = pages.beginning(key.as_bytes()).map(|primary| primary[0]).collect();
                    let expected: Vec<_> =
                        model.iter().filter(|(it, _)| it.starts_with(key.as_bytes())).map(|it| it.1).collect();
                    prop_assert_eq!(found, expected);
                }
                let keys: BTreeSet<_> = model.iter().map(|(key, _)| key).collect();
                prop_assert_eq!(pages.shared().is_none(), keys.len() == model.len());
            }
        }
    }
}
