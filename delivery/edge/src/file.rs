//! One file as players read it: its blocks, wherever they come from.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use contracts_delivery::{ByteRange, FileFacts, UpstreamError};
use data_objects::ContentHash;
use data_objects::tree::{BLOCK_BYTES, Outboard, block_count, block_len};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::limits::WAIT_TIMEOUT;
use crate::prepare::block_of;

use self::blocks::{Blocks, Want};
use self::disk::{DiskFile, Kept};
use self::fill::Filler;

mod blocks;
pub(crate) mod disk;
pub(crate) mod fill;

type Waiter = oneshot::Sender<Result<Bytes, UpstreamError>>;

/// A file whose size and hash tree are known.
#[derive(Debug)]
pub(crate) struct OpenFile {
    pub(crate) hash: ContentHash,
    pub(crate) bytes: u64,
    outboard: Outboard,
    blocks: Mutex<Blocks<Waiter, UpstreamError>>,
    /// Absent when nothing is stored: each block then passes through.
    disk: Option<Arc<DiskFile>>,
    /// Set when the file was withdrawn while players were reading it.
    gone: AtomicBool,
    /// Set when the library let go of it.
    retired: AtomicBool,
}

/// Where a block's bytes are.
#[derive(Debug)]
pub(crate) enum Block {
    /// In the cache; read pieces of it with [`OpenFile::read_stored`].
    Stored,
    /// In memory, whole: it came from upstream just now.
    Fetched(Bytes),
}

impl OpenFile {
    /// A file by its facts; `disk` with the sidecar's bits when blocks of it are kept.
    ///
    /// # Errors
    /// [`UpstreamError::Wrong`] when the hash tree does not lead to the file's name.
    pub(crate) fn new(
        hash: ContentHash,
        facts: &FileFacts,
        disk: Option<DiskFile>,
        kept: Option<&Kept>,
    ) -> Result<Self, UpstreamError> {
        let outboard = verified(hash, facts)?;
        let count = u32::try_from(block_count(facts.bytes)).map_err(|_| UpstreamError::Wrong)?;
        Ok(Self {
            hash,
            bytes: facts.bytes,
            outboard,
            blocks: Mutex::new(Blocks::new(count, |block| {
                kept.is_some_and(|kept| kept.has(block))
            })),
            disk: disk.map(Arc::new),
            gone: AtomicBool::new(false),
            retired: AtomicBool::new(false),
        })
    }

    /// Its size and hash tree, as they came.
    pub(crate) fn facts(&self) -> FileFacts {
        FileFacts {
            bytes: self.bytes,
            outboard: self.outboard.to_bytes(),
        }
    }

    /// Whether a block is stored, by this run or an earlier one.
    pub(crate) fn has(&self, block: u32) -> bool {
        !self.is_gone() && self.blocks.lock().has(block)
    }

    /// Stops all reading: the file was withdrawn.
    pub(crate) fn withdraw(&self) {
        self.gone.store(true, Ordering::Release);
    }

    /// Stores nothing more: the library opens the file anew when it is asked for.
    pub(crate) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
    }

    pub(crate) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Acquire)
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }

    /// Up to where a range is stored without a gap; its start when it begins with a block that is not.
    pub(crate) fn stored_until(&self, range: ByteRange) -> u64 {
        if range.is_empty() {
            return range.start;
        }
        let (first, last) = (block_of(range.start), block_of(range.end - 1));
        let stored = self.blocks.lock().stored_from(first, last);
        if stored == first {
            return range.start;
        }
        range.end.min(u64::from(stored) * BLOCK_BYTES)
    }

    /// The disk cannot give a block that should be stored: asking for it once more fills it. Whether it was
    /// stored until now.
    pub(crate) fn lose(&self, block: u32) -> bool {
        self.blocks.lock().lost(block)
    }

    /// The stored file, as much of it as is there.
    pub(crate) fn stored_on(&self) -> Option<&std::fs::File> {
        self.disk.as_deref().map(DiskFile::data)
    }

    /// Whether a stored block is what the tree says; `None` when it is not stored. One of an earlier run is
    /// verified, and filled if need be, as by whoever asks for it first.
    pub(crate) async fn is_sound(
        self: &Arc<Self>,
        block: u32,
        filler: &Arc<Filler>,
    ) -> Option<bool> {
        let range = self.block_range(block);
        if self.blocks.lock().is_kept(block) {
            return self.block(block, filler).await.ok().map(|_| true);
        }
        if self.stored_until(range) <= range.start {
            return None;
        }
        let (file, disk) = (Arc::clone(self), Arc::clone(self.disk.as_ref()?));
        let checked = blocking(move || {
            let bytes = disk.read(range.start, range.len())?;
            Ok(file.outboard.verify_block(u64::from(block), &bytes))
        });
        Some(checked.await.unwrap_or(false))
    }

    /// The bytes a block covers.
    pub(crate) fn block_range(&self, block: u32) -> ByteRange {
        let start = u64::from(block) * BLOCK_BYTES;
        ByteRange {
            start,
            end: start + block_len(self.bytes, u64::from(block)),
        }
    }

    /// Brings a block, waiting for its fill if it is not here. A caller that gives up does not stop the
    /// fill: others may wait for it, and the player may come back.
    pub(crate) async fn block(
        self: &Arc<Self>,
        block: u32,
        filler: &Arc<Filler>,
    ) -> Result<Block, UpstreamError> {
        if self.is_gone() {
            return Err(UpstreamError::NotFound);
        }
        let (tell, told) = oneshot::channel();
        let want = self.blocks.lock().want(block, filler.now(), || Some(tell));
        match want {
            Want::Read => {
                filler.metrics.blocks_hit.inc();
                return Ok(Block::Stored);
            }
            Want::Refused(error) => return Err(error),
            Want::Start { kept } => filler.start(self, block, kept, None),
            Want::Wait => {}
        }
        let told = tokio::time::timeout(WAIT_TIMEOUT, told).await;
        let told = told.map_err(|_| UpstreamError::Timeout)?;
        told.unwrap_or(Err(UpstreamError::Down)).map(Block::Fetched)
    }

    /// Starts the fill of a block that nobody waits for yet, if it is absent and there is a permit.
    pub(crate) fn read_ahead(self: &Arc<Self>, block: u32, filler: &Arc<Filler>) {
        let mut blocks = self.blocks.lock();
        if self.is_gone() || !blocks.is_absent(block) {
            return;
        }
        let Some(permit) = filler.ahead_permit() else {
            return;
        };
        if let Want::Start { kept } = blocks.want(block, filler.now(), || None) {
            filler.start(self, block, kept, Some(permit));
        }
    }

    /// A piece of a stored block. When the disk cannot give it, the block counts as missing again and
    /// asking for it once more fills it.
    pub(crate) async fn read_stored(&self, block: u32, range: ByteRange) -> Option<Bytes> {
        let disk = Arc::clone(self.disk.as_ref()?);
        let read = blocking(move || disk.read(range.start, range.len())).await;
        match read {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                tracing::warn!(file = %self.hash, block, %error, "cannot read a stored block");
                self.lose(block);
                None
            }
        }
    }
}

/// The tree, checked against the name. An empty file has no tree and no block that could betray a lie,
/// so its name is checked here.
fn verified(hash: ContentHash, facts: &FileFacts) -> Result<Outboard, UpstreamError> {
    if facts.bytes == 0 && hash != ContentHash::of(b"") {
        return Err(UpstreamError::Wrong);
    }
    let outboard = Outboard::from_bytes(&facts.outboard, hash, facts.bytes);
    outboard.map_err(|_| UpstreamError::Wrong)
}

/// Runs file work on a thread that may block.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(std::io::Error::other)?
}
