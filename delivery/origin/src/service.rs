//! The contracts the origin fulfils, over its store.

use std::path::Path;

use async_trait::async_trait;
use bytes::Bytes;
use contracts_delivery::{
    ByteRange, Extension, FileFacts, FileName, Origin, OriginError, Release, ReleaseId, StoredFile,
    Upstream, UpstreamError, Withdrawal, WithdrawalLog,
};
use data_objects::{ContentHash, ObjectInfo};

use crate::errors::{object_failed, read_failed, store_failed};
use crate::limits::WITHDRAWALS_PAGE;
use crate::store::{OriginStore, unnamed};

#[async_trait]
impl Origin for OriginStore {
    async fn store(&self, source: &Path, extension: Extension) -> Result<StoredFile, OriginError> {
        let _gate = self.inner.gate.read().await;
        let object = self
            .inner
            .objects
            .put_file(source)
            .await
            .map_err(object_failed)?;
        self.inner.stored(object.hash).await?;
        Ok(named(object, extension))
    }

    async fn store_bytes(
        &self,
        bytes: Bytes,
        extension: Extension,
    ) -> Result<StoredFile, OriginError> {
        let _gate = self.inner.gate.read().await;
        let object = self
            .inner
            .objects
            .put_bytes(bytes)
            .await
            .map_err(object_failed)?;
        self.inner.stored(object.hash).await?;
        Ok(named(object, extension))
    }

    async fn publish(&self, release: &Release) -> Result<ReleaseId, OriginError> {
        self.inner.publish(release).await
    }

    async fn withdraw(&self, release: ReleaseId) -> Result<(), OriginError> {
        self.inner.withdraw(release).await
    }

    async fn release(&self, release: ReleaseId) -> Result<Release, OriginError> {
        self.inner.release(release).await
    }

    async fn read(&self, file: FileName, range: ByteRange) -> Result<Bytes, OriginError> {
        let bytes = self.inner.len(file).await?;
        if range.start > range.end || range.end > bytes {
            return Err(OriginError::OutOfRange {
                start: range.start,
                end: range.end,
                bytes,
            });
        }
        let read = self
            .inner
            .objects
            .read(file.hash, range.start..range.end)
            .await;
        read.map_err(|error| read_failed(error, file))
    }

    async fn collect(&self) -> Result<u64, OriginError> {
        self.inner.collect().await
    }
}

#[async_trait]
impl WithdrawalLog for OriginStore {
    async fn withdrawals_since(
        &self,
        seq: u64,
        limit: usize,
    ) -> Result<Vec<Withdrawal>, OriginError> {
        let limit = limit.min(WITHDRAWALS_PAGE);
        self.inner
            .ledger
            .withdrawals_since(seq, limit)
            .await
            .map_err(store_failed)
    }
}

/// The origin is the upstream of the appliance that runs beside it.
#[async_trait]
impl Upstream for OriginStore {
    async fn facts(&self, file: ContentHash) -> Result<FileFacts, UpstreamError> {
        let bytes = self.bytes(file).await?;
        let read = self.inner.objects.read_outboard(file).await;
        let outboard = read.map_err(|error| as_upstream(read_failed(error, unnamed(file))))?;
        Ok(FileFacts { bytes, outboard })
    }

    async fn bytes(&self, file: ContentHash) -> Result<u64, UpstreamError> {
        self.inner.len(unnamed(file)).await.map_err(as_upstream)
    }

    async fn read(&self, file: ContentHash, range: ByteRange) -> Result<Bytes, UpstreamError> {
        Origin::read(self, unnamed(file), range)
            .await
            .map_err(as_upstream)
    }
}

fn named(object: ObjectInfo, extension: Extension) -> StoredFile {
    StoredFile {
        name: FileName {
            hash: object.hash,
            extension,
        },
        bytes: object.bytes,
    }
}

fn as_upstream(error: OriginError) -> UpstreamError {
    match error {
        OriginError::NoSuchFile(_) => UpstreamError::NotFound,
        OriginError::OutOfRange { .. } => UpstreamError::Wrong,
        error => {
            tracing::error!(%error, "the origin cannot read a file");
            UpstreamError::Down
        }
    }
}
