//! Writing a raw dataset.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use crate::announcement::{Announcement, FORMAT};
use crate::blob;
use crate::consumer::working;
use crate::error::HollowError;
use crate::limits::KEPT_RAW_SNAPSHOTS;
use crate::raw::edit::Edit;
use crate::raw::{RawConsumer, Token};
use crate::record::{Record, encode, with_key};
use crate::state::State;

/// Writes records of a raw dataset one by one, and reads what it wrote.
///
/// Several editors of one dataset may write at once: the topic orders their edits. A unique index is checked
/// against the edits an editor has read, so two editors may put the same key into one at the same moment; then
/// both records stand.
#[derive(Debug)]
pub struct Editor<R> {
    consumer: Arc<RawConsumer<R>>,
    /// Held from a check to its edit, so that this editor's edits do not pass one another.
    writing: Mutex<()>,
}

impl<R: Record> Editor<R> {
    /// An editor that checks its edits against what `consumer` holds.
    pub fn new(consumer: Arc<RawConsumer<R>>) -> Self {
        Self {
            consumer,
            writing: Mutex::default(),
        }
    }

    /// Adds or replaces a record. It is durable when this returns.
    ///
    /// # Errors
    /// [`HollowError::NotUnique`], [`HollowError::TooLarge`], and what the store says.
    pub async fn put(&self, record: &R) -> Result<Token, HollowError> {
        let encoded = encode(record)?;
        let _in_order = self.writing.lock().await;
        let dataset = &self.consumer.dataset;
        self.consumer
            .state()
            .check_clash(dataset, record, encoded.key())?;
        let fields = dataset.fields().names().to_vec();
        let record = &encoded.bytes;
        self.append(&Edit::Put { fields, record }).await
    }

    /// Takes a record out; taking out what is not there is fine. It is durable when this returns.
    pub async fn remove(&self, key: &R::Key) -> Result<Token, HollowError> {
        let key = with_key(key, <[u8]>::to_vec)?;
        let _in_order = self.writing.lock().await;
        self.append(&Edit::Remove { key: &key }).await
    }

    /// The state once it holds the edit, in this editor's consumer.
    ///
    /// # Errors
    /// [`HollowError::Late`] when it does not within that time.
    pub async fn read_after(
        &self,
        token: Token,
        within: Duration,
    ) -> Result<Arc<State<R>>, HollowError> {
        self.consumer.read_after(token, within).await
    }

    async fn append(&self, edit: &Edit<'_>) -> Result<Token, HollowError> {
        let topic = self.consumer.dataset.raw_topic();
        let log = &self.consumer.store.announcements;
        let place = log.append(&topic, edit.encode()?).await?;
        Ok(Token(place + 1))
    }

    /// Stores the records as of now as a snapshot, when `after` edits or more were made since the last;
    /// consumers that start later begin with it. Returns its version.
    pub async fn compact(&self, after: u64) -> Result<Option<u64>, HollowError> {
        let state = self.consumer.refresh().await?;
        let mut history = self.consumer.snapshots().await?;
        let version = state.version();
        if version < history.highest + after.max(1) {
            return Ok(None);
        }
        let records = state.len();
        let made = working(&self.consumer.dataset, move |dataset| {
            blob::snapshot(dataset, &state)
        });
        let made = made.await?;
        let store = &self.consumer.store;
        let told = Announcement {
            format: FORMAT,
            version,
            highest: version,
            step: None,
            snapshot: Some(store.blobs.put(made).await?),
            records,
        };
        let topic = self.consumer.dataset.topic();
        let place = store.announcements.append(&topic, told.encode()).await?;
        history.learn(place, &told);
        let old = history.forget_old(version, KEPT_RAW_SNAPSHOTS);
        let oldest = history.oldest_place();
        store.announcements.mark(&topic, oldest).await?;
        for name in old {
            store.blobs.remove(name).await?;
        }
        Ok(Some(version))
    }
}
