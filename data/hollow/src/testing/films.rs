//! Records as a catalogue has them.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::dataset::Dataset;
use crate::index::{ManyIndex, PrefixIndex, UniqueIndex};
use crate::record::Record;

/// A film, about 100 bytes encoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Film {
    /// 26 characters.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The year it was made.
    pub year: u16,
    /// Length in minutes.
    pub minutes: u32,
    /// What it is about.
    pub tags: Vec<String>,
    /// Its release: no two films have the same.
    pub release: [u8; 16],
}

impl Record for Film {
    type Key = str;

    fn key(&self) -> &str {
        &self.id
    }
}

/// The indexes of [`films`].
#[derive(Debug, Clone, Copy)]
pub struct FilmIndexes {
    /// By release.
    pub release: UniqueIndex<Film, [u8; 16]>,
    /// By tag.
    pub tag: ManyIndex<Film, str>,
    /// By name.
    pub name: PrefixIndex<Film>,
}

/// A dataset of films with an index of each kind.
///
/// # Panics
/// When `name` is no dataset's.
pub fn films(name: &str) -> (Dataset<Film>, FilmIndexes) {
    let mut dataset = Dataset::<Film>::new(name).expect("the caller gives a dataset's name");
    let indexes = FilmIndexes {
        release: dataset.unique("release", |film, keys| keys.add(&film.release)),
        tag: dataset.many::<str>("tag", |film, keys| {
            film.tags.iter().for_each(|tag| keys.add(tag));
        }),
        name: dataset.prefix("name", |film, keys| keys.add(&film.name)),
    };
    (dataset, indexes)
}

const WORDS: [&str; 16] = [
    "quiet", "river", "glass", "night", "garden", "letter", "winter", "signal", "paper", "stone",
    "orange", "harbour", "mirror", "silver", "hollow", "summer",
];

/// The film of a number, in an edition: another edition has another length and release.
pub fn film(number: u64, edition: u64) -> Film {
    let hash = |seed: u64| xxh3_64_with_seed(&number.to_le_bytes(), seed);
    let word = |seed: u64| WORDS[(hash(seed) % 16) as usize];
    let edited = xxh3_64_with_seed(&edition.to_le_bytes(), number);
    let mut release = [0; 16];
    release[..8].copy_from_slice(&number.to_le_bytes());
    release[8..].copy_from_slice(&edited.to_le_bytes());
    Film {
        id: format!("{:013x}{:013x}", hash(1) >> 12, hash(2) >> 12),
        name: format!("The {} of the {} {number}", word(3), word(4)),
        year: 1_900 + (hash(5) % 130) as u16,
        minutes: (edited % 240) as u32,
        tags: vec![word(6).to_owned(), word(7).to_owned()],
        release,
    }
}
