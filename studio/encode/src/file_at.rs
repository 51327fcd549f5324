//! A file on disk as the MP4 reader wants it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use media_isobmff::{ReadAt, ReadError, Track};

use crate::EncodeError;

struct FileAt(File);

impl ReadAt for FileAt {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.0.read_exact_at(buffer, offset)
    }
}

/// Reads back one track of a file that was just encoded, and its size in bytes.
pub(crate) async fn track(
    path: &Path,
    read: fn(&dyn ReadAt) -> Result<Track, ReadError>,
) -> Result<(Track, u64), EncodeError> {
    let owned = path.to_owned();
    let disk = |source| EncodeError::Disk {
        path: path.to_owned(),
        source,
    };
    let work = move || {
        let file = FileAt(File::open(owned)?);
        Ok((read(&file), file.size()?))
    };
    let (track, bytes) = tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)
        .flatten()
        .map_err(disk)?;
    let unreadable = |source| EncodeError::Unreadable {
        path: path.to_owned(),
        source,
    };
    Ok((track.map_err(unreadable)?, bytes))
}
