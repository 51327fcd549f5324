//! What an appliance gives its neighbours: blocks that it stores, and nothing that it would have to fetch.

use std::sync::Weak;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use contracts_delivery::{ByteRange, FileFacts, Upstream, UpstreamError};
use data_objects::ContentHash;

use crate::file::Block;
use crate::library::{HeldFile, Library};
use crate::prepare::block_of;

/// The stored part of a library. Two neighbours that both lack a block do not send each other round: a block that is
/// not stored is not found.
pub(crate) struct StoredFiles(pub(crate) Weak<Library>);

impl StoredFiles {
    fn library(&self) -> Result<std::sync::Arc<Library>, UpstreamError> {
        self.0.upgrade().ok_or(UpstreamError::Down)
    }
}

#[async_trait]
impl Upstream for StoredFiles {
    async fn facts(&self, file: ContentHash) -> Result<FileFacts, UpstreamError> {
        let held = stored(&*self.library()?, file).await?;
        Ok(held.file.facts())
    }

    async fn read(&self, file: ContentHash, range: ByteRange) -> Result<Bytes, UpstreamError> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let library = self.library()?;
        let held = stored(&library, file).await?;
        let mut bytes = BytesMut::with_capacity(range.len() as usize);
        for block in block_of(range.start)..=block_of(range.end - 1) {
            let whole = held.file.block_range(block);
            let wanted = ByteRange {
                start: whole.start.max(range.start),
                end: whole.end.min(range.end),
            };
            bytes.extend_from_slice(&piece(&library, &held, block, wanted).await?);
        }
        Ok(bytes.freeze())
    }
}

async fn stored(library: &Library, file: ContentHash) -> Result<HeldFile, UpstreamError> {
    if !library.has_some(file) {
        return Err(UpstreamError::NotFound);
    }
    library.file(file).await
}

/// A part of one block. One of an earlier run is verified first, as for a player.
async fn piece(
    library: &Library,
    held: &HeldFile,
    block: u32,
    wanted: ByteRange,
) -> Result<Bytes, UpstreamError> {
    if !held.file.has(block) {
        return Err(UpstreamError::NotFound);
    }
    match held.file.block(block, &library.filler).await? {
        Block::Stored => {
            let read = held.file.read_stored(block, wanted).await;
            read.ok_or(UpstreamError::NotFound)
        }
        Block::Fetched(bytes) => {
            let start = (wanted.start - held.file.block_range(block).start) as usize;
            Ok(bytes.slice(start..start + wanted.len() as usize))
        }
    }
}
