//! What a dataset needs of a store: blobs by content, and topics of small messages.

mod adapters;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use data_objects::ContentHash;

/// Where blobs lie.
#[async_trait]
pub trait Blobs: Send + Sync + std::fmt::Debug {
    /// Stores a blob, durably, under its content's hash.
    async fn put(&self, blob: Bytes) -> Result<ContentHash, StoreError>;

    /// The blob, whole. Its own checksums say whether it is undamaged.
    ///
    /// # Errors
    /// [`StoreError::NoSuchBlob`].
    async fn get(&self, name: ContentHash) -> Result<Bytes, StoreError>;

    /// Removes a blob; removing what is not there is fine.
    async fn remove(&self, name: ContentHash) -> Result<(), StoreError>;
}

/// Where announcements and raw edits are told: one order per topic.
#[async_trait]
pub trait Announcements: Send + Sync + std::fmt::Debug {
    /// Appends a message, durably; returns its place. Places ascend.
    async fn append(&self, topic: &str, message: Bytes) -> Result<u64, StoreError>;

    /// Messages from a place on, at most `limit`, with their places; none when there are none yet. What was
    /// appended before the call is there.
    async fn read(
        &self,
        topic: &str,
        from: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Bytes)>, StoreError>;

    /// Returns when there is a message at or after `from`. Safe to give up.
    async fn wait(&self, topic: &str, from: u64) -> Result<(), StoreError>;

    /// Remembers from which place whoever starts now needs to read.
    async fn mark(&self, topic: &str, place: u64) -> Result<(), StoreError>;

    /// The place remembered; 0 when none was.
    async fn marked(&self, topic: &str) -> Result<u64, StoreError>;
}

/// Blobs and announcements together, cheap to clone.
#[derive(Debug, Clone)]
pub struct HollowStore {
    /// Where blobs lie.
    pub blobs: Arc<dyn Blobs>,
    /// Where versions and edits are told.
    pub announcements: Arc<dyn Announcements>,
}

/// Why a store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such blob.
    #[error("there is no blob {0}")]
    NoSuchBlob(ContentHash),
    /// The store failed.
    #[error("{what} failed")]
    Failed {
        /// Which operation.
        what: &'static str,
        /// Whether a retry may help.
        transient: bool,
        /// What the store said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StoreError {
    /// Whether the same call may succeed later without a change by the caller.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Failed {
                transient: true,
                ..
            }
        )
    }
}
