//! What an engine does for [`crate::Objects`] and [`crate::Pointers`]; the rules that both share lie there.

use std::fmt::Debug;
use std::ops::Range;
use std::path::PathBuf;

use async_trait::async_trait;
use bytes::Bytes;

use crate::limits::MAX_READ_BYTES;
use crate::pointers::PointerVersion;
use crate::tree::Outboard;
use crate::{ContentHash, ObjectError, ObjectInfo};

/// A pointer's record as it lies in the store.
#[derive(Debug)]
pub(crate) struct RawPointer {
    pub(crate) record: Bytes,
    /// What the server calls this version of it; a folder has none.
    pub(crate) e_tag: Option<String>,
}

/// What became of a pointer's record.
#[derive(Debug)]
pub(crate) enum Swap {
    /// It is stored, and the server calls it this.
    Done(Option<String>),
    /// The record was not the one expected.
    Moved,
}

/// An engine. Every call is durable when it returns, and goes on when its caller is dropped or does nothing.
#[async_trait]
pub(crate) trait Store: Debug + Send + Sync {
    async fn put_file(&self, source: PathBuf) -> Result<ObjectInfo, ObjectError>;
    async fn put_bytes(&self, bytes: Bytes) -> Result<ObjectInfo, ObjectError>;
    async fn len(&self, hash: ContentHash) -> Result<u64, ObjectError>;
    async fn read(&self, hash: ContentHash, range: Range<u64>) -> Result<Bytes, ObjectError>;
    async fn outboard(&self, hash: ContentHash) -> Result<Outboard, ObjectError>;
    async fn remove(&self, hash: ContentHash) -> Result<bool, ObjectError>;
    async fn list(
        &self,
        after: Option<ContentHash>,
        limit: usize,
    ) -> Result<Vec<ObjectInfo>, ObjectError>;
    async fn pointer(&self, name: &str) -> Result<Option<RawPointer>, ObjectError>;
    /// Replaces the record if it still is `expected`, or is absent where `None` is expected.
    async fn swap_pointer(
        &self,
        name: &str,
        expected: Option<&PointerVersion>,
        record: Bytes,
    ) -> Result<Swap, ObjectError>;
    async fn pointer_names(&self) -> Result<Vec<String>, ObjectError>;
}

/// Bytes that a read of `range` gives from an object of `len` bytes.
pub(crate) fn readable(
    hash: ContentHash,
    range: &Range<u64>,
    len: u64,
) -> Result<u64, ObjectError> {
    let wanted = range.end.checked_sub(range.start);
    match wanted {
        Some(wanted) if wanted <= MAX_READ_BYTES && range.end <= len => Ok(wanted),
        _ => Err(ObjectError::OutOfRange {
            hash,
            start: range.start,
            end: range.end,
            len,
        }),
    }
}

/// Runs work that blocks on a thread where that is fine.
pub(crate) async fn blocking<T: Send + 'static>(
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
