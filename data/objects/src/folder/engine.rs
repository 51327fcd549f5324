//! The folder as an engine: its blocking work on threads where waiting is fine.

use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use super::Folder;
use crate::pointers::PointerVersion;
use crate::store::{RawPointer, Store, Swap, blocking, readable};
use crate::tree::Outboard;
use crate::{ContentHash, ObjectError, ObjectInfo};

/// A folder that is open.
#[derive(Debug, Clone)]
pub(crate) struct FolderStore {
    folder: Arc<Folder>,
}

impl FolderStore {
    pub(crate) async fn open(folder: PathBuf) -> Result<Self, ObjectError> {
        let folder = blocking(folder.clone(), move || Folder::open(folder)).await?;
        Ok(Self {
            folder: Arc::new(folder),
        })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Folder) -> Result<T, ObjectError> + Send + 'static,
    ) -> Result<T, ObjectError> {
        let folder = Arc::clone(&self.folder);
        blocking(PathBuf::from("the object store"), move || work(&folder)).await
    }
}

#[async_trait]
impl Store for FolderStore {
    async fn put_file(&self, source: PathBuf) -> Result<ObjectInfo, ObjectError> {
        self.run(move |folder| folder.take(&source)).await
    }

    async fn put_bytes(&self, bytes: Bytes) -> Result<ObjectInfo, ObjectError> {
        self.run(move |folder| {
            folder.copy(&bytes[..], Path::new("bytes in memory"), bytes.len() as u64)
        })
        .await
    }

    async fn len(&self, hash: ContentHash) -> Result<u64, ObjectError> {
        self.run(move |folder| Ok(folder.open_object(hash)?.1))
            .await
    }

    async fn read(&self, hash: ContentHash, range: Range<u64>) -> Result<Bytes, ObjectError> {
        self.run(move |folder| {
            let (file, len) = folder.open_object(hash)?;
            let mut bytes = vec![0; readable(hash, &range, len)? as usize];
            let path = folder.object(hash);
            file.read_exact_at(&mut bytes, range.start)
                .map_err(ObjectError::io("read", &path))?;
            Ok(bytes.into())
        })
        .await
    }

    async fn outboard(&self, hash: ContentHash) -> Result<Outboard, ObjectError> {
        self.run(move |folder| folder.outboard(hash)).await
    }

    async fn remove(&self, hash: ContentHash) -> Result<bool, ObjectError> {
        self.run(move |folder| folder.remove(hash)).await
    }

    async fn list(
        &self,
        after: Option<ContentHash>,
        limit: usize,
    ) -> Result<Vec<ObjectInfo>, ObjectError> {
        self.run(move |folder| folder.list(after, limit)).await
    }

    async fn pointer(&self, name: &str) -> Result<Option<RawPointer>, ObjectError> {
        let name = name.to_owned();
        self.run(move |folder| folder.pointer(&name)).await
    }

    async fn swap_pointer(
        &self,
        name: &str,
        expected: Option<&PointerVersion>,
        record: Bytes,
    ) -> Result<Swap, ObjectError> {
        let (name, expected) = (name.to_owned(), expected.cloned());
        self.run(move |folder| folder.swap_pointer(&name, expected.as_ref(), &record))
            .await
    }

    async fn pointer_names(&self) -> Result<Vec<String>, ObjectError> {
        self.run(Folder::pointer_names).await
    }
}
