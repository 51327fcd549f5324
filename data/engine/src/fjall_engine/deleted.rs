//! A stored range tombstone as bytes. Pure.
//!
//! Its key is the partition's, with the stamp (8 bytes, big-endian) and the first item deleted as the
//! item; its value is one byte of flags (whether an end follows, whether the rows under it were removed), and
//! the end.

use bytes::{BufMut as _, Bytes};

use crate::range_tombstones::RangeTombstone;
use crate::{Stamp, keys};

const UNTIL: u8 = 1;
const SWEPT: u8 = 2;
const KNOWN: u8 = UNTIL | SWEPT;

pub(super) fn key(partition: &[u8], range: &RangeTombstone) -> Vec<u8> {
    let mut item = Vec::with_capacity(8 + range.from.len());
    item.put_u64(range.stamp.0);
    item.put_slice(&range.from);
    keys::compose(partition, &item)
}

pub(super) fn value(range: &RangeTombstone, was_swept: bool) -> Vec<u8> {
    let swept = if was_swept { SWEPT } else { 0 };
    match &range.until {
        None => vec![swept],
        Some(until) => [&[swept | UNTIL], &**until].concat(),
    }
}

/// Whether the rows under a stored range tombstone were removed.
pub(super) fn was_swept(value: &[u8]) -> bool {
    value.first().is_some_and(|flags| flags & SWEPT != 0)
}

/// The range tombstone of a stored key and value; `None` when no version wrote them.
pub(super) fn decode(key: &[u8], value: &[u8]) -> Option<RangeTombstone> {
    let (_, item) = keys::split(key)?;
    let (stamp, from) = item.split_first_chunk::<8>()?;
    let (flags, until) = value.split_first()?;
    let until = match (flags & UNTIL != 0, until) {
        _ if flags & !KNOWN != 0 => return None,
        (false, []) => None,
        (false, _) => return None,
        (true, until) => Some(Bytes::copy_from_slice(until)),
    };
    Some(RangeTombstone {
        from: Bytes::copy_from_slice(from),
        until,
        stamp: Stamp(u64::from_be_bytes(*stamp)),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn range_tombstones_read_back(
            partition: Vec<u8>, from: Vec<u8>, until: Option<Vec<u8>>, stamp: u64, swept: bool,
        ) {
            let range = RangeTombstone {
                from: from.into(),
                until: until.map(Bytes::from),
                stamp: Stamp(stamp),
            };
            let value = value(&range, swept);
            prop_assert_eq!(was_swept(&value), swept);
            prop_assert_eq!(decode(&key(&partition, &range), &value), Some(range));
        }

        #[test]
        fn any_bytes_decode_or_are_refused(key: Vec<u8>, value: Vec<u8>) {
            if let Some(range) = decode(&key, &value) {
                prop_assert_eq!(super::value(&range, was_swept(&value)), value);
            }
        }
    }
}
