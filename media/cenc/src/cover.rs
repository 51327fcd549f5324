//! Whole track files, and segments as they come.

use std::io::Write;

use media_isobmff::{
    Arrangement, BoxError, Cover, Head, Problem, Protection, ReadAt, ReadError, TrackFormat,
    Vector, WriteError, segment_samples,
};

use crate::{Cipher, DivideError, Divider};

/// A content key and the name it goes by. Does not print.
#[derive(Clone, Copy)]
pub struct Key {
    /// Its id, which everyone may see.
    pub id: [u8; 16],
    /// Itself.
    pub key: [u8; 16],
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(withheld)")
    }
}

/// Why a track file could not be encrypted.
#[derive(Debug, thiserror::Error)]
pub enum CoverError {
    /// The source is no track file, or cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It is not known what to encrypt.
    #[error(transparent)]
    Divide(#[from] DivideError),
    /// A track that is encrypted, and no key.
    #[error("it is encrypted and there is no key for it")]
    NoKey,
    /// The source or the output failed, or a sample has too many parts.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Writes the track file `source` to `out` with its samples encrypted by `key`, `vector` being where each protected
/// range begins. Times, sizes of samples and segments stay as they are.
///
/// # Errors
/// [`CoverError`].
pub fn cover(
    source: &dyn ReadAt,
    key: Key,
    vector: [u8; 16],
    out: &mut dyn Write,
) -> Result<Head, CoverError> {
    let arrangement = Arrangement::of_track_file(source)?;
    let mut divider = Divider::of(&arrangement.format.entry)?;
    let protection = Protection {
        scheme: Protection::CBCS,
        key_id: key.id,
        pattern: divider.pattern(),
        vector: Vector::Constant(vector),
    };
    let mut subsamples = Vec::new();
    if !divider.is_whole() {
        let mut buffer = Vec::new();
        for sample in &arrangement.samples {
            buffer.resize(sample.size as usize, 0);
            let read = source.read_exact_at(sample.offset, &mut buffer);
            read.map_err(WriteError::Io)?;
            subsamples.push(divider.divide(&buffer)?);
        }
    }
    let cipher = Cipher::new(&key.key, vector, protection.pattern);
    let cover = Cover {
        protection,
        subsamples,
        encrypt: &|sample, parts| cipher.encrypt(sample, parts),
    };
    Ok(arrangement.write_covered(&[source], &cover, out)?)
}

/// A segment as a track file of its own in clear; the key is not needed where the track is in clear.
///
/// # Errors
/// When the segment cannot be read, has more than one fragment, or is encrypted and there is no key or by another
/// scheme than `cbcs` with a vector of the track.
pub fn uncover(
    format: &TrackFormat,
    segment: &[u8],
    key: Option<&[u8; 16]>,
) -> Result<Vec<u8>, CoverError> {
    let mut media = segment.to_vec();
    if let Some(protection) = &format.entry.protection {
        let key = key.ok_or(CoverError::NoKey)?;
        let cipher = cipher(protection, key).map_err(ReadError::from)?;
        for sample in segment_samples(segment, protection).map_err(ReadError::from)? {
            cipher.decrypt(&mut media[sample.range], &sample.subsamples);
        }
    }
    let mut arrangement = Arrangement::of_segment(format, segment).map_err(ReadError::from)?;
    arrangement.format.entry.protection = None;
    let mut out = Vec::with_capacity(media.len());
    arrangement.write(&[&&media[..] as &dyn ReadAt], &mut out)?;
    Ok(out)
}

fn cipher(protection: &Protection, key: &[u8; 16]) -> Result<Cipher, BoxError> {
    match (protection.scheme, protection.vector) {
        (Protection::CBCS, Vector::Constant(vector)) => {
            Ok(Cipher::new(key, vector, protection.pattern))
        }
        _ => Err(BoxError {
            kind: protection.scheme,
            offset: 0,
            problem: Problem::Unsupported("encryption other than cbcs with one vector"),
        }),
    }
}
