//! The store as its callers see it: asynchronous, cheap to clone.

mod verified;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use platform_http::Trust;
use url::Url;

use crate::bucket::{Bucket, S3Config};
use crate::folder::FolderStore;
use crate::location::{Location, parse};
use crate::pointers::Pointers;
use crate::store::Store;
use crate::{ContentHash, ObjectError};

pub use verified::Verified;
pub(crate) use verified::verify_stored;

/// An object's name and size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ObjectInfo {
    /// Its name.
    pub hash: ContentHash,
    /// Its size.
    pub bytes: u64,
}

/// Objects in a folder of this machine, which one process holds, or in an S3 bucket. Clones share it.
#[derive(Debug, Clone)]
pub struct Objects {
    store: Arc<dyn Store>,
}

impl Objects {
    /// Opens the store in a folder, creating what is new and removing what a crash left half copied.
    ///
    /// # Errors
    /// [`ObjectError::Io`], [`ObjectError::Newer`], [`ObjectError::NotAStore`].
    pub async fn open(folder: impl Into<PathBuf>) -> Result<Self, ObjectError> {
        Ok(Self::on(FolderStore::open(folder.into()).await?))
    }

    /// Opens the store in a bucket, below a prefix. What a crash left half uploaded is never seen; a rule
    /// of the bucket that aborts incomplete uploads gives its space back.
    ///
    /// # Errors
    /// [`ObjectError::Remote`], [`ObjectError::Denied`], [`ObjectError::Newer`],
    /// [`ObjectError::NotAStore`].
    pub async fn open_s3(config: S3Config) -> Result<Self, ObjectError> {
        Ok(Self::on(Bucket::open_s3(&config).await?))
    }

    /// Opens the store that an address names: `file:///folder`, or
    /// `s3://bucket/prefix?endpoint=http://host:port&region=name&writers=one|many`. Credentials never
    /// stand in an address: they are taken as AWS's own tools take them (the variables `AWS_ACCESS_KEY_ID`
    /// and `AWS_SECRET_ACCESS_KEY`, or the machine's role). A server that is reached by TLS is one that `trust`
    /// accepts.
    ///
    /// # Errors
    /// [`ObjectError::BadAddress`], and those of [`Self::open`] or [`Self::open_s3`].
    pub async fn from_url(address: &Url, trust: &Trust) -> Result<Self, ObjectError> {
        match parse(address)? {
            Location::Folder(folder) => Self::open(folder).await,
            Location::Bucket(config) => Self::open_s3(config.trusting(trust.clone())).await,
        }
    }

    pub(crate) fn on(store: impl Store + 'static) -> Self {
        Self {
            store: Arc::new(store),
        }
    }

    /// Takes over a finished file, which nothing may change any more: afterwards it is an object and no
    /// longer where it was. In a folder it is read once, and moved when it lies on the same file system.
    /// To a bucket it is uploaded in parts and read back, block by block, against its name. The object is
    /// durable when this returns; storing the same bytes twice keeps one, and mends a damaged one.
    ///
    /// # Errors
    /// On one, the file is still where it was.
    pub async fn put_file(&self, source: &Path) -> Result<ObjectInfo, ObjectError> {
        self.store.put_file(source.to_owned()).await
    }

    /// As [`Self::put_file`], for bytes in memory.
    pub async fn put_bytes(&self, bytes: Bytes) -> Result<ObjectInfo, ObjectError> {
        self.store.put_bytes(bytes).await
    }

    /// The object's size.
    ///
    /// # Errors
    /// [`ObjectError::NotFound`].
    pub async fn len(&self, hash: ContentHash) -> Result<u64, ObjectError> {
        self.store.len(hash).await
    }

    /// Bytes of an object, at most [`crate::limits::MAX_READ_BYTES`] at once. They are as the store gave
    /// them; [`Self::verified`] checks them.
    ///
    /// # Errors
    /// [`ObjectError::NotFound`], [`ObjectError::OutOfRange`].
    pub async fn read(&self, hash: ContentHash, range: Range<u64>) -> Result<Bytes, ObjectError> {
        self.store.read(hash, range).await
    }

    /// The object, for reads that are checked against its name.
    ///
    /// # Errors
    /// [`ObjectError::NotFound`], [`ObjectError::Damaged`].
    pub async fn verified(&self, hash: ContentHash) -> Result<Verified, ObjectError> {
        let outboard = self.store.outboard(hash).await?;
        Ok(Verified::new(Arc::clone(&self.store), outboard))
    }

    /// The object's outboard, for [`crate::tree::Outboard::from_bytes`]; checked against the name.
    ///
    /// # Errors
    /// [`ObjectError::NotFound`], [`ObjectError::Damaged`].
    pub async fn read_outboard(&self, hash: ContentHash) -> Result<Bytes, ObjectError> {
        Ok(self.store.outboard(hash).await?.to_bytes())
    }

    /// Removes an object, durably; returns whether it was there. Within a process a removal and a put of
    /// the same bytes wait for one another; between processes, whoever counts the references sees to it.
    pub async fn remove(&self, hash: ContentHash) -> Result<bool, ObjectError> {
        self.store.remove(hash).await
    }

    /// Objects in name order after `after`, at most `limit`; fewer mean that the end was met.
    pub async fn list(
        &self,
        after: Option<ContentHash>,
        limit: usize,
    ) -> Result<Vec<ObjectInfo>, ObjectError> {
        self.store.list(after, limit).await
    }

    /// The store's small records that change.
    pub fn pointers(&self) -> Pointers {
        Pointers::new(Arc::clone(&self.store))
    }
}
