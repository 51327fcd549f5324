//! The origin as other planes see it: the place releases are published to.

use std::path::Path;

use async_trait::async_trait;
use bytes::Bytes;

use crate::{ByteRange, Extension, FileName, Release, ReleaseId, StoredFile};

/// Why the origin refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum OriginError {
    /// No file of that name is stored.
    #[error("the origin has no file {0}")]
    NoSuchFile(FileName),
    /// No release of that id is published.
    #[error("the origin has no release {0}")]
    NoSuchRelease(ReleaseId),
    /// A release names a file that is not stored; nothing was published.
    #[error("the release names {0}, which the origin does not have")]
    Incomplete(FileName),
    /// The range ends past the file.
    #[error("bytes {start}..{end} were asked of a file of {bytes}")]
    OutOfRange {
        /// First byte asked for.
        start: u64,
        /// First byte after.
        end: u64,
        /// The file's size.
        bytes: u64,
    },
    /// There is no room; nothing was stored, and a retry helps once there is.
    #[error("{0}")]
    Full(String),
    /// The store failed; a retry may help.
    #[error("the origin's store failed: {0}")]
    Store(String),
}

/// Publishes files and releases; reads them back for the control plane.
#[async_trait]
pub trait Origin: Send + Sync {
    /// Stores a finished file under its hash, taking it from `source` (which is gone afterwards).
    /// Storing the same bytes twice keeps one copy. A file that no release names is collected once
    /// [`Origin::collect`] runs.
    async fn store(&self, source: &Path, extension: Extension) -> Result<StoredFile, OriginError>;

    /// Stores bytes under their hash.
    async fn store_bytes(
        &self,
        bytes: Bytes,
        extension: Extension,
    ) -> Result<StoredFile, OriginError>;

    /// Publishes a release whose every file is stored; publishing it again changes nothing.
    async fn publish(&self, release: &Release) -> Result<ReleaseId, OriginError>;

    /// Withdraws a release: appliances drop the files no other release holds, within 60 s, and the
    /// origin collects them. Withdrawing what is not published is fine.
    async fn withdraw(&self, release: ReleaseId) -> Result<(), OriginError>;

    /// A published release.
    async fn release(&self, release: ReleaseId) -> Result<Release, OriginError>;

    /// Bytes of a stored file.
    async fn read(&self, file: FileName, range: ByteRange) -> Result<Bytes, OriginError>;

    /// Removes stored files that no release names and that were stored before the last start:
    /// what a crash between storing and publishing left behind. Returns how many.
    async fn collect(&self) -> Result<u64, OriginError>;
}
