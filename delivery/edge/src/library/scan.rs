//! What an earlier run left in the cache's folder.

use std::io;
use std::path::Path;

use data_objects::ContentHash;

use crate::file::disk::{Paths, read_sidecar};

/// A file on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) file: ContentHash,
    /// Bytes of its stored blocks.
    pub(crate) stored: u64,
    /// Its size.
    pub(crate) bytes: u64,
}

/// The files on disk with the bytes of their stored blocks. Removes what cannot be used: data without a
/// readable sidecar, and the reverse. Blocks.
pub(crate) fn scan(folder: &Path) -> io::Result<Vec<Found>> {
    std::fs::create_dir_all(folder)?;
    let mut found = Vec::new();
    for shard in std::fs::read_dir(folder)? {
        let shard = shard?.path();
        if !shard.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&shard)? {
            let path = entry?.path();
            let Some(file) = file_of(&path) else { continue };
            let paths = Paths::of(folder, file);
            match read_sidecar(&paths.sidecar) {
                Ok(kept) if paths.data.is_file() => {
                    // Each file is met twice, as data and as sidecar.
                    if path == paths.data {
                        found.push(Found {
                            file,
                            stored: kept.bytes(),
                            bytes: kept.facts.bytes,
                        });
                    }
                }
                _ => paths.remove()?,
            }
        }
    }
    Ok(found)
}

fn file_of(path: &Path) -> Option<ContentHash> {
    path.file_stem()?.to_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_that_cannot_be_used_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::of(folder.path(), ContentHash::of(b"x"));
        std::fs::create_dir_all(paths.data.parent().unwrap()).unwrap();
        std::fs::write(&paths.data, b"data without a sidecar").unwrap();
        assert_eq!(scan(folder.path()).unwrap(), vec![]);
        assert!(!paths.data.exists());
        assert_eq!(scan(&folder.path().join("new")).unwrap(), vec![]);
    }
}
