//! Bookmarks and lists in tables, a partition per account.

use std::sync::Arc;

use contracts_membership::{AccountId, CatalogError, TitleId};
use data_cache::{LoadError, SharedCache};
use data_counter::CounterError;
use data_engine::{Durability, EngineError, Mutation, RowTable, SharedEngine};
use platform_clock::{SharedClock, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::limits::{MAX_BOOKMARKS, MAX_LISTED};
use crate::{Bookmark, Views};

const BOOKMARKS: &str = "membership.bookmarks";
const LISTS: &str = "membership.lists";

/// A title on a viewer's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedTitle {
    /// The title.
    pub title: TitleId,
    /// When it was put there.
    pub added_at: Timestamp,
}

/// Why a bookmark or a list could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum ViewingError {
    /// The list holds all it may.
    #[error("the list holds {MAX_LISTED} titles; remove one first")]
    ListFull,
    /// A row cannot be read back; the store was written by something else.
    #[error("a bookmark or a list cannot be read")]
    Damaged(#[from] serde_json::Error),
    /// The store failed; a retry may help.
    #[error("the store of bookmarks and lists failed")]
    Store(#[from] EngineError),
    /// The counts of views failed.
    #[error("the counts of views failed")]
    Views(#[from] CounterError),
    /// The count of a title's views could not be read; a retry may help.
    #[error("the views of a title could not be read")]
    Shown(#[from] LoadError),
    /// The catalogue failed; a retry may help.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// Bookmarks and lists of every account, and views of every title.
#[derive(Debug)]
pub struct Viewing {
    bookmarks: RowTable,
    lists: RowTable,
    views: Views,
    clock: SharedClock,
}

impl Viewing {
    /// Opens the tables.
    pub async fn open(
        engine: &SharedEngine,
        cache: SharedCache,
        clock: SharedClock,
    ) -> Result<Self, ViewingError> {
        let bookmarks = RowTable::open(engine, BOOKMARKS).await?;
        let lists = RowTable::open(engine, LISTS).await?;
        let views = Views::open(engine, cache, Arc::clone(&clock)).await?;
        Ok(Self {
            bookmarks,
            lists,
            views,
            clock,
        })
    }

    /// How often titles were watched.
    pub fn views(&self) -> &Views {
        &self.views
    }

    /// Keeps where a viewer is in a title; past its end the bookmark is taken away.
    pub async fn set_bookmark(
        &self,
        account: &AccountId,
        title: &TitleId,
        position_ms: u64,
        duration_ms: u64,
    ) -> Result<(), ViewingError> {
        let at = self.clock.now();
        let bookmark = Bookmark {
            title: title.clone(),
            position_ms,
            duration_ms,
            at,
        };
        if bookmark.is_past_the_end() {
            return self.clear_bookmark(account, title).await;
        }
        let mut mutations = Vec::new();
        if self.bookmark(account, title).await?.is_none() {
            let all = self.bookmarks(account).await?;
            let oldest = all.into_iter().skip(MAX_BOOKMARKS - 1);
            mutations.extend(oldest.map(|old| Mutation::delete(old.title.0)));
        }
        let value = serde_json::to_vec(&bookmark)?;
        mutations.push(Mutation::put(title.0.clone(), value));
        Ok(self
            .bookmarks
            .write(&account.0, mutations, Durability::Process)
            .await?)
    }

    /// Takes a bookmark away; taking away what is not there is fine.
    pub async fn clear_bookmark(
        &self,
        account: &AccountId,
        title: &TitleId,
    ) -> Result<(), ViewingError> {
        Ok(self
            .bookmarks
            .delete(&account.0, title.0.clone(), Durability::Process)
            .await?)
    }

    /// Where the viewer stopped in a title.
    pub async fn bookmark(
        &self,
        account: &AccountId,
        title: &TitleId,
    ) -> Result<Option<Bookmark>, ViewingError> {
        let value = self.bookmarks.get(&account.0, &title.0).await?;
        Ok(value
            .map(|value| serde_json::from_slice(&value))
            .transpose()?)
    }

    /// Every bookmark of an account, the latest first.
    pub async fn bookmarks(&self, account: &AccountId) -> Result<Vec<Bookmark>, ViewingError> {
        let mut bookmarks: Vec<Bookmark> = rows(&self.bookmarks, account).await?;
        bookmarks.sort_by_key(|bookmark| std::cmp::Reverse(bookmark.at));
        Ok(bookmarks)
    }

    /// Puts a title on the viewer's list; one that is there keeps its place.
    pub async fn add(&self, account: &AccountId, title: &TitleId) -> Result<(), ViewingError> {
        let list = self.list(account).await?;
        if list.iter().any(|listed| listed.title == *title) {
            return Ok(());
        }
        if list.len() >= MAX_LISTED {
            return Err(ViewingError::ListFull);
        }
        let listed = ListedTitle {
            title: title.clone(),
            added_at: self.clock.now(),
        };
        let value = serde_json::to_vec(&listed)?;
        Ok(self
            .lists
            .put(&account.0, title.0.clone(), value, Durability::Power)
            .await?)
    }

    /// Takes a title off the list; taking off what is not there is fine.
    pub async fn remove(&self, account: &AccountId, title: &TitleId) -> Result<(), ViewingError> {
        Ok(self
            .lists
            .delete(&account.0, title.0.clone(), Durability::Power)
            .await?)
    }

    /// The viewer's list, the latest addition first.
    pub async fn list(&self, account: &AccountId) -> Result<Vec<ListedTitle>, ViewingError> {
        let mut list: Vec<ListedTitle> = rows(&self.lists, account).await?;
        list.sort_by_key(|listed| std::cmp::Reverse(listed.added_at));
        Ok(list)
    }
}

async fn rows<T: DeserializeOwned>(
    table: &RowTable,
    account: &AccountId,
) -> Result<Vec<T>, ViewingError> {
    let rows = table.all(&account.0).await?;
    rows.iter()
        .map(|row| Ok(serde_json::from_slice(&row.value)?))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use data_cache::MemoryCache;
    use data_engine::MemoryEngine;
    use platform_clock::ManualClock;

    use super::*;

    async fn open() -> (Viewing, Arc<ManualClock>) {
        let clock = ManualClock::at(Timestamp::from_millis(1));
        let cache = Arc::new(MemoryCache::new(1 << 20, clock.clone()));
        let viewing = Viewing::open(&MemoryEngine::shared(), cache, clock.clone())
            .await
            .unwrap();
        (viewing, clock)
    }

    fn title(id: impl ToString + Copy) -> TitleId {
        TitleId(id.to_string())
    }

    #[tokio::test]
    async fn bookmarks_come_latest_first_and_go_at_the_end() {
        let (viewing, clock) = open().await;
        let ada = AccountId("ada".into());
        for id in ["a", "b", "a"] {
            clock.advance(Duration::from_secs(1));
            viewing
                .set_bookmark(&ada, &title(id), 500, 1_000)
                .await
                .unwrap();
        }
        let ids = async || -> Vec<String> {
            let bookmarks = viewing.bookmarks(&ada).await.unwrap();
            bookmarks
                .into_iter()
                .map(|bookmark| bookmark.title.0)
                .collect()
        };
        assert_eq!(ids().await, ["a", "b"]);
        viewing
            .set_bookmark(&ada, &title("a"), 951, 1_000)
            .await
            .unwrap();
        assert_eq!(ids().await, ["b"]);
        let eve = AccountId("eve".into());
        assert!(
            viewing.bookmarks(&eve).await.unwrap().is_empty(),
            "accounts are apart"
        );
    }

    #[tokio::test]
    async fn the_oldest_bookmark_makes_room() {
        let (viewing, clock) = open().await;
        let ada = AccountId("ada".into());
        for id in 0..=MAX_BOOKMARKS {
            clock.advance(Duration::from_secs(1));
            viewing
                .set_bookmark(&ada, &title(id), 1, 100)
                .await
                .unwrap();
        }
        assert_eq!(viewing.bookmarks(&ada).await.unwrap().len(), MAX_BOOKMARKS);
        assert_eq!(viewing.bookmark(&ada, &title(0)).await.unwrap(), None);
        assert!(
            viewing
                .bookmark(&ada, &title(MAX_BOOKMARKS))
                .await
                .unwrap()
                .is_some()
        );
    }

    #[tokio::test]
    async fn a_list_keeps_its_order_and_its_bound() {
        let (viewing, clock) = open().await;
        let ada = AccountId("ada".into());
        for id in [0, 1, 0] {
            clock.advance(Duration::from_secs(1));
            viewing.add(&ada, &title(id)).await.unwrap();
        }
        let list = viewing.list(&ada).await.unwrap();
        let ids: Vec<_> = list.iter().map(|listed| listed.title.0.as_str()).collect();
        assert_eq!(ids, ["1", "0"]);
        for id in 2..MAX_LISTED {
            viewing.add(&ada, &title(id)).await.unwrap();
        }
        let full = viewing.add(&ada, &title("more")).await;
        assert!(matches!(full, Err(ViewingError::ListFull)));
        viewing.remove(&ada, &title(0)).await.unwrap();
        viewing.add(&ada, &title("more")).await.unwrap();
    }
}
