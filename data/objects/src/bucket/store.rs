//! The bucket as an engine.

use std::fs::{self, File};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use futures::TryStreamExt as _;
use object_store::{Error, GetOptions, GetRange, ObjectStoreExt as _};

use super::Bucket;
use super::upload::Source;
use crate::pointers::PointerVersion;
use crate::store::{RawPointer, Store, Swap, blocking, readable};
use crate::tree::Outboard;
use crate::{ContentHash, ObjectError, ObjectInfo};

#[async_trait]
impl Store for Bucket {
    async fn put_file(&self, source: PathBuf) -> Result<ObjectInfo, ObjectError> {
        let bucket = self.clone();
        self.run(async move {
            let path = source.clone();
            let (file, outboard) = blocking(path.clone(), move || read_through(&path)).await?;
            let from = Source::File(Arc::new(file), source.clone());
            let info = bucket.place(outboard, from).await?;
            blocking(source.clone(), move || {
                fs::remove_file(&source).map_err(ObjectError::io("remove", &source))
            })
            .await?;
            Ok(info)
        })
        .await
    }

    async fn put_bytes(&self, bytes: Bytes) -> Result<ObjectInfo, ObjectError> {
        let bucket = self.clone();
        self.run(async move {
            let named = PathBuf::from("bytes in memory");
            let whole = bytes.clone();
            let outboard = blocking(named.clone(), move || {
                Outboard::compute(&whole[..]).map_err(ObjectError::io("read", &named))
            });
            bucket.place(outboard.await?, Source::Memory(bytes)).await
        })
        .await
    }

    async fn len(&self, hash: ContentHash) -> Result<u64, ObjectError> {
        let key = self.object(hash);
        match self.inner.store.head(&key).await {
            Ok(meta) => Ok(meta.size),
            Err(Error::NotFound { .. }) => Err(ObjectError::NotFound(hash)),
            Err(error) => Err(ObjectError::remote("look at", &key)(error)),
        }
    }

    async fn read(&self, hash: ContentHash, range: Range<u64>) -> Result<Bytes, ObjectError> {
        if readable(hash, &range, u64::MAX)? == 0 {
            readable(hash, &range, self.len(hash).await?)?;
            return Ok(Bytes::new());
        }
        let key = self.object(hash);
        let options = GetOptions {
            range: Some(GetRange::Bounded(range.clone())),
            ..GetOptions::default()
        };
        let found = match self.inner.store.get_opts(&key, options).await {
            Ok(found) => found,
            Err(Error::NotFound { .. }) => return Err(ObjectError::NotFound(hash)),
            Err(error) => {
                // A server has its own words for a range that begins past the end.
                readable(hash, &range, self.len(hash).await?)?;
                return Err(ObjectError::remote("read", &key)(error));
            }
        };
        let wanted = readable(hash, &range, found.meta.size)?;
        let bytes = found.bytes().await;
        let bytes = bytes.map_err(ObjectError::remote("read", &key))?;
        if bytes.len() as u64 == wanted {
            return Ok(bytes);
        }
        Err(ObjectError::Remote {
            what: "read",
            key: key.to_string(),
            source: format!("{} bytes came where {wanted} were asked for", bytes.len()).into(),
        })
    }

    async fn outboard(&self, hash: ContentHash) -> Result<Outboard, ObjectError> {
        let len = self.len(hash).await?;
        self.read_tree(hash, len).await
    }

    async fn remove(&self, hash: ContentHash) -> Result<bool, ObjectError> {
        let bucket = self.clone();
        self.run(async move {
            let _in_order = bucket.inner.change[usize::from(hash.as_bytes()[0])]
                .lock()
                .await;
            let was_there = match bucket.len(hash).await {
                Ok(_) => true,
                Err(ObjectError::NotFound(_)) => false,
                Err(error) => return Err(error),
            };
            for key in [bucket.object(hash), bucket.tree(hash)] {
                match bucket.inner.store.delete(&key).await {
                    Ok(()) | Err(Error::NotFound { .. }) => {}
                    Err(error) => return Err(ObjectError::remote("remove", &key)(error)),
                }
            }
            Ok(was_there)
        })
        .await
    }

    async fn list(
        &self,
        after: Option<ContentHash>,
        limit: usize,
    ) -> Result<Vec<ObjectInfo>, ObjectError> {
        let below = self.key("objects");
        let mut pages = match after {
            Some(after) => {
                let after = self.object(after);
                self.inner.store.list_with_offset(Some(&below), &after)
            }
            None => self.inner.store.list(Some(&below)),
        };
        let mut found = Vec::new();
        while found.len() < limit
            && let Some(meta) = pages
                .try_next()
                .await
                .map_err(ObjectError::remote("list", &below))?
        {
            let hash = meta.location.filename().and_then(|name| name.parse().ok());
            found.extend(hash.map(|hash| ObjectInfo {
                hash,
                bytes: meta.size,
            }));
        }
        Ok(found)
    }

    async fn pointer(&self, name: &str) -> Result<Option<RawPointer>, ObjectError> {
        self.read_pointer(name).await
    }

    async fn swap_pointer(
        &self,
        name: &str,
        expected: Option<&PointerVersion>,
        record: Bytes,
    ) -> Result<Swap, ObjectError> {
        let (bucket, name, expected) = (self.clone(), name.to_owned(), expected.cloned());
        self.run(async move { bucket.swap(&name, expected.as_ref(), record).await })
            .await
    }

    async fn pointer_names(&self) -> Result<Vec<String>, ObjectError> {
        self.list_pointers().await
    }
}

/// Reads a file through for its hash tree. The file stays open, so that what is uploaded is what was read.
fn read_through(path: &Path) -> Result<(File, Outboard), ObjectError> {
    let facts = fs::metadata(path).map_err(ObjectError::io("look at", path))?;
    if !facts.is_file() {
        return Err(ObjectError::NotAFile(path.to_owned()));
    }
    let file = File::open(path).map_err(ObjectError::io("open", path))?;
    let outboard = Outboard::compute(&file).map_err(ObjectError::io("read", path))?;
    Ok((file, outboard))
}
