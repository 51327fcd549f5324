//! A stored range tombstone as bytes. Pure.
//!
//! Its key is the partition's, with the stamp (8 bytes, big-endian) and the first item deleted as the
//! item; its value is one byte that says whether an end follows, and the end.

use bytes::{BufMut as _, Bytes};

use crate::range_tombstones::RangeTombstone;
use crate::{Stamp, keys};

const TO_THE_END: u8 = 0;
const UNTIL: u8 = 1;

pub(super) fn key(partition: &[u8], range: &RangeTombstone) -> Vec<u8> {
    let mut item = Vec::with_capacity(8 + range.from.len());
    item.put_u64(range.stamp.0);
    item.put_slice(&range.from);
    keys::compose(partition, &item)
}

pub(super) fn value(range: &RangeTombstone) -> Vec<u8> {
    match &range.until {
        None => vec![TO_THE_END],
        Some(until) => [&[UNTIL], &**until].concat(),
    }
}

/// The range tombstone of a stored key and value; `None` when no version wrote them.
pub(super) fn decode(key: &[u8], value: &[u8]) -> Option<RangeTombstone> {
    let (_, item) = keys::split(key)?;
    let (stamp, from) = item.split_first_chunk::<8>()?;
    let until = match value.split_first()? {
        (&TO_THE_END, []) => None,
        (&UNTIL, until) => Some(Bytes::copy_from_slice(until)),
        _ => return None,
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
        fn range_tombstones_read_back(partition: Vec<u8>, from: Vec<u8>, until: Option<Vec<u8>>, stamp: u64) {
            let range = RangeTombstone {
                from: from.into(),
                until: until.map(Bytes::from),
                stamp: Stamp(stamp),
            };
            prop_assert_eq!(decode(&key(&partition, &range), &value(&range)), Some(range));
        }

        #[test]
        fn any_bytes_decode_or_are_refused(key: Vec<u8>, value: Vec<u8>) {
            if let Some(range) = decode(&key, &value) {
                prop_assert_eq!(super::value(&range), value);
            }
        }
    }
}
