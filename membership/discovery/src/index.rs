//! What search reads: every title's words, folded once per snapshot.

use std::collections::HashSet;
use std::sync::Arc;

use contracts_membership::TitleId;
use membership_catalog::Snapshot;
use parking_lot::Mutex;

use crate::fold::words;

/// Three letters of a word, which begins with two blanks and ends with one.
pub(crate) type Trigram = [char; 3];

/// A title's words.
#[derive(Debug)]
pub(crate) struct IndexedTitle {
    pub(crate) id: TitleId,
    /// Of the name.
    pub(crate) name: Vec<String>,
    /// Of tags, category and description.
    pub(crate) about: Vec<String>,
    /// Of the name.
    pub(crate) trigrams: HashSet<Trigram>,
}

/// Every title's words, newest title first.
#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) titles: Vec<IndexedTitle>,
}

impl Index {
    pub(crate) fn new(snapshot: &Snapshot) -> Self {
        let titles = snapshot.newest_first().iter().map(|entry| {
            let name = words(&entry.name);
            let about = entry
                .tags
                .iter()
                .chain([&entry.category, &entry.description]);
            IndexedTitle {
                id: entry.id.clone(),
                trigrams: trigrams(&name),
                name,
                about: about.flat_map(|text| words(text)).collect(),
            }
        });
        Self {
            titles: titles.collect(),
        }
    }
}

/// The trigrams of words.
pub(crate) fn trigrams(words: &[String]) -> HashSet<Trigram> {
    let mut found = HashSet::new();
    for word in words {
        let padded: Vec<char> = [' ', ' ']
            .into_iter()
            .chain(word.chars())
            .chain([' '])
            .collect();
        found.extend(
            padded
                .windows(3)
                .map(|three| [three[0], three[1], three[2]]),
        );
    }
    found
}

/// The index of the latest snapshot that was searched.
#[derive(Debug, Default)]
pub(crate) struct CachedIndex(Mutex<Option<(Arc<Snapshot>, Arc<Index>)>>);

impl CachedIndex {
    /// The index of `snapshot`, made now if it is not the one at hand.
    pub(crate) fn of(&self, snapshot: &Arc<Snapshot>) -> Arc<Index> {
        let mut cached = self.0.lock();
        if let Some((indexed, index)) = &*cached
            && Arc::ptr_eq(indexed, snapshot)
        {
            return Arc::clone(index);
        }
        let index = Arc::new(Index::new(snapshot));
        *cached = Some((Arc::clone(snapshot), Arc::clone(&index)));
        index
    }
}
