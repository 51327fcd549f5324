//! Segment files: their names, their header, and how one is begun. Blocking.
//!
//! Header, 32 bytes: `MQLG`, format (2), zero (2), first offset (8), when it was begun in milliseconds (8),
//! zero (4), CRC32C of what is before it (4). Format 1 had none and began with a frame.

pub(crate) mod index;
pub(crate) mod span;
pub(crate) mod walk;

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use platform_clock::Timestamp;

use crate::{EventError, Offset};

pub(crate) const SUFFIX: &str = "log";

const MAGIC: [u8; 4] = *b"MQLG";

/// Bytes of a segment's header.
pub(crate) const HEADER_BYTES: usize = 32;

/// The newest format there is.
pub(crate) const FORMAT: u16 = 2;

/// How a segment's events are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Frames from the first byte.
    One,
    /// A header, then batches.
    Two {
        /// When the segment was begun.
        begun: Timestamp,
    },
    /// Written by a later version.
    Newer(u16),
    /// No whole header: a segment that a crash caught being begun, or damage.
    Torn,
}

/// What the first bytes of a segment say. Pure.
pub(crate) fn format(bytes: &[u8], base: Offset) -> Format {
    let Some(magic) = bytes.first_chunk::<4>() else {
        return Format::Torn;
    };
    if *magic != MAGIC {
        // A frame's length is far under what these letters or zeros would be read as.
        let zero = bytes.iter().take(HEADER_BYTES).all(|byte| *byte == 0);
        return if zero { Format::Torn } else { Format::One };
    }
    let Some(header) = bytes.first_chunk::<HEADER_BYTES>() else {
        return Format::Torn;
    };
    let version = u16::from_le_bytes([header[4], header[5]]);
    if version > FORMAT {
        return Format::Newer(version);
    }
    let mut begun = [0; 8];
    begun.copy_from_slice(&header[16..24]);
    let begun = Timestamp::from_millis(u64::from_le_bytes(begun));
    if *header == self::header(base, begun) {
        Format::Two { begun }
    } else {
        Format::Torn
    }
}

fn header(base: Offset, begun: Timestamp) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    header[..4].copy_from_slice(&MAGIC);
    header[4..6].copy_from_slice(&FORMAT.to_le_bytes());
    header[8..16].copy_from_slice(&base.0.to_le_bytes());
    header[16..24].copy_from_slice(&begun.millis().to_le_bytes());
    let sum = crc32c::crc32c(&header[..28]);
    header[28..].copy_from_slice(&sum.to_le_bytes());
    header
}

/// The path of the segment that begins at an offset.
pub(crate) fn path(folder: &Path, base: Offset) -> PathBuf {
    // Twenty digits hold every offset, so names sort as offsets do.
    folder.join(format!("{:020}.{SUFFIX}", base.0))
}

/// First offsets of the segments in a folder, in order.
pub(crate) fn list(folder: &Path) -> io::Result<Vec<Offset>> {
    let mut bases = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let suffix = path.extension().is_some_and(|suffix| suffix == SUFFIX);
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let base = stem.and_then(|stem| stem.parse().ok());
        bases.extend(base.filter(|_| suffix).map(Offset));
    }
    bases.sort_unstable();
    Ok(bases)
}

/// The format of the segment that begins at an offset.
pub(crate) fn format_of(folder: &Path, base: Offset) -> Result<Format, EventError> {
    let path = path(folder, base);
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; HEADER_BYTES];
        let filled = fill(&File::open(&path)?, &mut bytes, 0)?;
        bytes.truncate(filled);
        Ok(bytes)
    };
    let bytes = read().map_err(EventError::io("read", &path))?;
    match format(&bytes, base) {
        Format::Newer(version) => Err(EventError::NewerFormat {
            path,
            version: version.into(),
            newest: FORMAT.into(),
        }),
        format => Ok(format),
    }
}

/// Begins the segment at an offset; its name and header are durable when this returns. What a crash left of
/// an earlier attempt is written over: nothing in it was acknowledged.
pub(crate) fn begin(folder: &Path, base: Offset, now: Timestamp) -> io::Result<File> {
    let path = path(folder, base);
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)?;
    file.write_all_at(&header(base, now), 0)?;
    file.sync_all()?;
    File::open(folder)?.sync_all()?;
    Ok(file)
}

/// Reads at a position until the buffer is full or the file ends; says how much there was.
pub(crate) fn fill(file: &File, buffer: &mut [u8], position: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], position + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_header_says_what_it_is() {
        let begun = Timestamp::from_millis(7);
        let mut bytes = header(Offset(3), begun);
        assert_eq!(format(&bytes, Offset(3)), Format::Two { begun });
        assert_eq!(format(&bytes, Offset(4)), Format::Torn, "another's name");
        bytes[4] = 3;
        assert_eq!(format(&bytes, Offset(3)), Format::Newer(3));
        assert_eq!(format(&[0; 64], Offset(3)), Format::Torn);
        assert_eq!(format(&[40, 0, 0, 0, 1, 2, 3, 4], Offset(3)), Format::One);
    }

    proptest! {
        #[test]
        fn any_bytes_have_a_format(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let two = matches!(format(&bytes, Offset(0)), Format::Two { .. });
            prop_assert!(!two);
        }
    }
}
