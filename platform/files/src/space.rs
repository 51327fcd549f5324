//! How much room a file system has left.

use std::io;
use std::path::{Path, PathBuf};

/// Why space was refused.
#[derive(Debug, thiserror::Error)]
pub enum SpaceError {
    /// The file system holds less than was asked for. Freeing space and trying again helps.
    #[error(
        "the disk that holds {folder} has {available} bytes left and {needed} are needed; free some space and try again"
    )]
    Full {
        /// The folder that was to be written.
        folder: PathBuf,
        /// Bytes asked for, the reserve included.
        needed: u64,
        /// Bytes the file system has for an unprivileged writer.
        available: u64,
    },
    /// The file system could not be asked.
    #[error("cannot ask how much space {folder} has")]
    Unknown {
        /// The folder that was asked about.
        folder: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Bytes an unprivileged process may still write to the file system that holds `folder`.
pub fn available_bytes(folder: &Path) -> io::Result<u64> {
    let stats = rustix::fs::statvfs(folder)?;
    Ok(stats.f_bavail.saturating_mul(stats.f_frsize))
}

/// Checks that `bytes` fit beside a `reserve` that must stay free.
///
/// # Errors
/// [`SpaceError::Full`] when they do not.
pub fn require_space(folder: &Path, bytes: u64, reserve: u64) -> Result<(), SpaceError> {
    let available = available_bytes(folder).map_err(|source| SpaceError::Unknown {
        folder: folder.to_owned(),
        source,
    })?;
    let needed = bytes.saturating_add(reserve);
    if available < needed {
        return Err(SpaceError::Full {
            folder: folder.to_owned(),
            needed,
            available,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_the_disk_holds_is_refused_with_both_figures() {
        let folder = std::env::temp_dir();
        let refused = require_space(&folder, u64::MAX / 2, 0);
        assert!(matches!(refused, Err(SpaceError::Full { needed, .. }) if needed == u64::MAX / 2));
        assert!(require_space(&folder, 1, 0).is_ok());
    }
}
