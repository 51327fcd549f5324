//! What is stored under an item's key, as bytes. Pure.
//!
//! The first byte says what follows: version 1 in its upper half, the kind in its lower. A value follows as
//! it is, so that reading it copies nothing. Of two writes with the same generation time the engine keeps
//! the greater bytes, and the kinds are numbered so that a deletion is the greatest.

use bytes::{Buf as _, BufMut as _, Bytes};

use crate::{Encoding, Value};

const VERSION: u8 = 1;
const PLAIN: u8 = 0x10;
const ZSTD: u8 = 0x11;
const CHUNKED: u8 = 0x12;
const DELETED: u8 = 0x1f;

/// Bytes before an inline value.
pub(crate) const HEADER_BYTES: usize = 1;

/// Bytes of a chunked value's name.
pub(crate) const BLOB_ID_BYTES: usize = 16;

/// What an item's key holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// The value itself.
    Inline(Value),
    /// Where the value is.
    Chunked(BlobRef),
    /// The item was deleted.
    Deleted,
}

/// A chunked value's name, shape and content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BlobRef {
    /// Names its chunks.
    pub(crate) id: [u8; BLOB_ID_BYTES],
    /// BLAKE3 of its bytes.
    pub(crate) hash: [u8; 32],
    /// Its length.
    pub(crate) bytes: u32,
    /// The length of each chunk but the last.
    pub(crate) chunk_bytes: u32,
    /// How it is to be read.
    pub(crate) encoding: Encoding,
}

impl BlobRef {
    /// How many chunks there are.
    pub(crate) fn chunks(&self) -> u32 {
        self.bytes.div_ceil(self.chunk_bytes)
    }
}

/// Why stored bytes are no envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// A newer version wrote them.
    Newer(u8),
    /// No version did.
    Damaged,
}

impl Unreadable {
    /// The newest version that can be read.
    pub(crate) const READS: u32 = VERSION as u32;
}

/// The bytes of an inline value.
pub(crate) fn inline(value: &Value) -> Bytes {
    let mut stored = Vec::with_capacity(HEADER_BYTES + value.bytes.len());
    stored.put_u8(match value.encoding {
        Encoding::Plain => PLAIN,
        Encoding::Zstd => ZSTD,
    });
    stored.put_slice(&value.bytes);
    stored.into()
}

/// The bytes of a reference to chunks.
pub(crate) fn chunked(blob: &BlobRef) -> Bytes {
    let mut stored = Vec::with_capacity(2 + BLOB_ID_BYTES + 32 + 8);
    stored.put_u8(CHUNKED);
    stored.put_u8(match blob.encoding {
        Encoding::Plain => 0,
        Encoding::Zstd => 1,
    });
    stored.put_slice(&blob.id);
    stored.put_slice(&blob.hash);
    stored.put_u32(blob.bytes);
    stored.put_u32(blob.chunk_bytes);
    stored.into()
}

/// The bytes of a deletion.
pub(crate) fn deleted() -> Bytes {
    Bytes::from_static(&[DELETED])
}

/// Reads stored bytes without copying the value. Inlined, as pages do it for every item.
#[inline]
pub(crate) fn decode(mut stored: Bytes) -> Result<Envelope, Unreadable> {
    let kind = stored.try_get_u8().map_err(|_| Unreadable::Damaged)?;
    let inline = |bytes, encoding| Ok(Envelope::Inline(Value { bytes, encoding }));
    match kind {
        PLAIN => inline(stored, Encoding::Plain),
        ZSTD => inline(stored, Encoding::Zstd),
        CHUNKED => blob(&stored)
            .map(Envelope::Chunked)
            .ok_or(Unreadable::Damaged),
        DELETED if stored.is_empty() => Ok(Envelope::Deleted),
        newer if newer >> 4 > VERSION => Err(Unreadable::Newer(newer >> 4)),
        _ => Err(Unreadable::Damaged),
    }
}

fn blob(mut stored: &[u8]) -> Option<BlobRef> {
    let encoding = match stored.try_get_u8().ok()? {
        0 => Encoding::Plain,
        1 => Encoding::Zstd,
        _ => return None,
    };
    let (id, rest) = stored.split_first_chunk()?;
    let (hash, mut rest) = rest.split_first_chunk()?;
    let bytes = rest.try_get_u32().ok()?;
    let chunk_bytes = rest.try_get_u32().ok()?;
    let fits = rest.is_empty() && chunk_bytes > 0 && bytes > 0;
    let fits = fits && bytes as usize <= crate::limits::MAX_VALUE_BYTES;
    fits.then_some(BlobRef {
        id: *id,
        hash: *hash,
        bytes,
        chunk_bytes,
        encoding,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoding() -> impl Strategy<Value = Encoding> {
        prop::sample::select(vec![Encoding::Plain, Encoding::Zstd])
    }

    proptest! {
        #[test]
        fn values_read_back(bytes: Vec<u8>, encoding in encoding()) {
            let value = Value { bytes: bytes.into(), encoding };
            prop_assert_eq!(decode(inline(&value)), Ok(Envelope::Inline(value)));
        }

        #[test]
        fn references_read_back(
            id: [u8; 16], hash: [u8; 32], bytes in 1_u32..16 << 20, chunk_bytes in 1_u32.., encoding in encoding(),
        ) {
            let blob = BlobRef { id, hash, bytes, chunk_bytes, encoding };
            prop_assert_eq!(decode(chunked(&blob)), Ok(Envelope::Chunked(blob)));
        }

        #[test]
        fn any_bytes_decode_or_are_refused(stored: Vec<u8>) {
            match decode(stored.clone().into()) {
                Ok(Envelope::Inline(value)) => prop_assert_eq!(&inline(&value)[..], stored),
                Ok(Envelope::Chunked(blob)) => prop_assert_eq!(&chunked(&blob)[..], stored),
                Ok(Envelope::Deleted) => prop_assert_eq!(&deleted()[..], stored),
                Err(Unreadable::Newer(version)) => prop_assert!(version > VERSION),
                Err(Unreadable::Damaged) => {}
            }
        }
    }

    #[test]
    fn of_equal_stamps_a_deletion_stands() {
        let value = Value::from(vec![u8::MAX; 40]);
        assert!(deleted() > inline(&value));
    }

    #[test]
    fn version_one_stays_readable() {
        assert_eq!(
            decode(Bytes::from_static(b"\x10film")),
            Ok(Envelope::Inline(Value::from("film")))
        );
        assert_eq!(decode(Bytes::from_static(b"\x1f")), Ok(Envelope::Deleted));
        assert_eq!(
            decode(Bytes::from_static(b"\x20")),
            Err(Unreadable::Newer(2))
        );
    }
}
