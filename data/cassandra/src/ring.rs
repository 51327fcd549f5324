//! The engine's ring on Cassandra's. Pure.
//!
//! Cassandra's Murmur3 partitioner places keys from `-2^63 + 1` to `2^63 - 1`; the engine counts from zero, so
//! the two differ by the sign bit. `-2^63` stands for "no bound" in CQL and is the token of no key.

use data_engine::{Token, TokenRange};
use scylla::routing::partitioner::{Murmur3Partitioner, Partitioner as _};

/// Where Cassandra places a stored partition key.
pub(crate) fn place(stored_key: &[u8]) -> i64 {
    Murmur3Partitioner.hash_one(stored_key).value()
}

/// First and last token to ask for, from the place `after` on; `None` when no key can lie there.
pub(crate) fn bounds(tokens: TokenRange, after: Option<i64>) -> Option<(i64, i64)> {
    let first = signed(tokens.first).max(i64::MIN + 1);
    let first = after.map_or(first, |after| after.max(first));
    let last = signed(tokens.last);
    (first <= last).then_some((first, last))
}

fn signed(token: Token) -> i64 {
    (token.0 ^ (1 << 63)).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(first: u64, last: u64) -> TokenRange {
        TokenRange {
            first: Token(first),
            last: Token(last),
        }
    }

    #[test]
    fn the_ring_begins_and_ends_as_cassandra_s_does() {
        assert_eq!(
            bounds(TokenRange::ALL, None),
            Some((i64::MIN + 1, i64::MAX))
        );
        assert_eq!(bounds(range(0, 0), None), None);
        assert_eq!(bounds(range(1 << 63, 1 << 63), None), Some((0, 0)));
        assert_eq!(bounds(range(5, 4), None), None);
    }

    #[test]
    fn a_scan_goes_on_from_the_later_of_both() {
        let upper_half = range(1 << 63, u64::MAX);
        assert_eq!(bounds(upper_half, Some(-9)), Some((0, i64::MAX)));
        assert_eq!(bounds(upper_half, Some(9)), Some((9, i64::MAX)));
        assert_eq!(bounds(range(0, 1 << 63), Some(9)), None);
    }

    /// As `SELECT token(key)` answers.
    #[test]
    fn keys_are_placed_as_cassandra_places_them() {
        assert_eq!(place(b"hello"), -3_758_069_500_696_749_310);
    }
}
