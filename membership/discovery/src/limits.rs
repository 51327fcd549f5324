//! Limits of what is shown at once, and of what may be asked.

/// Most titles in a row: further ones are found by search.
pub const ROW_TITLES: usize = 40;

/// Titles in "Recently added".
pub const RECENT_TITLES: usize = 20;

/// Most rows made of categories and tags together: more than anyone scrolls past.
pub const MAX_TOPIC_ROWS: usize = 30;

/// Fewest titles of a category or tag that make a row: one title alone is no choice.
pub const FEWEST_TOPIC_TITLES: usize = 2;

/// Titles offered beside one.
pub const LIKE_TITLES: usize = 12;

/// Most titles a search answers with.
pub const SEARCH_TITLES: usize = 50;

/// Most characters of a search: longer ones are not searches.
pub const MAX_QUERY_CHARS: usize = 200;

/// Least likeness at which a name is offered for a search that nothing matched. Below a third, what is
/// offered shares little more than a letter or two with what was asked.
pub const LIKENESS_FLOOR: f64 = 0.33;

/// Most bytes of an artwork file that is served: read whole, since artwork is small.
pub const MAX_ARTWORK_BYTES: u64 = 8 << 20;
