//! Why a track could not be packaged.

use std::io;
use std::path::PathBuf;

use media_cenc::CoverError;
use media_isobmff::{ArrangeError, ReadError, WriteError};

/// A track file was not written; whatever stood in its place is untouched.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// An encoded piece is missing or cannot be opened.
    #[error("cannot open the encoded file {path}: {source}")]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An encoded piece is not an MP4 that can be used; encode it again.
    #[error("cannot use the encoded file {path}: {source}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ReadError,
    },
    /// The pieces do not make the planned track; the same pieces fail again.
    #[error("cannot package {path}: {source}")]
    Unfit {
        /// The track file that was to be written.
        path: PathBuf,
        /// What does not fit.
        source: ArrangeError,
    },
    /// The track file could not be written; a retry helps once the disk has room.
    #[error("cannot write the track file {path}: {source}")]
    Write {
        /// The track file.
        path: PathBuf,
        /// What failed.
        source: WriteError,
    },
    /// The track cannot be encrypted.
    #[error("cannot encrypt {path}: {source}")]
    Uncoverable {
        /// The track file in clear.
        path: PathBuf,
        /// What failed.
        source: CoverError,
    },
    /// What was encrypted is not what comes back; a fault of this program or of the machine.
    #[error("{path} was encrypted and did not decrypt to what it was; nothing of it was kept")]
    Miscovered {
        /// The track file in clear.
        path: PathBuf,
    },
}

impl PackageError {
    /// Whether the same call can succeed later.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Open { .. }
            | Self::Unusable {
                source: ReadError::Io(_),
                ..
            }
            | Self::Miscovered { .. } => true,
            Self::Write { source, .. }
            | Self::Uncoverable {
                source: CoverError::Write(source),
                ..
            } => matches!(source, WriteError::Io(_)),
            Self::Uncoverable {
                source: CoverError::Read(source),
                ..
            } => matches!(source, ReadError::Io(_)),
            Self::Unusable { .. } | Self::Unfit { .. } | Self::Uncoverable { .. } => false,
        }
    }
}
