//! An upstream whose behaviour a test decides and whose reads it counts.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use contracts_delivery::{
    ByteRange, Extension, FileFacts, FileName, StoredFile, Upstream, UpstreamError,
};
use data_objects::ContentHash;
use data_objects::tree::{BLOCK_BYTES, Outboard};
use parking_lot::Mutex;
use tokio::sync::Semaphore;

/// What a read does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Honest,
    /// Right in length, wrong in one byte.
    Lying,
    /// Fewer bytes than asked for.
    Short,
    Failing(UpstreamError),
}

enum Content {
    Bytes(Bytes),
    Zeros,
}

/// Files in memory.
pub(crate) struct Synthetic {
    files: Mutex<HashMap<ContentHash, (FileFacts, Content)>>,
    mode: Mutex<Mode>,
    /// Lies about this block even when honest otherwise.
    bad_block: Mutex<Option<u64>>,
    /// Reads of each block so far.
    reads: Mutex<HashMap<(ContentHash, u64), u32>>,
    /// A read takes a permit; tests that must hold reads back start with none.
    gate: Semaphore,
    /// How often facts were asked for.
    facts: AtomicU32,
}

impl Synthetic {
    pub(crate) fn new() -> Arc<Self> {
        Self::gated(Semaphore::MAX_PERMITS)
    }

    /// Lets only so many reads through until [`Self::open_gate`].
    pub(crate) fn gated(reads: usize) -> Arc<Self> {
        Arc::new(Self {
            files: Mutex::default(),
            mode: Mutex::new(Mode::Honest),
            bad_block: Mutex::default(),
            reads: Mutex::default(),
            gate: Semaphore::new(reads),
            facts: AtomicU32::new(0),
        })
    }

    pub(crate) fn open_gate(&self) {
        self.gate.add_permits(1 << 20);
    }

    pub(crate) fn add(&self, bytes: impl Into<Bytes>, extension: Extension) -> StoredFile {
        let bytes = bytes.into();
        let outboard = Outboard::compute(&bytes[..]).unwrap();
        self.enter(&outboard, Content::Bytes(bytes), extension)
    }

    /// A file of zeros that takes no memory.
    pub(crate) fn add_zeros(&self, bytes: u64, extension: Extension) -> StoredFile {
        let outboard = Outboard::compute(std::io::repeat(0).take(bytes)).unwrap();
        self.enter(&outboard, Content::Zeros, extension)
    }

    fn enter(&self, outboard: &Outboard, content: Content, extension: Extension) -> StoredFile {
        let (hash, bytes) = (outboard.hash(), outboard.object_len());
        let facts = FileFacts {
            bytes,
            outboard: outboard.to_bytes(),
        };
        self.files.lock().insert(hash, (facts, content));
        StoredFile {
            name: FileName { hash, extension },
            bytes,
        }
    }

    /// Says of a file what is not so.
    pub(crate) fn forge(&self, file: ContentHash, facts: FileFacts) {
        self.files.lock().get_mut(&file).unwrap().0 = facts;
    }

    pub(crate) fn set(&self, mode: Mode) {
        *self.mode.lock() = mode;
    }

    pub(crate) fn spoil(&self, block: u64) {
        *self.bad_block.lock() = Some(block);
    }

    /// Reads of one file's blocks so far.
    pub(crate) fn reads_of(&self, file: StoredFile) -> u32 {
        let reads = self.reads.lock();
        reads
            .iter()
            .filter(|((hash, _), _)| *hash == file.name.hash)
            .map(|(_, count)| count)
            .sum()
    }

    /// How often a file's size and tree were asked for.
    pub(crate) fn facts_asked(&self) -> u32 {
        self.facts.load(Ordering::Relaxed)
    }

    /// The most any one block was read.
    pub(crate) fn most_reads(&self) -> u32 {
        self.reads.lock().values().copied().max().unwrap_or(0)
    }

    fn bytes(&self, file: ContentHash, range: ByteRange) -> Result<Vec<u8>, UpstreamError> {
        match &self
            .files
            .lock()
            .get(&file)
            .ok_or(UpstreamError::NotFound)?
            .1
        {
            Content::Bytes(bytes) => Ok(bytes[range.start as usize..range.end as usize].to_vec()),
            Content::Zeros => Ok(vec![0; range.len() as usize]),
        }
    }
}

#[async_trait]
impl Upstream for Synthetic {
    async fn facts(&self, file: ContentHash) -> Result<FileFacts, UpstreamError> {
        self.facts.fetch_add(1, Ordering::Relaxed);
        // Lets others ask meanwhile.
        tokio::task::yield_now().await;
        if let Mode::Failing(error) = *self.mode.lock() {
            return Err(error);
        }
        let files = self.files.lock();
        files
            .get(&file)
            .map(|(facts, _)| facts.clone())
            .ok_or(UpstreamError::NotFound)
    }

    async fn read(&self, file: ContentHash, range: ByteRange) -> Result<Bytes, UpstreamError> {
        let block = range.start / BLOCK_BYTES;
        *self.reads.lock().entry((file, block)).or_default() += 1;
        self.gate.acquire().await.unwrap().forget();
        let mut bytes = self.bytes(file, range)?;
        let spoilt = *self.bad_block.lock() == Some(block);
        match *self.mode.lock() {
            Mode::Honest if !spoilt => {}
            Mode::Honest | Mode::Lying => bytes[0] ^= 1,
            Mode::Short => bytes.truncate(bytes.len() / 2),
            Mode::Failing(error) => return Err(error),
        }
        Ok(bytes.into())
    }
}
