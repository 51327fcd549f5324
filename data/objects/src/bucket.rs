//! Objects in a bucket, over `object_store`.
//!
//! Below the prefix an object is `objects/` and its hash, its outboard `trees/` and its hash, a pointer
//! `pointers/` and its name. A bucket shows an object when its upload is complete and not before; the
//! outboard is there first. What was uploaded is then read back against its hash tree, which is the only
//! check that holds for every server: entity tags and checksums are what a server says about itself.

mod client;
mod config;
mod pointers;
mod store;
#[cfg(test)]
mod tests;
mod upload;

use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path as Key;
use object_store::{Error, ObjectStore, ObjectStoreExt as _};
use tokio::sync::{Mutex, OnceCell};

use crate::objects::verify_stored;
use crate::store::Store as _;
use crate::tree::{Outboard, outboard_len};
use crate::{ContentHash, ObjectError, ObjectInfo, format};

pub use config::{S3Config, S3Credentials, Writers};

use upload::Source;

/// A bucket that is open; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Arc<dyn ObjectStore>,
    prefix: Key,
    writers: Writers,
    /// Whether the server heeds the conditions of a put; asked once.
    heeds_conditions: OnceCell<bool>,
    /// Orders the writers of pointers where there is one process.
    pointers: Mutex<()>,
    /// One per first byte of a hash, held while an object appears or disappears, so that a put never finds
    /// an object that a removal is about to take.
    change: Vec<Mutex<()>>,
}

impl Bucket {
    pub(crate) async fn open_s3(config: &S3Config) -> Result<Self, ObjectError> {
        let store = config.connect()?;
        Self::open(Arc::new(store), &config.prefix, config.writers).await
    }

    /// Opens the store below a prefix of any bucket.
    pub(crate) async fn open(
        store: Arc<dyn ObjectStore>,
        prefix: &str,
        writers: Writers,
    ) -> Result<Self, ObjectError> {
        let bucket = Self {
            inner: Arc::new(Inner {
                store,
                prefix: Key::from(prefix),
                writers,
                heeds_conditions: OnceCell::new(),
                pointers: Mutex::default(),
                change: (0..=u8::MAX).map(|_| Mutex::default()).collect(),
            }),
        };
        bucket.mark().await?;
        Ok(bucket)
    }

    /// Says which layout the bucket has, or checks what it says.
    async fn mark(&self) -> Result<(), ObjectError> {
        let key = self.key(format::MARKER);
        let check =
            |found: &[u8]| format::check(found, &format!("{} in the bucket", self.inner.prefix));
        match self.fetch(&key).await {
            Ok(found) => check(&found),
            Err(Error::NotFound { .. }) => {
                let written = self.inner.store.put(&key, format::marker().into()).await;
                written.map_err(ObjectError::remote("write", &key))?;
                Ok(())
            }
            Err(error) => Err(ObjectError::remote("read", &key)(error)),
        }
    }

    async fn fetch(&self, key: &Key) -> Result<Bytes, Error> {
        self.inner.store.get(key).await?.bytes().await
    }

    fn key(&self, name: &str) -> Key {
        self.inner.prefix.clone().join(name)
    }

    fn object(&self, hash: ContentHash) -> Key {
        self.key("objects").join(hash.to_string())
    }

    fn tree(&self, hash: ContentHash) -> Key {
        self.key("trees").join(hash.to_string())
    }

    /// Stores an object whole: its outboard, its bytes, and a look at what the store gives back.
    async fn place(&self, outboard: Outboard, source: Source) -> Result<ObjectInfo, ObjectError> {
        let outboard = Arc::new(outboard);
        let (hash, bytes) = (outboard.hash(), outboard.object_len());
        let _in_order = self.inner.change[usize::from(hash.as_bytes()[0])]
            .lock()
            .await;
        let info = ObjectInfo { hash, bytes };
        if self.is_whole(&outboard).await? {
            return Ok(info);
        }
        let tree = outboard.to_bytes();
        if !tree.is_empty() {
            let key = self.tree(hash);
            let put = self.inner.store.put(&key, tree.into()).await;
            put.map_err(ObjectError::remote("write", &key))?;
        }
        upload::upload(&*self.inner.store, &self.object(hash), &source, bytes).await?;
        if let Err(error) = self.check_stored(&outboard).await {
            self.take_away(hash).await;
            return Err(error);
        }
        Ok(info)
    }

    /// Whether the object is there already with the right bytes; a damaged one is to be put again.
    async fn is_whole(&self, outboard: &Arc<Outboard>) -> Result<bool, ObjectError> {
        match self.check_stored(outboard).await {
            Ok(()) => Ok(true),
            Err(ObjectError::StoredWrong { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Reads an object and its outboard back and holds them against its name.
    async fn check_stored(&self, outboard: &Arc<Outboard>) -> Result<(), ObjectError> {
        let hash = outboard.hash();
        let check = async {
            let found = self.len(hash).await?;
            if found != outboard.object_len() {
                let (start, end) = (0, outboard.object_len());
                let len = found;
                return Err(ObjectError::OutOfRange {
                    hash,
                    start,
                    end,
                    len,
                });
            }
            self.read_tree(hash, found).await?;
            verify_stored(self, outboard).await
        };
        check.await.map_err(|error| match error {
            ObjectError::DamagedBlock { .. }
            | ObjectError::Damaged { .. }
            | ObjectError::OutOfRange { .. }
            | ObjectError::NotFound(_) => ObjectError::StoredWrong {
                hash,
                source: Box::new(error),
            },
            other => other,
        })
    }

    async fn read_tree(&self, hash: ContentHash, len: u64) -> Result<Outboard, ObjectError> {
        let key = self.tree(hash);
        let bytes = if outboard_len(len) == 0 {
            Bytes::new()
        } else {
            match self.fetch(&key).await {
                Err(Error::NotFound { .. }) => Bytes::new(),
                read => read.map_err(ObjectError::remote("read", &key))?,
            }
        };
        Outboard::from_bytes(&bytes, hash, len)
            .map_err(|source| ObjectError::Damaged { hash, source })
    }

    /// Removes what turned out wrong. That it cannot is logged: the caller's error is the other one.
    async fn take_away(&self, hash: ContentHash) {
        for key in [self.object(hash), self.tree(hash)] {
            if let Err(error) = self.inner.store.delete(&key).await
                && !matches!(error, Error::NotFound { .. })
            {
                tracing::error!(%key, %error, "a damaged object could not be removed from the bucket");
            }
        }
    }

    /// Runs work to its end even when whoever asked for it went away: an upload that is dropped half-way
    /// would leave its parts behind.
    async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, ObjectError>> + Send + 'static,
    ) -> Result<T, ObjectError> {
        let done = tokio::spawn(work).await;
        done.map_err(|error| ObjectError::Remote {
            what: "work on",
            key: self.inner.prefix.to_string(),
            source: error.into(),
        })?
    }
}
