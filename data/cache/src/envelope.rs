//! An entry as bytes on a server: version 1, flags, expiry in milliseconds (8, big-endian), value.
//!
//! The version keeps apart what another program, or another version, wrote under the same key: what is not
//! understood is a miss. The expiry is checked here as well because memcached counts in seconds.

use bytes::{Bytes, BytesMut};
use platform_clock::Timestamp;

use crate::Entry;

const VERSION: u8 = 1;
/// There is no value, and the store was asked.
const ABSENT: u8 = 1;
const HEADER: usize = 10;

pub(crate) fn encode(entry: &Entry) -> Bytes {
    let value = entry.value.as_deref().unwrap_or_default();
    let mut bytes = BytesMut::with_capacity(HEADER + value.len());
    let flags = if entry.value.is_none() { ABSENT } else { 0 };
    bytes.extend_from_slice(&[VERSION, flags]);
    bytes.extend_from_slice(&entry.expires_at.millis().to_be_bytes());
    bytes.extend_from_slice(value);
    bytes.freeze()
}

/// The entry, unless the bytes are another's or it has expired.
pub(crate) fn decode(bytes: &Bytes, now: Timestamp) -> Option<Entry> {
    let (header, value) = bytes.split_first_chunk::<HEADER>()?;
    let [VERSION, flags, expiry @ ..] = *header else {
        return None;
    };
    let value = match flags {
        0 => Some(bytes.slice(HEADER..)),
        ABSENT if value.is_empty() => None,
        _ => return None,
    };
    let entry = Entry {
        value,
        expires_at: Timestamp::from_millis(u64::from_be_bytes(expiry)),
    };
    entry.is_live(now).then_some(entry)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_entry_round_trips_until_it_expires(value: Option<Vec<u8>>, expiry in 1_u64..) {
            let expires_at = Timestamp::from_millis(expiry);
            let entry = Entry { value: value.map(Bytes::from), expires_at };
            let bytes = encode(&entry);
            prop_assert_eq!(decode(&bytes, Timestamp::from_millis(expiry - 1)), Some(entry));
            prop_assert_eq!(decode(&bytes, expires_at), None);
        }

        #[test]
        fn foreign_bytes_are_a_miss(bytes: Vec<u8>) {
            let read = decode(&bytes.clone().into(), Timestamp::from_millis(0));
            prop_assert!(read.is_none_or(|entry| encode(&entry) == bytes));
        }
    }

    #[test]
    fn another_version_and_unknown_flags_are_a_miss() {
        let entry = Entry {
            value: Some(Bytes::from_static(b"v")),
            expires_at: Timestamp::from_millis(10),
        };
        let good = encode(&entry);
        for (at, byte) in [(0, 2), (1, 1), (1, 2)] {
            let mut other = good.to_vec();
            other[at] = byte;
            assert_eq!(decode(&other.into(), Timestamp::from_millis(0)), None);
        }
        assert_eq!(
            decode(&Bytes::from_static(b"17"), Timestamp::from_millis(0)),
            None
        );
    }
}
