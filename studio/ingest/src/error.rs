//! Why an upload, or a step of one, was refused or failed.

use std::io;

use platform_files::SpaceError;

use crate::checksum::BadChecksum;
use crate::metadata::MetadataError;

/// What a caller may have to tell the sender.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// Never there, or removed.
    #[error("there is no such upload; it may have been removed: start it again")]
    NoSuchUpload,
    /// Its time is over.
    #[error("the upload was not finished in time and is given up; start it again")]
    Expired,
    /// Another request is writing to it.
    #[error(
        "another request is writing to this upload; wait for it to end, then ask for the offset"
    )]
    Busy,
    /// A title is being made of it.
    #[error("a title is being made of this upload, so it cannot be removed or written to")]
    InUse,
    /// The sender and the folder disagree on how much is there.
    #[error(
        "the upload has {offset} bytes, and the request begins at {given}; ask for the offset and send on from there"
    )]
    WrongOffset {
        /// Bytes that are there.
        offset: u64,
        /// Where the request begins.
        given: u64,
    },
    /// More bytes than were declared; what this request sent was dropped.
    #[error(
        "the request would make the upload longer than the {length} bytes it was declared with; nothing of it was kept"
    )]
    TooLong {
        /// The declared length.
        length: u64,
    },
    /// Longer than any upload may be.
    #[error("the file has {length} bytes; at most {max} can be uploaded")]
    TooLarge {
        /// The declared length.
        length: u64,
        /// The limit.
        max: u64,
    },
    /// The bytes are not those the checksum was made of; they were dropped.
    #[error(
        "the bytes that arrived are not the bytes that were sent (their checksums differ); send them again"
    )]
    WrongChecksum,
    /// The sender stopped in the middle; what arrived is kept, unless it was to be checked.
    #[error("the request ended early; the upload has {offset} bytes: send on from there")]
    Interrupted {
        /// Bytes that are there.
        offset: u64,
    },
    /// Not all bytes are there yet.
    #[error("the upload has {offset} of {length} bytes; finish it first")]
    Unfinished {
        /// Bytes that are there.
        offset: u64,
        /// The declared length.
        length: u64,
    },
    /// The whole file is not the one that was announced; it was removed.
    #[error(
        "the file that arrived is not the file that was sent (their fingerprints differ); upload it again"
    )]
    WrongFingerprint,
    /// The disk is full; every acknowledged byte is still there.
    #[error("{0}")]
    Full(String),
    /// Too many are known.
    #[error("there are {max} uploads already; finish or remove some first")]
    TooManyUploads {
        /// The limit.
        max: usize,
    },
    /// Too many are being written.
    #[error("{max} uploads are under way already; try again in a moment")]
    TooManyTransfers {
        /// The limit.
        max: usize,
    },
    /// The checksum header is not understood.
    #[error(transparent)]
    BadChecksum(#[from] BadChecksum),
    /// The metadata header is not understood.
    #[error(transparent)]
    BadMetadata(#[from] MetadataError),
    /// The folder failed; a retry may help.
    #[error("the upload folder failed: {0}")]
    Io(#[source] io::Error),
}

impl From<io::Error> for UploadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::Full("the disk is full; free some space and send on".to_owned())
            }
            _ => Self::Io(error),
        }
    }
}

impl From<SpaceError> for UploadError {
    fn from(error: SpaceError) -> Self {
        match error {
            SpaceError::Full {
                needed, available, ..
            } => Self::Full(format!(
                "the disk has {available} bytes left and {needed} are needed; free some space and send on"
            )),
            SpaceError::Unknown { source, .. } => Self::Io(source),
        }
    }
}

impl UploadError {
    /// Whether doing the same again can help with nothing else changed.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Busy
                | Self::WrongChecksum
                | Self::TooManyTransfers { .. }
                | Self::Full(_)
                | Self::Io(_)
        )
    }
}
