//! An origin that keeps files under their names in one folder and publishes nothing.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use contracts_delivery::{
    ByteRange, Extension, FileName, Origin, OriginError, Release, ReleaseId, StoredFile,
};
use data_objects::ContentHash;

/// The folder.
pub(crate) struct FolderOrigin(PathBuf);

impl FolderOrigin {
    /// Keeps files in `folder`.
    pub(crate) fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// Where a file lies.
    pub(crate) fn path(&self, name: FileName) -> PathBuf {
        self.0.join(name.to_string())
    }
}

fn failed(error: &std::io::Error) -> OriginError {
    OriginError::Store(error.to_string())
}

#[async_trait]
impl Origin for FolderOrigin {
    async fn store(&self, source: &Path, extension: Extension) -> Result<StoredFile, OriginError> {
        let bytes = tokio::fs::read(source)
            .await
            .map_err(|error| failed(&error))?;
        let stored = self.store_bytes(bytes.into(), extension).await?;
        tokio::fs::remove_file(source)
            .await
            .map_err(|error| failed(&error))?;
        Ok(stored)
    }

    async fn store_bytes(
        &self,
        bytes: Bytes,
        extension: Extension,
    ) -> Result<StoredFile, OriginError> {
        let name = FileName {
            hash: ContentHash::of(&bytes),
            extension,
        };
        let stored = StoredFile {
            name,
            bytes: bytes.len() as u64,
        };
        let written = platform_files::write_atomic(&self.path(name), bytes).await;
        written.map(|()| stored).map_err(|error| failed(&error))
    }

    async fn publish(&self, _: &Release) -> Result<ReleaseId, OriginError> {
        Err(OriginError::Store("this origin publishes nothing".into()))
    }

    async fn withdraw(&self, _: ReleaseId) -> Result<(), OriginError> {
        Ok(())
    }

    async fn release(&self, release: ReleaseId) -> Result<Release, OriginError> {
        Err(OriginError::NoSuchRelease(release))
    }

    async fn read(&self, file: FileName, range: ByteRange) -> Result<Bytes, OriginError> {
        let bytes = tokio::fs::read(self.path(file))
            .await
            .map_err(|_| OriginError::NoSuchFile(file))?;
        let ByteRange { start, end } = range;
        let size = bytes.len() as u64;
        let part = bytes.get(start as usize..end as usize);
        let part = part.ok_or(OriginError::OutOfRange {
            start,
            end,
            bytes: size,
        })?;
        Ok(Bytes::copy_from_slice(part))
    }

    async fn collect(&self) -> Result<u64, OriginError> {
        Ok(0)
    }
}
