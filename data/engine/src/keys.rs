//! Composite keys: a partition and an item as one byte string that sorts by token, partition, item.
//!
//! The partition's token comes first (8 bytes, big-endian), so that a table is scanned by token range. The
//! partition's zero bytes are written `00 FF` and its end `00 00`, so that no partition's keys can
//! begin with another's, and byte order of the whole is the order of the pair. The item follows as it is.

use std::ops::Bound;

use bytes::Bytes;

use crate::{Range, Token};

const TOKEN_BYTES: usize = 8;

const ZERO: u8 = 0x00;
const ESCAPED: u8 = 0xff;
const END: u8 = 0x00;
/// Greater than [`END`], less than [`ESCAPED`]: no key of the partition, nor of one after it.
const PAST_END: u8 = 0x01;

/// The stored key of an item.
pub(crate) fn compose(partition: &[u8], item: &[u8]) -> Vec<u8> {
    let mut key = escaped(partition, item.len());
    key.extend_from_slice(&[ZERO, END]);
    key.extend_from_slice(item);
    key
}

/// The first key that is past every item of the partition.
pub(crate) fn past(partition: &[u8]) -> Vec<u8> {
    let mut key = escaped(partition, 0);
    key.extend_from_slice(&[ZERO, PAST_END]);
    key
}

/// The bounds of a range of items in stored keys.
pub(crate) fn bounds(partition: &[u8], range: &Range) -> (Bound<Vec<u8>>, Bound<Vec<u8>>) {
    let from = range.from.as_deref().unwrap_or_default();
    let until = range
        .until
        .as_ref()
        .map_or_else(|| past(partition), |it| compose(partition, it));
    (
        Bound::Included(compose(partition, from)),
        Bound::Excluded(until),
    )
}

/// The first key that a token's partitions can have.
pub(crate) fn first_of(token: Token) -> Vec<u8> {
    token.0.to_be_bytes().to_vec()
}

/// The token of a stored key.
pub(crate) fn token(key: &[u8]) -> Option<Token> {
    let token = key.first_chunk::<TOKEN_BYTES>()?;
    Some(Token(u64::from_be_bytes(*token)))
}

/// Where the item begins in any stored key of the partition.
pub(crate) fn item_start(partition: &[u8]) -> usize {
    escaped(partition, 0).len() + 2
}

/// The partition and item of a stored key; `None` when [`compose`] did not make it.
pub(crate) fn split(key: &[u8]) -> Option<(Bytes, Bytes)> {
    let mut partition = Vec::new();
    let mut rest = key.get(TOKEN_BYTES..)?;
    loop {
        let (&byte, after) = rest.split_first()?;
        if byte != ZERO {
            partition.push(byte);
            rest = after;
            continue;
        }
        let (&second, after) = after.split_first()?;
        match second {
            ESCAPED => partition.push(ZERO),
            END => return Some((partition.into(), Bytes::copy_from_slice(after))),
            _ => return None,
        }
        rest = after;
    }
}

fn escaped(partition: &[u8], room: usize) -> Vec<u8> {
    let mut key = Vec::with_capacity(TOKEN_BYTES + partition.len() + 2 + room);
    key.extend_from_slice(&Token::of(partition).0.to_be_bytes());
    for byte in partition {
        key.push(*byte);
        if *byte == ZERO {
            key.push(ESCAPED);
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Few distinct bytes, so that escapes and shared prefixes are common.
    fn key() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(prop::sample::select(vec![0, 1, 2, 0xfe, 0xff]), 0..6)
    }

    proptest! {
        #[test]
        fn stored_keys_sort_as_pairs_and_split_back(a in (key(), key()), b in (key(), key())) {
            let (first, second) = (compose(&a.0, &a.1), compose(&b.0, &b.1));
            let place = |pair: &(Vec<u8>, Vec<u8>)| (Token::of(&pair.0), pair.clone());
            prop_assert_eq!(first.cmp(&second), place(&a).cmp(&place(&b)));
            prop_assert_eq!(split(&first), Some((a.0.clone().into(), a.1.clone().into())));
            prop_assert_eq!(past(&a.0) > second, (Token::of(&a.0), &a.0) >= (Token::of(&b.0), &b.0));
            prop_assert_eq!(token(&first), Some(Token::of(&a.0)));
            prop_assert_eq!(&first[item_start(&a.0)..], &a.1);
        }

        #[test]
        fn any_bytes_split_or_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..20)) {
            if let Some((partition, item)) = split(&bytes) {
                prop_assert_eq!(&compose(&partition, &item)[8..], &bytes[8..]);
            }
        }
    }
}
