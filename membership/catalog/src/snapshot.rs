//! The catalogue at one moment, shared by its readers.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use contracts_delivery::StoredFile;
use contracts_membership::{CatalogEntry, TitleId};
use data_objects::ContentHash;

/// Every title at one moment. Never changes.
#[derive(Debug, Default)]
pub struct Snapshot {
    by_id: BTreeMap<TitleId, Arc<CatalogEntry>>,
    newest_first: Vec<Arc<CatalogEntry>>,
    artwork: HashMap<ContentHash, StoredFile>,
}

impl Snapshot {
    pub(crate) fn new(by_id: BTreeMap<TitleId, Arc<CatalogEntry>>) -> Self {
        let mut newest_first: Vec<_> = by_id.values().cloned().collect();
        // Sorting is stable: titles added at the same moment stay in the order of their ids.
        newest_first.sort_by_key(|entry| std::cmp::Reverse(entry.added_at));
        let images = newest_first.iter().flat_map(|entry| &entry.images);
        let artwork = images
            .map(|image| (image.file.name.hash, image.file))
            .collect();
        Self {
            by_id,
            newest_first,
            artwork,
        }
    }

    /// The snapshot with an entry added or replaced.
    pub(crate) fn with(&self, entry: CatalogEntry) -> Self {
        let mut by_id = self.by_id.clone();
        by_id.insert(entry.id.clone(), Arc::new(entry));
        Self::new(by_id)
    }

    /// The snapshot without an entry.
    pub(crate) fn without(&self, title: &TitleId) -> Self {
        let mut by_id = self.by_id.clone();
        by_id.remove(title);
        Self::new(by_id)
    }

    /// One title, whatever its availability.
    pub fn get(&self, title: &TitleId) -> Option<&Arc<CatalogEntry>> {
        self.by_id.get(title)
    }

    /// Every title, newest first, whatever its availability.
    pub fn newest_first(&self) -> &[Arc<CatalogEntry>] {
        &self.newest_first
    }

    /// The artwork file with this hash, if a title has it.
    pub fn artwork(&self, hash: &ContentHash) -> Option<StoredFile> {
        self.artwork.get(hash).copied()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use contracts_delivery::{Extension, FileName, Image, ReleaseId};
    use contracts_membership::{Availability, Maturity};
    use platform_clock::Timestamp;

    use super::*;

    /// An entry with one picture, added at `at`.
    pub(crate) fn entry(id: &str, at: u64) -> CatalogEntry {
        let hash = ContentHash::of(id.as_bytes());
        let name = FileName {
            hash,
            extension: Extension::Jpg,
        };
        CatalogEntry {
            id: TitleId(id.into()),
            name: id.to_uppercase(),
            description: String::new(),
            tags: vec![],
            category: String::new(),
            year: None,
            maturity: Maturity::All,
            availability: Availability::default(),
            release: ReleaseId(hash),
            duration_ms: 1_000,
            images: vec![Image {
                file: StoredFile { name, bytes: 9 },
                width: 16,
                height: 9,
            }],
            colour: "#102030".into(),
            audio_languages: vec![],
            subtitle_languages: vec![],
            added_at: Timestamp::from_millis(at),
        }
    }

    #[test]
    fn a_snapshot_is_ordered_and_knows_its_artwork() {
        let first = Snapshot::default().with(entry("b", 1)).with(entry("a", 1));
        let second = first.with(entry("c", 2));
        let ids: Vec<_> = second
            .newest_first()
            .iter()
            .map(|entry| entry.id.0.as_str())
            .collect();
        assert_eq!(ids, ["c", "a", "b"]);
        let hash = ContentHash::of(b"c");
        assert!(second.artwork(&hash).is_some());
        assert!(
            first.artwork(&hash).is_none(),
            "a reader's snapshot does not change"
        );
        assert!(
            second
                .without(&TitleId("c".into()))
                .artwork(&hash)
                .is_none()
        );
    }
}
