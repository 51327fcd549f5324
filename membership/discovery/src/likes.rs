//! Titles like a title.

use std::collections::HashSet;

use contracts_membership::CatalogEntry;

use crate::fold::words;
use crate::limits::LIKE_TITLES;
use crate::shelf::Shelf;

/// Titles that share tags or the category with `entry`, those that share most first, newer ones before
/// older. A category counts as two tags: it is the broader likeness, and always given with care.
pub(crate) fn more_like<'a>(entry: &CatalogEntry, shelf: &'a Shelf) -> Vec<&'a CatalogEntry> {
    let (category, tags) = (folded(&entry.category), tags(entry));
    let mut scored: Vec<_> = shelf
        .newest_first()
        .iter()
        .filter(|other| other.id != entry.id)
        .map(|other| {
            let same = !category.is_empty() && folded(&other.category) == category;
            let shared = self::tags(other).intersection(&tags).count();
            (shared + if same { 2 } else { 0 }, &**other)
        })
        .filter(|(score, _)| *score > 0)
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored
        .into_iter()
        .map(|(_, other)| other)
        .take(LIKE_TITLES)
        .collect()
}

fn folded(text: &str) -> String {
    words(text).join(" ")
}

fn tags(entry: &CatalogEntry) -> HashSet<String> {
    entry
        .tags
        .iter()
        .map(|tag| folded(tag))
        .filter(|tag| !tag.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::fixture::{entry, shelf};
    use crate::shelf::Marks;

    #[test]
    fn the_most_alike_come_first_and_strangers_not_at_all() {
        let entries = [
            entry("it", "Film", &["space", "quiet", "robots"], 9),
            entry("stranger", "", &["football", ""], 8),
            entry("kin", "film", &[], 7),
            entry("twin", "Film", &["Space", "ROBOTS"], 6),
            entry("cousin", "Series", &["quiet"], 5),
        ];
        let shelf = shelf(&entries, Marks::default());
        let likes = more_like(&entries[0], &shelf);
        let ids: Vec<_> = likes.iter().map(|entry| entry.id.0.as_str()).collect();
        assert_eq!(ids, ["twin", "kin", "cousin"]);
    }
}
