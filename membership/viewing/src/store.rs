//! Bookmarks and lists as records, one per account.

use std::sync::Arc;

use contracts_membership::{AccountId, CatalogError, TitleId};
use data_cache::{LoadError, SharedCache};
use data_counter::CounterError;
use data_engine::{Durability, EngineError, SharedEngine};
use data_kv::{Client, KvError, Service, SharedKeyValue};
use platform_clock::{SharedClock, Timestamp};
use platform_entropy::SharedEntropy;
use serde::{Deserialize, Serialize};

use crate::limits::{MAX_BOOKMARKS, MAX_LISTED};
use crate::shelf::Shelf;
use crate::{Bookmark, Views};

const BOOKMARKS: &str = "bookmarks";
const LISTS: &str = "lists";

/// Tables of the first version.
const FIRST_BOOKMARKS: &str = "membership.bookmarks";
const FIRST_LISTS: &str = "membership.lists";

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
    Records(#[from] KvError),
    /// What the first version kept could not be read; a retry may help.
    #[error("the first version's bookmarks and lists could not be taken over")]
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

/// What viewing stands on.
#[derive(Debug)]
pub struct ViewingParts {
    /// Keeps bookmarks and lists.
    pub records: Arc<Service>,
    /// Keeps the counts of views.
    pub engine: SharedEngine,
    /// Keeps counts that were shown of late.
    pub cache: SharedCache,
    /// The time.
    pub clock: SharedClock,
    /// Names writes.
    pub entropy: SharedEntropy,
}

/// Bookmarks and lists of every account, and views of every title.
#[derive(Debug)]
pub struct Viewing {
    bookmarks: Shelf<Bookmark>,
    lists: Shelf<ListedTitle>,
    views: Views,
    clock: SharedClock,
}

impl Viewing {
    /// Opens the namespaces, and takes over what the first version kept in tables.
    pub async fn open(parts: ViewingParts) -> Result<Self, ViewingError> {
        let (records, clock) = (&parts.records, parts.clock);
        let service = Arc::clone(records) as SharedKeyValue;
        let client = Arc::new(Client::new(service, Arc::clone(&clock), &parts.entropy));
        // A place is sent every few seconds; a list is edited by hand.
        let bookmarks = Shelf::open(records, &client, BOOKMARKS, Durability::Process).await?;
        let lists = Shelf::open(records, &client, LISTS, Durability::Power).await?;
        bookmarks.take_over(&parts.engine, FIRST_BOOKMARKS).await?;
        lists.take_over(&parts.engine, FIRST_LISTS).await?;
        let views = Views::open(&parts.engine, parts.cache, Arc::clone(&clock)).await?;
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
        let all = match self.bookmark(account, title).await? {
            Some(_) => Vec::new(),
            None => self.bookmarks(account).await?,
        };
        let oldest = all.into_iter().skip(MAX_BOOKMARKS - 1);
        let oldest = oldest.map(|old| old.title);
        self.bookmarks.put(account, title, &bookmark, oldest).await
    }

    /// Takes a bookmark away; taking away what is not there is fine.
    pub async fn clear_bookmark(
        &self,
        account: &AccountId,
        title: &TitleId,
    ) -> Result<(), ViewingError> {
        self.bookmarks.delete(account, title).await
    }

    /// Where the viewer stopped in a title.
    pub async fn bookmark(
        &self,
        account: &AccountId,
        title: &TitleId,
    ) -> Result<Option<Bookmark>, ViewingError> {
        self.bookmarks.get(account, title).await
    }

    /// Every bookmark of an account, the latest first.
    pub async fn bookmarks(&self, account: &AccountId) -> Result<Vec<Bookmark>, ViewingError> {
        let mut bookmarks = self.bookmarks.all(account).await?;
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
        self.lists.put(account, title, &listed, []).await
    }

    /// Takes a title off the list; taking off what is not there is fine.
    pub async fn remove(&self, account: &AccountId, title: &TitleId) -> Result<(), ViewingError> {
        self.lists.delete(account, title).await
    }

    /// The viewer's list, the latest addition first.
    pub async fn list(&self, account: &AccountId) -> Result<Vec<ListedTitle>, ViewingError> {
        let mut list = self.lists.all(account).await?;
        list.sort_by_key(|listed| std::cmp::Reverse(listed.added_at));
        Ok(list)
    }
}

#[cfg(test)]
mod tests;
