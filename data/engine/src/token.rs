//! Tokens: where a partition lies on the ring, so that a scan of a table can be shared out.

use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_64;

/// A partition's place on the ring. Each engine places partitions by its own hash; a token means nothing
/// to another engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);

impl Token {
    /// Where the engines of this crate place a partition (xxHash3, 64 bits).
    pub(crate) fn of(partition: &[u8]) -> Self {
        Self(xxh3_64(partition))
    }
}

/// An inclusive range of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenRange {
    /// The first token inside.
    pub first: Token,
    /// The last token inside.
    pub last: Token,
}

impl TokenRange {
    /// The whole ring.
    pub const ALL: Self = Self {
        first: Token(0),
        last: Token(u64::MAX),
    };

    /// The ring in `parts` ranges of equal width, in order, without gap or overlap. At least one.
    pub fn split(parts: u32) -> Vec<Self> {
        let parts = u128::from(parts.max(1));
        let edge = |part: u128| ((part << 64) / parts) as u64;
        (0..parts)
            .map(|part| Self {
                first: Token(edge(part)),
                last: Token(edge(part + 1).wrapping_sub(1)),
            })
            .collect()
    }

    /// Whether the token lies inside.
    pub fn contains(self, token: Token) -> bool {
        (self.first..=self.last).contains(&token)
    }
}

/// A partition in ring order: by token, then by key.
pub(crate) type Place = (Token, Bytes);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_cover_the_ring_once(parts in 0_u32..200, token: u64) {
            let ranges = TokenRange::split(parts);
            prop_assert_eq!(ranges.len() as u32, parts.max(1));
            let holders = ranges.iter().filter(|range| range.contains(Token(token)));
            prop_assert_eq!(holders.count(), 1);
            prop_assert_eq!(ranges[0].first, Token(0));
            prop_assert_eq!(ranges[ranges.len() - 1].last, Token(u64::MAX));
        }
    }
}
