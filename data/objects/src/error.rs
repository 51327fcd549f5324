//! Why the store refused or failed.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use platform_files::SpaceError;

use crate::ContentHash;
use crate::tree::TreeError;

/// What went wrong with an object.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectError {
    /// The store has no such object; a retry does not help until it is put.
    #[error("there is no object {0}")]
    NotFound(ContentHash),
    /// The range is not inside the object, or is longer than one read gives.
    #[error("bytes {start}..{end} cannot be read at once from object {hash} of {len} bytes")]
    OutOfRange {
        /// The object asked for.
        hash: ContentHash,
        /// First byte asked for.
        start: u64,
        /// First byte after.
        end: u64,
        /// The object's size.
        len: u64,
    },
    /// The object's stored hash tree is not the one its name demands; put the object again.
    #[error("the hash tree of object {hash} is damaged; put the object again")]
    Damaged {
        /// The object.
        hash: ContentHash,
        /// What did not match.
        #[source]
        source: TreeError,
    },
    /// A block of the object is not what the object's name demands; put the object again.
    #[error("block {block} of object {hash} is damaged; put the object again")]
    DamagedBlock {
        /// The object.
        hash: ContentHash,
        /// Which of its 1 MiB blocks, from 0.
        block: u64,
    },
    /// What was just stored is not what was put: the store damaged it, or the file changed meanwhile. It
    /// was removed again, and nothing was announced; a retry helps when the cause is gone.
    #[error(
        "object {hash} was not stored: what the store gave back differs from what was put; try again, and check the store if it happens again"
    )]
    StoredWrong {
        /// The object.
        hash: ContentHash,
        /// What reading it back met.
        #[source]
        source: Box<ObjectError>,
    },
    /// What was to be put is not an ordinary file.
    #[error("{0} is not an ordinary file, so it cannot be stored")]
    NotAFile(PathBuf),
    /// A bucket does not take objects of this size.
    #[error("an object of {bytes} bytes is too long for a bucket, which takes {limit}")]
    TooLong {
        /// Its size.
        bytes: u64,
        /// The longest.
        limit: u64,
    },
    /// The disk has no room; nothing was stored, and a retry helps once there is.
    #[error("the object was not stored")]
    Full(#[from] SpaceError),
    /// The file system failed; a retry may help.
    #[error("cannot {what} {path}")]
    Io {
        /// What was being done.
        what: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The bucket's server could not be reached or failed; a retry may help.
    #[error("cannot {what} {key} in the bucket; trying again may help")]
    Remote {
        /// What was being done.
        what: &'static str,
        /// To which key.
        key: String,
        /// What was met.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The bucket's server does not allow it; check the key and its rights. A retry does not help.
    #[error("the server does not let this key {what} {key} in the bucket; check the credentials")]
    Denied {
        /// What was being done.
        what: &'static str,
        /// To which key.
        key: String,
        /// What the server said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The server knows no such bucket. A retry does not help until it is created.
    #[error(
        "cannot {what} {key}: the server has no such bucket; create it, or correct the address"
    )]
    NoBucket {
        /// What was being done.
        what: &'static str,
        /// To which key.
        key: String,
    },
    /// The server ignores the conditions of a put, so several writers of one pointer would overwrite one
    /// another. A retry does not help.
    #[error(
        "the bucket's server ignores conditional puts, so pointers are not safe on it; use another server, or say `writers=one` in its URL if one process alone sets pointers"
    )]
    NoConditionalPut,
    /// The address of a store cannot be used. A retry does not help.
    #[error("{address} does not name an object store: {why}")]
    BadAddress {
        /// The address, without anything secret in it.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// The store was written by a newer Marquee. A retry does not help.
    #[error(
        "the object store at {place} has layout {found} and this Marquee reads layout {known}; use a newer Marquee, and nothing was changed"
    )]
    Newer {
        /// Where the store lies.
        place: String,
        /// The store's layout.
        found: u32,
        /// The newest that is understood.
        known: u32,
    },
    /// The place holds something else. A retry does not help.
    #[error("what lies at {place} is not an object store: its FORMAT file is not understood")]
    NotAStore {
        /// Where it was looked for.
        place: String,
    },
    /// The name of a pointer is not allowed. A retry does not help.
    #[error(
        "{0:?} cannot name a pointer: use 1 to 128 of a-z, 0-9, '-', '_' and '.', not beginning with '.'"
    )]
    BadPointerName(String),
    /// The value of a pointer is too long. A retry does not help.
    #[error("a pointer holds at most {limit} bytes, not {bytes}")]
    PointerTooLong {
        /// Its size.
        bytes: usize,
        /// The longest.
        limit: usize,
    },
    /// A pointer's record is damaged; it must be restored or removed by hand.
    #[error("the record of pointer {0} is damaged; restore it from a backup, or remove it")]
    DamagedPointer(String),
}

impl ObjectError {
    /// Whether the same call may succeed later without a change by the caller.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Full(_) | Self::Io { .. } | Self::Remote { .. } | Self::StoredWrong { .. }
        )
    }

    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            what,
            path: path.to_owned(),
            source,
        }
    }

    /// For what a bucket's server answers.
    pub(crate) fn remote(
        what: &'static str,
        key: &object_store::path::Path,
    ) -> impl FnOnce(object_store::Error) -> Self {
        let key = key.to_string();
        // Whoever reads tells an absent key first: what is left of "not found" is the bucket.
        move |source| match source {
            object_store::Error::NotFound { .. } => Self::NoBucket { what, key },
            object_store::Error::PermissionDenied { .. }
            | object_store::Error::Unauthenticated { .. } => Self::Denied {
                what,
                key,
                source: Box::new(source),
            },
            _ => Self::Remote {
                what,
                key,
                source: Box::new(source),
            },
        }
    }
}
