//! The store as its callers see it: asynchronous, cheap to clone.

use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use crate::folder::Folder;
use crate::limits::MAX_READ_BYTES;
use crate::{ContentHash, ObjectError};

/// An object's name and size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ObjectInfo {
    /// Its name.
    pub hash: ContentHash,
    /// Its size.
    pub bytes: u64,
}

/// Objects in a folder of this machine. One process holds a folder; clones share it.
#[derive(Debug, Clone)]
pub struct Objects {
    folder: Arc<Folder>,
}

impl Objects {
    /// Opens the store, creating its folders if they are new and removing what a crash left half copied.
    ///
    /// # Errors
    /// [`ObjectError::Io`].
    pub async fn open(folder: impl Into<PathBuf>) -> Result<Self, ObjectError> {
        let folder = folder.into();
        let folder = blocking(folder.clone(), move || Folder::open(folder)).await?;
        Ok(Self {
            folder: Arc::new(folder),
        })
    }

    /// Takes over a finished file, which nothing may change any more: afterwards it is an object and no
    /// longer where it was. It is read once, and moved when it lies on the store's file system. The
    /// object is on the disk when this returns; storing the same bytes twice keeps one.
    ///
    /// # Errors
    /// On one, the file is still where it was.
    pub async fn put_file(&self, source: &Path) -> Result<ObjectInfo, ObjectError> {
        let source = source.to_owned();
        self.run(move |folder| folder.take(&source)).await
    }

    /// As [`Self::put_file`], for bytes in memory.
    pub async fn put_bytes(&self, bytes: Bytes) -> Result<ObjectInfo, ObjectError> {
        self.run(move |folder| {
            folder.copy(&bytes[..], Path::new("bytes in memory"), bytes.len() as u64)
        })
        .await
    }

    /// The object's size.
    ///
    /// # Errors
    /// [`ObjectError::NotFound`].
    pub async fn len(&self, hash: ContentHash) -> Result<u64, ObjectError> {
        self.run(move |folder| Ok(folder.open_object(hash)?.1))
            .await
    }

    /// Bytes of an object, at most [`MAX_READ_BYTES`] at once. They are as the disk gave them; whoever
    /// must know that they are right verifies their blocks.
    ///
    /// # Errors
    /// [`ObjectError::NotFound`], [`ObjectError::OutOfRange`].
    pub async fn read(&self, hash: ContentHash, range: Range<u64>) -> Result<Bytes, ObjectError> {
        self.run(move |folder| {
            let (file, len) = folder.open_object(hash)?;
            let wanted = range
                .end
                .checked_sub(range.start)
                .filter(|it| *it <= MAX_READ_BYTES);
            let (Some(wanted), true) = (wanted, range.end <= len) else {
                let Range { start, end } = range;
                return Err(ObjectError::OutOfRange {
                    hash,
                    start,
                    end,
                    len,
                });
            };
            let mut bytes = vec![0; wanted as usize];
            let path = folder.object(hash);
            file.read_exact_at(&mut bytes, range.start)
                .map_err(ObjectError::io("read", &path))?;
            Ok(bytes.into())
        })
        .await
    }

    /// The object's outboard, for [`crate::tree::Outboard::from_bytes`]; checked against the name.
    ///
    /// # Errors
    /// [`ObjectError::NotFound`], [`ObjectError::Damaged`].
    pub async fn read_outboard(&self, hash: ContentHash) -> Result<Bytes, ObjectError> {
        self.run(move |folder| Ok(folder.outboard(hash)?.to_bytes()))
            .await
    }

    /// Removes an object, durably; returns whether it was there.
    pub async fn remove(&self, hash: ContentHash) -> Result<bool, ObjectError> {
        self.run(move |folder| folder.remove(hash)).await
    }

    /// Objects in name order after `after`, at most `limit`; fewer mean that the end was met.
    pub async fn list(
        &self,
        after: Option<ContentHash>,
        limit: usize,
    ) -> Result<Vec<ObjectInfo>, ObjectError> {
        self.run(move |folder| folder.list(after, limit)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Folder) -> Result<T, ObjectError> + Send + 'static,
    ) -> Result<T, ObjectError> {
        let folder = Arc::clone(&self.folder);
        blocking(PathBuf::from("the object store"), move || work(&folder)).await
    }
}

async fn blocking<T: Send + 'static>(
    path: PathBuf,
    work: impl FnOnce() -> Result<T, ObjectError> + Send + 'static,
) -> Result<T, ObjectError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ObjectError::Io {
        what: "work on",
        path,
        source: error.into(),
    })?
}
