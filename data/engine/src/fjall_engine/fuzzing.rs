//! The embedded engine's own decodings, for [`crate::fuzzing`].

use bytes::Bytes;

use super::{deleted, row as rows};

/// A stored row.
pub fn row(bytes: &[u8]) {
    let _ = rows::header(bytes);
    let _ = rows::decode(Bytes::copy_from_slice(bytes));
}

/// A stored range tombstone: its key and its value, cut where the first byte says.
pub fn range_tombstone(bytes: &[u8]) {
    if let Some((at, rest)) = bytes.split_first()
        && let Some((key, value)) = rest.split_at_checked(usize::from(*at))
    {
        let _ = deleted::decode(key, value);
    }
}
