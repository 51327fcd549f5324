//! A stored row as bytes. Pure.
//!
//! One byte of flags, the stamp (8 bytes, big-endian), a moment in milliseconds (8, when flagged), the
//! value. The moment is a value's expiry, or when a tombstone may be collected.

use bytes::{Buf as _, BufMut as _, Bytes};
use platform_clock::Timestamp;

use crate::cell::Stored;
use crate::limits::TOMBSTONE_GRACE;
use crate::{Cell, Stamp};

const TOMBSTONE: u8 = 1;
const HAS_MOMENT: u8 = 2;
const KNOWN: u8 = TOMBSTONE | HAS_MOMENT;

/// Most bytes before the value.
pub(super) const MAX_HEADER_BYTES: usize = 17;

/// The row of what is stored, written at `now`.
pub(super) fn encode(stored: &Stored, now: Timestamp) -> Vec<u8> {
    match stored {
        Stored::Value(cell) => encode_value(cell.stamp, cell.expires, &cell.value),
        Stored::Tombstone(stamp) => encode_tombstone(*stamp, now.plus(TOMBSTONE_GRACE)),
    }
}

/// The row of a deletion that may be collected from a moment on.
pub(super) fn encode_tombstone(stamp: Stamp, collect: Timestamp) -> Vec<u8> {
    let mut row = Vec::with_capacity(MAX_HEADER_BYTES);
    row.put_u8(TOMBSTONE | HAS_MOMENT);
    row.put_u64(stamp.0);
    row.put_u64(collect.millis());
    row
}

/// The row of a value.
pub(super) fn encode_value(stamp: Stamp, expires: Option<Timestamp>, value: &[u8]) -> Vec<u8> {
    let mut row = Vec::with_capacity(MAX_HEADER_BYTES + value.len());
    row.put_u8(if expires.is_some() { HAS_MOMENT } else { 0 });
    row.put_u64(stamp.0);
    if let Some(expires) = expires {
        row.put_u64(expires.millis());
    }
    row.put_slice(value);
    row
}

/// What a row's header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) is_tombstone: bool,
    pub(super) stamp: Stamp,
    pub(super) moment: Option<Timestamp>,
    /// Where the value begins.
    pub(super) bytes: usize,
}

/// Reads a row's header; `None` when no version wrote it.
pub(super) fn header(row: &[u8]) -> Option<Header> {
    let mut rest = row;
    let flags = rest.try_get_u8().ok().filter(|flags| flags & !KNOWN == 0)?;
    let stamp = Stamp(rest.try_get_u64().ok()?);
    let moment = match flags & HAS_MOMENT {
        0 => None,
        _ => Some(Timestamp::from_millis(rest.try_get_u64().ok()?)),
    };
    Some(Header {
        is_tombstone: flags & TOMBSTONE != 0,
        stamp,
        moment,
        bytes: row.len() - rest.len(),
    })
}

/// Reads a row without copying its value; `None` when no version wrote it.
pub(super) fn decode(mut row: Bytes) -> Option<Stored> {
    let header = header(&row)?;
    if header.is_tombstone {
        return Some(Stored::Tombstone(header.stamp));
    }
    row.advance(header.bytes);
    Some(Stored::Value(Cell {
        value: row,
        stamp: header.stamp,
        expires: header.moment,
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_read_back(stamp: u64, expires in prop::option::of(any::<u64>()), value: Vec<u8>) {
            let stored = Stored::Value(Cell {
                value: value.into(),
                stamp: Stamp(stamp),
                expires: expires.map(Timestamp::from_millis),
            });
            let now = Timestamp::from_millis(0);
            prop_assert_eq!(decode(encode(&stored, now).into()), Some(stored));
            let deleted = Stored::Tombstone(Stamp(stamp));
            prop_assert_eq!(decode(encode(&deleted, now).into()), Some(deleted));
        }

        #[test]
        fn any_bytes_decode_or_are_refused(row: Vec<u8>) {
            if let Some(Stored::Value(cell)) = decode(row.clone().into()) {
                prop_assert_eq!(encode_value(cell.stamp, cell.expires, &cell.value), row);
            }
        }
    }
}
