//! Search: names first, then what titles are about, then names that are spelt alike.

use std::collections::HashSet;

use contracts_membership::TitleId;

use crate::fold::words;
use crate::index::{Index, Trigram, trigrams};
use crate::limits::{LIKENESS_FLOOR, SEARCH_TITLES};

/// What a search found.
#[derive(Debug, PartialEq)]
pub(crate) struct Found {
    /// Whether some title's name holds every word asked for.
    pub(crate) exact: bool,
    /// Best first.
    pub(crate) titles: Vec<TitleId>,
}

/// How well a title answers; better ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
enum Answer {
    /// The name is spelt alike, so much.
    Alike(f64),
    /// Name, tags, category and description together hold every word.
    About,
    /// The name holds every word.
    Named,
    /// The name is what was asked for.
    Is,
}

/// Searches the titles that `visible` lets through. Names that are only spelt alike are offered when no
/// title holds the words.
pub(crate) fn search(index: &Index, query: &str, visible: impl Fn(&TitleId) -> bool) -> Found {
    let asked = words(query);
    let wanted = trigrams(&asked);
    let mut answers: Vec<(Answer, &TitleId)> = index
        .titles
        .iter()
        .filter(|title| visible(&title.id))
        .filter_map(|title| {
            let answer = if title.name == asked {
                Some(Answer::Is)
            } else if holds_all(&asked, &title.name.iter()) {
                Some(Answer::Named)
            } else if holds_all(&asked, &title.name.iter().chain(&title.about)) {
                Some(Answer::About)
            } else {
                let likeness = likeness(&wanted, &title.trigrams);
                (likeness >= LIKENESS_FLOOR).then_some(Answer::Alike(likeness))
            };
            answer.map(|answer| (answer, &title.id))
        })
        .collect();
    if asked.is_empty() {
        answers.clear();
    }
    answers.sort_by(|(a, _), (b, _)| b.partial_cmp(a).unwrap_or(std::cmp::Ordering::Equal));
    let exact = answers
        .first()
        .is_some_and(|(best, _)| *best >= Answer::Named);
    let held = answers
        .first()
        .is_some_and(|(best, _)| *best >= Answer::About);
    answers.retain(|(answer, _)| !held || *answer >= Answer::About);
    let titles = answers
        .into_iter()
        .take(SEARCH_TITLES)
        .map(|(_, id)| id.clone())
        .collect();
    Found { exact, titles }
}

/// Whether each word asked for begins or lies inside one of the words at hand.
fn holds_all<'a>(asked: &[String], words: &(impl Iterator<Item = &'a String> + Clone)) -> bool {
    asked
        .iter()
        .all(|word| words.clone().any(|at_hand| at_hand.contains(word.as_str())))
}

/// How alike two sets of trigrams are, from 0 to 1: the mean of the share of both and the share of what
/// was asked for, so that a short query finds a long name.
fn likeness(asked: &HashSet<Trigram>, name: &HashSet<Trigram>) -> f64 {
    let shared = asked.intersection(name).count();
    let all = asked.len() + name.len() - shared;
    if asked.is_empty() || all == 0 {
        return 0.0;
    }
    let shared = shared as f64;
    f64::midpoint(shared / all as f64, shared / asked.len() as f64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::http::fixture::{entry, snapshot};

    fn find(query: &str) -> (bool, Vec<String>) {
        let mut entries = vec![
            entry("Sintel", "Film", &["dragon"], 1),
            entry("Big Buck Bunny", "Film", &["rabbit", "forest"], 2),
            entry("Le Château de Verre", "", &[], 3),
            entry("Sintel Extras", "", &[], 4),
        ];
        entries[0].description = "A girl looks for her dragon in the snow.".into();
        let index = Index::new(&snapshot(&entries));
        let found = search(&index, query, |id| id.0 != "hidden");
        (
            found.exact,
            found.titles.into_iter().map(|id| id.0).collect(),
        )
    }

    #[test]
    fn names_are_matched_by_their_words_whatever_the_marks() {
        assert_eq!(
            find("sintel"),
            (true, vec!["Sintel".into(), "Sintel Extras".into()])
        );
        assert_eq!(
            find("verre CHATEAU"),
            (true, vec!["Le Château de Verre".into()])
        );
        assert_eq!(find("bunn big"), (true, vec!["Big Buck Bunny".into()]));
    }

    #[test]
    fn what_a_title_is_about_is_found_and_not_called_exact() {
        assert_eq!(find("dragon snow"), (false, vec!["Sintel".into()]));
        assert_eq!(find("rabbit bunny"), (false, vec!["Big Buck Bunny".into()]));
    }

    #[test]
    fn names_spelt_alike_are_offered_when_nothing_matches() {
        assert_eq!(
            find("sintl"),
            (false, vec!["Sintel".into(), "Sintel Extras".into()])
        );
        assert_eq!(find("big buk buny"), (false, vec!["Big Buck Bunny".into()]));
        assert_eq!(find("xylophone"), (false, vec![]));
        assert_eq!(find("?!"), (false, vec![]));
    }

    #[test]
    fn hidden_titles_are_not_found() {
        let index = Index::new(&snapshot(&[entry("hidden", "", &[], 1)]));
        let found = search(&index, "hidden", |id| id.0 != "hidden");
        assert_eq!(
            found,
            Found {
                exact: false,
                titles: vec![]
            }
        );
    }

    proptest! {
        #[test]
        fn likeness_is_a_share(a in "[a-d ]{0,12}", b in "[a-d ]{0,12}") {
            let (a, b) = (trigrams(&words(&a)), trigrams(&words(&b)));
            prop_assert!((0.0..=1.0).contains(&likeness(&a, &b)));
            prop_assert!(a.is_empty() || (likeness(&a, &a) - 1.0).abs() < 1e-9);
        }
    }
}
