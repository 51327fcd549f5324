//! Why the log refused or failed.

use std::io;
use std::path::{Path, PathBuf};

use crate::Offset;

/// What went wrong with the log.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// A name that could not be a file's.
    #[error(
        "\"{0}\" names no topic or group: use 1 to 100 of a-z, 0-9, '-' and '.', a letter or digit first"
    )]
    BadName(String),
    /// A key or payload is over its limit; the same call will fail again.
    #[error("the event's {what} has {bytes} bytes; the limit is {limit}")]
    TooLarge {
        /// "key" or "payload".
        what: &'static str,
        /// Its size.
        bytes: usize,
        /// The most it may have.
        limit: usize,
    },
    /// There are as many topics as there may be.
    #[error("the log has {0} topics, which is the most it takes")]
    TooManyTopics(usize),
    /// Another process has the folder.
    #[error("another marquee runs on the event log in {0}; stop it, or choose another folder")]
    InUse(PathBuf),
    /// A record that was acknowledged does not read back: the disk has damaged it.
    #[error("topic {topic} is damaged at offset {offset}, byte {byte} of {segment}")]
    Damaged {
        /// The topic.
        topic: String,
        /// The first event that cannot be read.
        offset: Offset,
        /// The file it is in.
        segment: PathBuf,
        /// Where in the file.
        byte: u64,
    },
    /// The disk is full; nothing was written, and the call may be retried once there is room.
    #[error("the disk is full; nothing was written")]
    Full,
    /// A write or sync failed earlier, so what the disk holds is not known; open the log again.
    #[error("a write to topic {0} failed; restart to read back what the disk holds")]
    Broken(String),
    /// The file system failed.
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

impl EventError {
    /// Whether the same call may succeed later without a change by the caller.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Full | Self::Io { .. })
    }

    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            what,
            path: path.to_owned(),
            source,
        }
    }
}
