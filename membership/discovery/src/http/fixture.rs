//! Titles, shelves and an origin made for tests, in one place.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use contracts_delivery::{
    ByteRange, Extension, FileName, Image, Origin, OriginError, Release, ReleaseId, StoredFile,
};
use contracts_membership::{
    Account, AccountId, Accounts, AccountsError, Availability, Catalog as _, CatalogEntry,
    Maturity, Plan, Role, TitleId,
};
use data_hollow::testing::MemoryStore;
use data_objects::ContentHash;
use membership_catalog::{Asker, Snapshot, TitleCatalog};
use platform_clock::Timestamp;

use crate::shelf::{Marks, Shelf};

/// The bytes of the one picture that the origin has.
pub(crate) const PICTURE: &[u8] = b"a picture";

/// A title named by its id, with one picture, added at `at`.
pub(crate) fn entry(id: &str, category: &str, tags: &[&str], at: u64) -> CatalogEntry {
    let name = FileName {
        hash: ContentHash::of(PICTURE),
        extension: Extension::Jpg,
    };
    let file = StoredFile {
        name,
        bytes: PICTURE.len() as u64,
    };
    CatalogEntry {
        id: TitleId(id.into()),
        name: id.into(),
        description: String::new(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        category: category.into(),
        year: Some(2010),
        maturity: Maturity::All,
        availability: Availability::default(),
        release: ReleaseId(ContentHash::of(id.as_bytes())),
        duration_ms: 1_000,
        images: vec![Image {
            file,
            width: 16,
            height: 9,
        }],
        colour: "#102030".into(),
        audio_languages: vec!["en".into()],
        subtitle_languages: vec![],
        added_at: Timestamp::from_millis(at),
    }
}

/// The catalogue's snapshot with these entries.
pub(crate) fn snapshot(entries: &[CatalogEntry]) -> Arc<Snapshot> {
    let fill = async {
        let catalog = TitleCatalog::open(MemoryStore::new().store())
            .await
            .unwrap();
        for entry in entries {
            catalog.put(entry.clone()).await.unwrap();
        }
        catalog.snapshot()
    };
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(fill)
}

/// The shelf of a viewer to whom everything is offered.
pub(crate) fn shelf(entries: &[CatalogEntry], marks: Marks) -> Shelf {
    let asker = Asker {
        now: Timestamp::from_millis(1),
        territory: None,
        plan: "standard",
        max_maturity: Maturity::Eighteen,
    };
    Shelf::new(&snapshot(entries), &asker, marks)
}

/// Every token is an account of its own name, thirteen years old.
pub(crate) struct TokenIsName;

#[async_trait]
impl Accounts for TokenIsName {
    async fn by_token(&self, token: &str) -> Result<Account, AccountsError> {
        let plan = Plan {
            name: "standard".into(),
            max_streams: 1,
            max_height: 720,
        };
        let (id, name) = (AccountId(token.into()), token.to_owned());
        Ok(Account {
            id,
            name,
            role: Role::Viewer,
            plan,
            max_maturity: Maturity::Thirteen,
        })
    }
}

/// An origin that has [`PICTURE`] and nothing else, and takes nothing.
pub(crate) struct OnePicture;

#[async_trait]
impl Origin for OnePicture {
    async fn store(&self, _: &Path, _: Extension) -> Result<StoredFile, OriginError> {
        Err(OriginError::Full("this origin takes nothing".into()))
    }

    async fn store_bytes(&self, _: Bytes, _: Extension) -> Result<StoredFile, OriginError> {
        Err(OriginError::Full("this origin takes nothing".into()))
    }

    async fn publish(&self, _: &Release) -> Result<ReleaseId, OriginError> {
        Err(OriginError::Full("this origin takes nothing".into()))
    }

    async fn withdraw(&self, _: ReleaseId) -> Result<(), OriginError> {
        Ok(())
    }

    async fn release(&self, release: ReleaseId) -> Result<Release, OriginError> {
        Err(OriginError::NoSuchRelease(release))
    }

    async fn read(&self, file: FileName, range: ByteRange) -> Result<Bytes, OriginError> {
        if file.hash != ContentHash::of(PICTURE) {
            return Err(OriginError::NoSuchFile(file));
        }
        Ok(Bytes::from_static(
            &PICTURE[range.start as usize..range.end as usize],
        ))
    }

    async fn collect(&self) -> Result<u64, OriginError> {
        Ok(0)
    }
}
