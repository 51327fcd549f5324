//! The catalogue at one moment, shared by its readers.

use std::sync::{Arc, OnceLock};

use contracts_delivery::StoredFile;
use contracts_membership::{CatalogEntry, TitleId};
use data_hollow::{Dataset, HollowError, ManyIndex, State};
use data_objects::ContentHash;

use crate::record::TitleRecord;

const DATASET: &str = "titles";

/// What else titles are found by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Indexes {
    /// By when they were added, the newest first, then by id.
    newest_first: ManyIndex<TitleRecord, [u8]>,
    /// By their pictures' hashes; titles may share a picture.
    artwork: ManyIndex<TitleRecord, [u8; 32]>,
}

/// The dataset of titles.
pub(crate) fn declare() -> Result<(Dataset<TitleRecord>, Indexes), HollowError> {
    let mut dataset = Dataset::<TitleRecord>::new(DATASET)?;
    let indexes = Indexes {
        newest_first: dataset.many::<[u8]>("newest-first", |title, keys| {
            let newer_before = (!title.added_at_ms).to_be_bytes();
            keys.add(&[&newer_before, title.id.as_bytes()].concat());
        }),
        artwork: dataset.many("artwork", |title, keys| {
            title.artwork().for_each(|hash| keys.add(hash.as_bytes()));
        }),
    };
    Ok((dataset, indexes))
}

/// Every title at one moment. Never changes.
#[derive(Debug)]
pub struct Snapshot {
    state: Arc<State<TitleRecord>>,
    indexes: Indexes,
    /// Decoded when first asked for, then shared: most pages look at every title.
    newest_first: OnceLock<Vec<Arc<CatalogEntry>>>,
}

impl Snapshot {
    pub(crate) fn new(state: Arc<State<TitleRecord>>, indexes: Indexes) -> Self {
        Self {
            state,
            indexes,
            newest_first: OnceLock::new(),
        }
    }

    /// Whether it is of this state.
    pub(crate) fn is_of(&self, state: &Arc<State<TitleRecord>>) -> bool {
        Arc::ptr_eq(&self.state, state)
    }

    /// One title, whatever its availability.
    pub fn get(&self, title: &TitleId) -> Option<CatalogEntry> {
        let record = self.state.get(&title.0)?.decode();
        record.inspect_err(unreadable).ok().map(Into::into)
    }

    /// Every title, newest first, whatever its availability.
    pub fn newest_first(&self) -> &[Arc<CatalogEntry>] {
        self.newest_first.get_or_init(|| {
            let records = self.state.ordered(&self.indexes.newest_first);
            records
                .filter_map(|record| record.decode().inspect_err(unreadable).ok())
                .map(|record| Arc::new(record.into()))
                .collect()
        })
    }

    /// The artwork file with this hash, if a title has it.
    pub fn artwork(&self, hash: &ContentHash) -> Option<StoredFile> {
        let mut titles = self.state.find(&self.indexes.artwork, hash.as_bytes());
        titles.next()?.decode().ok()?.picture(hash)
    }
}

/// The dataset checks every edit it takes, so this means that memory or this program is wrong.
fn unreadable(error: &HollowError) {
    tracing::error!(%error, "a title of the catalogue cannot be read");
}

#[cfg(test)]
pub(crate) mod tests {
    use contracts_delivery::{Extension, FileName, Image, ReleaseId};
    use contracts_membership::{Availability, Catalog as _, Maturity};
    use data_hollow::testing::MemoryStore;
    use platform_clock::Timestamp;

    use super::*;
    use crate::TitleCatalog;

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

    #[tokio::test]
    async fn a_snapshot_is_ordered_and_knows_its_artwork() {
        let catalog = TitleCatalog::open(MemoryStore::new().store())
            .await
            .unwrap();
        for id in ["bb", "a"] {
            catalog.put(entry(id, 1)).await.unwrap();
        }
        let first = catalog.snapshot();
        catalog.put(entry("c", 2)).await.unwrap();
        let second = catalog.snapshot();
        let ids: Vec<_> = second
            .newest_first()
            .iter()
            .map(|entry| entry.id.0.as_str())
            .collect();
        assert_eq!(ids, ["c", "a", "bb"]);
        assert!(Arc::ptr_eq(&second, &catalog.snapshot()), "one per edit");
        let hash = ContentHash::of(b"c");
        assert!(second.artwork(&hash).is_some());
        assert!(
            first.artwork(&hash).is_none(),
            "a reader's snapshot does not change"
        );
        catalog.remove(&TitleId("c".into())).await.unwrap();
        assert!(catalog.snapshot().artwork(&hash).is_none());
    }
}
