//! Home: one title to begin with, and rows that each say why they are there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use contracts_membership::CatalogEntry;
use serde::Serialize;
use utoipa::ToSchema;

use crate::card::TitleCard;
use crate::fold::words;
use crate::limits::{FEWEST_TOPIC_TITLES, MAX_TOPIC_ROWS, RECENT_TITLES, ROW_TITLES};
use crate::shelf::Shelf;

/// The first page.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Home {
    /// The newest title that has a picture; null in an empty catalogue.
    #[schema(required)]
    pub(crate) hero: Option<TitleCard>,
    /// Never an empty one.
    pub(crate) rows: Vec<Row>,
}

/// Titles for one reason.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Row {
    /// Stays the same from one visit to the next.
    pub(crate) id: String,
    /// The reason.
    pub(crate) name: String,
    pub(crate) titles: Vec<TitleCard>,
}

/// Home as this viewer's shelf has it.
pub(crate) fn home(shelf: &Shelf) -> Home {
    let newest = shelf.newest_first();
    let hero = newest
        .iter()
        .find(|entry| !entry.images.is_empty())
        .or(newest.first());
    let mut rows = vec![
        row(
            "continue-watching",
            "Continue watching",
            shelf.bookmarked(),
            ROW_TITLES,
            shelf,
        ),
        row("my-list", "My list", shelf.listed(), ROW_TITLES, shelf),
        row(
            "recently-added",
            "Recently added",
            newest.iter(),
            RECENT_TITLES,
            shelf,
        ),
    ];
    let mut topic_rows = 0;
    for topic in topics(newest) {
        let row = row(
            &topic.id,
            &topic.name,
            topic.titles.into_iter(),
            ROW_TITLES,
            shelf,
        );
        if topic_rows < MAX_TOPIC_ROWS
            && row.titles.len() >= FEWEST_TOPIC_TITLES
            && says_something_new(&row, &rows)
        {
            rows.push(row);
            topic_rows += 1;
        }
    }
    rows.retain(|row| !row.titles.is_empty());
    Home {
        hero: hero.map(|entry| TitleCard::new(entry, shelf)),
        rows,
    }
}

/// Whether no earlier row shows the same titles in the same order.
fn says_something_new(row: &Row, earlier: &[Row]) -> bool {
    let titles = |row: &Row| {
        row.titles
            .iter()
            .map(|card| card.id.clone())
            .collect::<Vec<_>>()
    };
    earlier.iter().all(|other| titles(other) != titles(row))
}

fn row<'a>(
    id: &str,
    name: &str,
    titles: impl Iterator<Item = &'a Arc<CatalogEntry>>,
    most: usize,
    shelf: &Shelf,
) -> Row {
    let titles = titles
        .take(most)
        .map(|entry| TitleCard::new(entry, shelf))
        .collect();
    Row {
        id: id.to_owned(),
        name: name.to_owned(),
        titles,
    }
}

/// A category or a tag with its titles.
struct Topic<'a> {
    id: String,
    /// As the newest title spells it.
    name: String,
    titles: Vec<&'a Arc<CatalogEntry>>,
}

/// Categories before tags, each by number of titles and then by name. Spellings that fold to the same
/// are one topic; a tag that is also a category adds no row.
fn topics(newest_first: &[Arc<CatalogEntry>]) -> Vec<Topic<'_>> {
    let mut found: BTreeMap<(u8, String), Topic<'_>> = BTreeMap::new();
    for entry in newest_first {
        let category = (0, entry.category.as_str());
        let tags = entry.tags.iter().map(|tag| (1, tag.as_str()));
        for (kind, name) in std::iter::once(category).chain(tags) {
            let folded = words(name).join("-");
            if folded.is_empty() {
                continue;
            }
            let prefix = if kind == 0 { "category" } else { "tag" };
            let id = format!("{prefix}-{folded}");
            let topic = found.entry((kind, folded)).or_insert_with(|| Topic {
                id,
                name: capitalised(name.trim()),
                titles: Vec::new(),
            });
            if topic.titles.last().is_none_or(|last| last.id != entry.id) {
                topic.titles.push(entry);
            }
        }
    }
    let categories: BTreeSet<String> = found
        .keys()
        .filter(|(kind, _)| *kind == 0)
        .map(|(_, folded)| folded.clone())
        .collect();
    found.retain(|(kind, folded), _| *kind == 0 || !categories.contains(folded));
    let mut topics: Vec<_> = found.into_iter().collect();
    topics.sort_by_key(|((kind, _), topic)| (*kind, std::cmp::Reverse(topic.titles.len())));
    topics.into_iter().map(|(_, topic)| topic).collect()
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use contracts_membership::TitleId;
    use membership_viewing::{Bookmark, ListedTitle};
    use platform_clock::Timestamp;

    use super::*;
    use crate::http::fixture::{entry, shelf};
    use crate::shelf::Marks;

    fn shape(home: &Home) -> Vec<(&str, Vec<&str>)> {
        home.rows
            .iter()
            .map(|row| {
                (
                    row.name.as_str(),
                    row.titles.iter().map(|card| card.id.as_str()).collect(),
                )
            })
            .collect()
    }

    #[test]
    fn rows_appear_in_order_and_only_with_titles() {
        let entries = [
            entry("a", "Film", &["space", "quiet"], 1),
            entry("b", "Film", &["Space"], 2),
            entry("c", "series", &["film"], 3),
        ];
        let at = Timestamp::default();
        let marks = Marks {
            bookmarks: vec![Bookmark {
                title: TitleId("a".into()),
                position_ms: 7,
                duration_ms: 9,
                at,
            }],
            list: vec![
                ListedTitle {
                    title: TitleId("gone".into()),
                    added_at: at,
                },
                ListedTitle {
                    title: TitleId("b".into()),
                    added_at: at,
                },
            ],
        };
        let home = home(&shelf(&entries, marks));
        assert_eq!(home.hero.as_ref().map(|card| card.id.as_str()), Some("c"));
        assert_eq!(
            shape(&home),
            [
                ("Continue watching", vec!["a"]),
                ("My list", vec!["b"]),
                ("Recently added", vec!["c", "b", "a"]),
                ("Film", vec!["b", "a"]),
            ],
            "Space repeats Film, and Series and Quiet have one title each"
        );
    }

    #[test]
    fn an_empty_catalogue_has_an_empty_home() {
        let home = home(&shelf(&[], Marks::default()));
        assert_eq!(
            home,
            Home {
                hero: None,
                rows: vec![]
            }
        );
    }
}
