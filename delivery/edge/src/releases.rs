//! Which files a release holds: its JSON file, fetched and cached like any other, read once.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use contracts_delivery::{FileName, Release, ReleaseId, UpstreamError};
use data_objects::ContentHash;
use data_objects::tree::block_count;
use parking_lot::Mutex;

use crate::file::Block;
use crate::library::{HeldFile, Library};
use crate::limits::{MAX_RELEASE_BYTES, MAX_RELEASES};

/// The file names of recently used releases.
#[derive(Debug, Default)]
pub(crate) struct Releases {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    files: HashMap<ReleaseId, Arc<HashSet<FileName>>>,
    order: VecDeque<ReleaseId>,
}

impl Releases {
    /// The names a token for `release` opens, where they are known already.
    pub(crate) fn known(&self, release: ReleaseId) -> Option<Arc<HashSet<FileName>>> {
        self.known.lock().files.get(&release).cloned()
    }

    /// The names a token for `release` opens.
    ///
    /// # Errors
    /// Those of the upstream; [`UpstreamError::Wrong`] when the file is no release.
    pub(crate) async fn files(
        &self,
        release: ReleaseId,
        library: &Library,
    ) -> Result<Arc<HashSet<FileName>>, UpstreamError> {
        if let Some(files) = self.known(release) {
            return Ok(files);
        }
        let text = read_whole(release, library).await?;
        let parsed: Release = serde_json::from_slice(&text).map_err(|error| {
            tracing::warn!(%release, %error, "a token names a file that is no release");
            UpstreamError::Wrong
        })?;
        let files: Arc<HashSet<_>> = Arc::new(parsed.files().map(|file| file.name).collect());
        self.known.lock().insert(release, Arc::clone(&files));
        Ok(files)
    }

    /// Forgets a withdrawn release.
    pub(crate) fn withdraw(&self, file: ContentHash) {
        self.known.lock().remove(ReleaseId(file));
    }
}

impl Known {
    fn insert(&mut self, release: ReleaseId, files: Arc<HashSet<FileName>>) {
        if self.files.insert(release, files).is_none() {
            self.order.push_back(release);
        }
        while self.order.len() > MAX_RELEASES {
            if let Some(oldest) = self.order.pop_front() {
                self.files.remove(&oldest);
            }
        }
    }

    fn remove(&mut self, release: ReleaseId) {
        if self.files.remove(&release).is_some() {
            self.order.retain(|known| *known != release);
        }
    }
}

async fn read_whole(release: ReleaseId, library: &Library) -> Result<Vec<u8>, UpstreamError> {
    let held = library.file(release.0).await?;
    if held.file.bytes > MAX_RELEASE_BYTES {
        return Err(UpstreamError::Wrong);
    }
    let mut text = Vec::new();
    for block in 0..block_count(held.file.bytes) as u32 {
        text.extend_from_slice(&whole_block(&held, block, library).await?);
    }
    Ok(text)
}

async fn whole_block(
    held: &HeldFile,
    block: u32,
    library: &Library,
) -> Result<bytes::Bytes, UpstreamError> {
    let range = held.file.block_range(block);
    if let Block::Fetched(bytes) = held.file.block(block, &library.filler).await? {
        return Ok(bytes);
    }
    if let Some(bytes) = held.file.read_stored(block, range).await {
        return Ok(bytes);
    }
    // The disk lost it; the second time it is filled.
    match held.file.block(block, &library.filler).await? {
        Block::Fetched(bytes) => Ok(bytes),
        Block::Stored => Err(UpstreamError::Down),
    }
}
