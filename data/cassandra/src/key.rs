//! Partition keys as Cassandra stores them. Pure.
//!
//! Cassandra refuses an empty partition key. An empty one, and one that begins with a zero byte, gets a zero
//! byte before it; every other is stored as it is. Order is kept.

use std::borrow::Cow;

use bytes::Bytes;

const PREFIX: u8 = 0;

/// The stored form of a partition's key.
pub(crate) fn stored(partition: &[u8]) -> Cow<'_, [u8]> {
    match partition.first() {
        None | Some(&PREFIX) => Cow::Owned([&[PREFIX], partition].concat()),
        Some(_) => Cow::Borrowed(partition),
    }
}

/// The partition of a stored key.
pub(crate) fn partition(stored: &[u8]) -> Bytes {
    Bytes::copy_from_slice(stored.strip_prefix(&[PREFIX]).unwrap_or(stored))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(prop::sample::select(vec![0, 1, 0xff]), 0..4)
    }

    proptest! {
        #[test]
        fn stored_keys_are_never_empty_keep_order_and_read_back(a in key(), b in key()) {
            prop_assert!(!stored(&a).is_empty());
            prop_assert_eq!(stored(&a).cmp(&stored(&b)), a.cmp(&b));
            prop_assert_eq!(&*partition(&stored(&a)), &*a);
        }
    }
}
