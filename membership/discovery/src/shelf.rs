//! What one viewer may see: the offered titles of a snapshot with the viewer's own marks.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use contracts_membership::{CatalogEntry, TitleId};
use membership_catalog::{Asker, NotOffered, Snapshot, offered};
use membership_viewing::{Bookmark, ListedTitle};

/// The viewer's marks: bookmarks and list, each the latest first.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub(crate) bookmarks: Vec<Bookmark>,
    pub(crate) list: Vec<ListedTitle>,
}

/// A viewer's view of the catalogue.
#[derive(Debug)]
pub(crate) struct Shelf {
    newest_first: Vec<Arc<CatalogEntry>>,
    by_id: HashMap<TitleId, Arc<CatalogEntry>>,
    bookmarks: HashMap<TitleId, u64>,
    bookmarked: Vec<TitleId>,
    listed: Vec<TitleId>,
    in_list: HashSet<TitleId>,
}

impl Shelf {
    pub(crate) fn new(snapshot: &Snapshot, asker: &Asker<'_>, marks: Marks) -> Self {
        let visible = snapshot
            .newest_first()
            .iter()
            .filter(|entry| shown(entry, asker));
        let newest_first: Vec<_> = visible.cloned().collect();
        let by_id = newest_first
            .iter()
            .map(|entry| (entry.id.clone(), Arc::clone(entry)))
            .collect();
        let listed: Vec<_> = marks.list.into_iter().map(|listed| listed.title).collect();
        Self {
            newest_first,
            by_id,
            bookmarked: marks
                .bookmarks
                .iter()
                .map(|mark| mark.title.clone())
                .collect(),
            bookmarks: marks
                .bookmarks
                .into_iter()
                .map(|it| (it.title, it.position_ms))
                .collect(),
            in_list: listed.iter().cloned().collect(),
            listed,
        }
    }

    /// The titles shown, newest first.
    pub(crate) fn newest_first(&self) -> &[Arc<CatalogEntry>] {
        &self.newest_first
    }

    pub(crate) fn get(&self, title: &TitleId) -> Option<&Arc<CatalogEntry>> {
        self.by_id.get(title)
    }

    /// Titles begun and not finished, the latest first.
    pub(crate) fn bookmarked(&self) -> impl Iterator<Item = &Arc<CatalogEntry>> {
        self.bookmarked.iter().filter_map(|title| self.get(title))
    }

    /// Titles on the viewer's list, the latest first.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &Arc<CatalogEntry>> {
        self.listed.iter().filter_map(|title| self.get(title))
    }

    pub(crate) fn bookmark_ms(&self, title: &TitleId) -> Option<u64> {
        self.bookmarks.get(title).copied()
    }

    pub(crate) fn is_listed(&self, title: &TitleId) -> bool {
        self.in_list.contains(title)
    }
}

/// Titles outside the viewer's plan are shown: what a plan lacks is a reason to change it. Titles out
/// of their window, out of place or above the account's rating are not.
fn shown(entry: &CatalogEntry, asker: &Asker<'_>) -> bool {
    matches!(offered(entry, asker), Ok(()) | Err(NotOffered::Plan))
}
