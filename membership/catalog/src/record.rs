//! A title as the dataset keeps it: flat, and free to get more fields at its end.

use contracts_delivery::{FileName, Image, ReleaseId, StoredFile};
use contracts_membership::{Availability, CatalogEntry, Maturity, TitleId};
use data_hollow::Record;
use data_objects::ContentHash;
use platform_clock::{Timestamp, Window};
use serde::{Deserialize, Serialize};

/// A title of the dataset. See [`Record`] for what may be changed here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TitleRecord {
    pub(crate) id: String,
    name: String,
    description: String,
    tags: Vec<String>,
    category: String,
    year: Option<i32>,
    /// The youngest age it is meant for.
    age: u8,
    from_ms: Option<u64>,
    until_ms: Option<u64>,
    territories: Vec<String>,
    plans: Vec<String>,
    release: [u8; 32],
    duration_ms: u64,
    images: Vec<ImageRecord>,
    colour: String,
    audio_languages: Vec<String>,
    subtitle_languages: Vec<String>,
    pub(crate) added_at_ms: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ImageRecord {
    /// The file's name as text.
    file: String,
    bytes: u64,
    width: u32,
    height: u32,
}

impl Record for TitleRecord {
    type Key = str;

    fn key(&self) -> &str {
        &self.id
    }
}

impl TitleRecord {
    /// The hashes of its pictures.
    pub(crate) fn artwork(&self) -> impl Iterator<Item = ContentHash> {
        let images = self.images.iter();
        images.filter_map(|image| Some(image.stored()?.name.hash))
    }

    /// The picture with this hash.
    pub(crate) fn picture(&self, hash: &ContentHash) -> Option<StoredFile> {
        let mut images = self.images.iter().filter_map(ImageRecord::stored);
        images.find(|stored| stored.name.hash == *hash)
    }
}

impl ImageRecord {
    fn stored(&self) -> Option<StoredFile> {
        let name: FileName = self.file.parse().ok()?;
        let bytes = self.bytes;
        Some(StoredFile { name, bytes })
    }
}

impl From<&CatalogEntry> for TitleRecord {
    fn from(entry: &CatalogEntry) -> Self {
        let Availability {
            window,
            territories,
            plans,
        } = &entry.availability;
        let images = entry.images.iter().map(|image| ImageRecord {
            file: image.file.name.to_string(),
            bytes: image.file.bytes,
            width: image.width,
            height: image.height,
        });
        Self {
            id: entry.id.0.clone(),
            name: entry.name.clone(),
            description: entry.description.clone(),
            tags: entry.tags.clone(),
            category: entry.category.clone(),
            year: entry.year,
            age: age(entry.maturity),
            from_ms: window.from.map(Timestamp::millis),
            until_ms: window.until.map(Timestamp::millis),
            territories: territories.clone(),
            plans: plans.clone(),
            release: *entry.release.0.as_bytes(),
            duration_ms: entry.duration_ms,
            images: images.collect(),
            colour: entry.colour.clone(),
            audio_languages: entry.audio_languages.clone(),
            subtitle_languages: entry.subtitle_languages.clone(),
            added_at_ms: entry.added_at.millis(),
        }
    }
}

impl From<TitleRecord> for CatalogEntry {
    fn from(title: TitleRecord) -> Self {
        let images = title.images.iter().filter_map(|image| {
            Some(Image {
                file: image.stored()?,
                width: image.width,
                height: image.height,
            })
        });
        Self {
            images: images.collect(),
            id: TitleId(title.id),
            name: title.name,
            description: title.description,
            tags: title.tags,
            category: title.category,
            year: title.year,
            maturity: maturity(title.age),
            availability: Availability {
                window: Window {
                    from: title.from_ms.map(Timestamp::from_millis),
                    until: title.until_ms.map(Timestamp::from_millis),
                },
                territories: title.territories,
                plans: title.plans,
            },
            release: ReleaseId(ContentHash::from_bytes(title.release)),
            duration_ms: title.duration_ms,
            colour: title.colour,
            audio_languages: title.audio_languages,
            subtitle_languages: title.subtitle_languages,
            added_at: Timestamp::from_millis(title.added_at_ms),
        }
    }
}

fn age(maturity: Maturity) -> u8 {
    match maturity {
        Maturity::All => 0,
        Maturity::Seven => 7,
        Maturity::Thirteen => 13,
        Maturity::Sixteen => 16,
        Maturity::Eighteen => 18,
    }
}

/// The rating for an age; one between two ratings, from another version, gets the stricter.
fn maturity(age: u8) -> Maturity {
    match age {
        0 => Maturity::All,
        1..=7 => Maturity::Seven,
        8..=13 => Maturity::Thirteen,
        14..=16 => Maturity::Sixteen,
        17.. => Maturity::Eighteen,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::tests::entry;

    #[test]
    fn an_entry_survives_the_dataset() {
        let mut full = entry("a", 7);
        full.year = Some(-3);
        full.availability.window.until = Some(Timestamp::from_millis(9));
        full.availability.territories = vec!["DE".into()];
        full.tags = vec!["quiet".into()];
        let ratings = [
            Maturity::All,
            Maturity::Seven,
            Maturity::Thirteen,
            Maturity::Sixteen,
            Maturity::Eighteen,
        ];
        for rating in ratings {
            full.maturity = rating;
            assert_eq!(CatalogEntry::from(TitleRecord::from(&full)), full);
        }
        let hash = full.images[0].file.name.hash;
        let record = TitleRecord::from(&full);
        assert_eq!(record.picture(&hash), Some(full.images[0].file));
        assert!(record.artwork().eq([hash]));
    }
}
