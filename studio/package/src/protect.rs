//! A track file in clear becomes one that is encrypted.

use std::io::BufWriter;
use std::path::Path;

use contracts_delivery::{ContentKey, KeyId};
use media_cenc::{CoverError, Key, cover, uncover};
use media_isobmff::{Head, ReadAt, ReadError, Segment, TrackFormat, WriteError};

use crate::file::{FileSet, blocking};
use crate::limits::WRITE_BUFFER_BYTES;
use crate::track::beside;
use crate::{PackageError, PackagedTrack};

/// What a title's tracks are encrypted with.
#[derive(Debug, Clone, Copy)]
pub struct TitleKey {
    /// The key's name.
    pub id: KeyId,
    /// The key.
    pub key: ContentKey,
}

/// Writes the track file `clear` again as `out`, encrypted by common encryption's `cbcs`; `vector` is random, and the
/// track's own. What was written is decrypted and held against `clear` before it takes its place.
///
/// # Errors
/// [`PackageError::Uncoverable`] when the codec is none that can be encrypted, [`PackageError::Miscovered`] when the
/// result does not decrypt to what it was made of.
pub async fn protect_track(
    clear: &Path,
    key: TitleKey,
    vector: [u8; 16],
    out: &Path,
) -> Result<PackagedTrack, PackageError> {
    let (clear, out) = (clear.to_owned(), out.to_owned());
    blocking(move || protect(&clear, key, vector, &out)).await
}

fn protect(
    clear: &Path,
    key: TitleKey,
    vector: [u8; 16],
    out: &Path,
) -> Result<PackagedTrack, PackageError> {
    let failed = |source: std::io::Error| PackageError::Write {
        path: out.to_owned(),
        source: WriteError::Io(source),
    };
    let given = FileSet::new(&[clear.to_owned()]);
    let beside = beside(out.parent().unwrap_or(Path::new("."))).map_err(failed)?;
    let mut buffer = BufWriter::with_capacity(WRITE_BUFFER_BYTES, beside.as_file());
    let whole = Key {
        id: key.id.0,
        key: *key.key.reveal(),
    };
    let source = &given.members()[0];
    let head = cover(source, whole, vector, &mut buffer).map_err(|error| wrong(clear, error))?;
    drop(buffer);
    let written = FileSet::new(&[beside.path().to_owned()]);
    let same = decrypts_to(&written.members()[0], &head, key, source);
    if !same.map_err(|error| wrong(clear, error))? {
        return Err(PackageError::Miscovered {
            path: clear.to_owned(),
        });
    }
    platform_files::persist_sync(beside.path(), out).map_err(failed)?;
    Ok(PackagedTrack::describe(&head))
}

fn wrong(path: &Path, source: CoverError) -> PackageError {
    PackageError::Uncoverable {
        path: path.to_owned(),
        source,
    }
}

/// Whether the segments of a protected track are those of the clear one once they are decrypted, and are not before.
fn decrypts_to(
    covered: &dyn ReadAt,
    head: &Head,
    key: TitleKey,
    clear: &dyn ReadAt,
) -> Result<bool, CoverError> {
    let plain = Head::read(clear)?;
    if plain.segments.len() != head.segments.len() {
        return Ok(false);
    }
    let as_written = TrackFormat {
        entry: plain.format.entry.clone(),
        ..head.format.clone()
    };
    let mut is_changed = false;
    for (written, given) in head.segments.iter().zip(&plain.segments) {
        let (written, given) = (segment(covered, written)?, segment(clear, given)?);
        let expected = uncover(&plain.format, &given, None)?;
        if uncover(&head.format, &written, Some(key.key.reveal()))? != expected {
            return Ok(false);
        }
        // One segment that was changed will do.
        is_changed = is_changed || uncover(&as_written, &written, None)? != expected;
    }
    Ok(is_changed)
}

fn segment(source: &dyn ReadAt, segment: &Segment) -> Result<Vec<u8>, ReadError> {
    let mut bytes = vec![0; (segment.range.end - segment.range.start) as usize];
    source.read_exact_at(segment.range.start, &mut bytes)?;
    Ok(bytes)
}
