//! Why the store refused or failed.

use std::io;
use std::path::{Path, PathBuf};

use platform_files::SpaceError;

use crate::ContentHash;
use crate::tree::TreeError;

/// What went wrong with an object.
#[derive(Debug, thiserror::Error)]
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
    /// The object's hash tree on disk is not the one its name demands; put the object again.
    #[error("the hash tree of object {hash} is damaged; put the object again")]
    Damaged {
        /// The object.
        hash: ContentHash,
        /// What did not match.
        #[source]
        source: TreeError,
    },
    /// What was to be put is not an ordinary file.
    #[error("{0} is not an ordinary file, so it cannot be stored")]
    NotAFile(PathBuf),
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
}

impl ObjectError {
    /// Whether the same call may succeed later without a change by the caller.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Full(_) | Self::Io { .. })
    }

    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            what,
            path: path.to_owned(),
            source,
        }
    }
}
