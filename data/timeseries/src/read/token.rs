//! Page tokens: where a page ended, bound to the query it belongs to.
//!
//! A token is base64url text of: format (1), hash of the query (8), bytes read so far of the time bucket it
//! lies in (8), the edge (a key), checksum (8); numbers are big-endian. The edge is a key of events, not of
//! partitions, so a token stays good when a partition is split. A token is opaque, not secret.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use data_engine::Direction;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::ReadQuery;
use crate::TimeSeriesError;
use crate::limits::MAX_EVENT_ID_BYTES;

const FORMAT: u8 = 1;
const HEAD_BYTES: usize = 17;
const SUM_BYTES: usize = 8;
/// An edge is a time and an event's id, each of whose bytes may take two, and its end.
const MAX_EDGE_BYTES: usize = 8 + 2 * MAX_EVENT_ID_BYTES + 2;
const MAX_TEXT_BYTES: usize = (HEAD_BYTES + MAX_EDGE_BYTES + SUM_BYTES).div_ceil(3) * 4;

/// Where a page ended. Pass it unchanged with the same query to go on there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageToken(String);

/// Where a scan ended: what is left begins (or, newest first, ends) at `key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) key: Bytes,
    /// Bytes that were read of the time bucket the edge lies in.
    pub(crate) bucket_bytes: u64,
}

/// What a token is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QueryHash(u64);

impl QueryHash {
    pub(crate) fn new(kind: &str, namespace: &str, series: &[u8], query: &ReadQuery) -> Self {
        let mut hasher = Xxh3::new();
        for part in [kind.as_bytes(), namespace.as_bytes(), series] {
            hasher.update(&(part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        hasher.update(&query.range.from().micros().to_be_bytes());
        hasher.update(&query.range.until().micros().to_be_bytes());
        hasher.update(&[u8::from(query.direction == Direction::Reverse)]);
        Self(hasher.digest())
    }

    /// The same query with something more to it.
    pub(crate) fn and(self, more: &[u8]) -> Self {
        let mut hasher = Xxh3::with_seed(self.0);
        hasher.update(more);
        Self(hasher.digest())
    }
}

impl PageToken {
    pub(crate) fn seal(hash: QueryHash, edge: &Edge) -> Self {
        let mut bytes = BytesMut::new();
        bytes.put_u8(FORMAT);
        bytes.put_u64(hash.0);
        bytes.put_u64(edge.bucket_bytes);
        bytes.put_slice(&edge.key);
        let sum = xxh3_64(&bytes);
        bytes.put_u64(sum);
        Self(URL_SAFE_NO_PAD.encode(&bytes))
    }

    pub(crate) fn open(&self, hash: QueryHash) -> Result<Edge, TimeSeriesError> {
        let (found, edge) = self.decode().ok_or(TimeSeriesError::MalformedPageToken)?;
        if found != hash {
            return Err(TimeSeriesError::ForeignPageToken);
        }
        Ok(edge)
    }

    fn decode(&self) -> Option<(QueryHash, Edge)> {
        if self.0.len() > MAX_TEXT_BYTES {
            return None;
        }
        let mut bytes = Bytes::from(URL_SAFE_NO_PAD.decode(&self.0).ok()?);
        let body = bytes.len().checked_sub(SUM_BYTES)?;
        let mut sum = bytes.split_off(body);
        if body < HEAD_BYTES || sum.get_u64() != xxh3_64(&bytes) || bytes.get_u8() != FORMAT {
            return None;
        }
        let hash = QueryHash(bytes.get_u64());
        let bucket_bytes = bytes.get_u64();
        let edge = Edge {
            key: bytes,
            bucket_bytes,
        };
        Some((hash, edge))
    }
}

impl fmt::Display for PageToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for PageToken {
    type Err = TimeSeriesError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let token = Self(text.to_owned());
        token.decode().ok_or(TimeSeriesError::MalformedPageToken)?;
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::TimeRange;

    fn hash(namespace: &str, series: &str) -> QueryHash {
        QueryHash::new(
            "read",
            namespace,
            series.as_bytes(),
            &ReadQuery::over(TimeRange::ALL),
        )
    }

    #[test]
    fn a_token_belongs_to_its_query() {
        let edge = Edge {
            key: Bytes::from_static(b"edge"),
            bucket_bytes: 7,
        };
        let token = PageToken::seal(hash("plays", "a"), &edge);
        let text = token.to_string();
        assert_eq!(text.parse::<PageToken>().unwrap(), token);
        assert_eq!(token.open(hash("plays", "a")).unwrap(), edge);
        for other in [
            hash("plays", "b"),
            hash("views", "a"),
            hash("playsa", ""),
            hash("plays", "a").and(b"x"),
        ] {
            let refused = token.open(other).unwrap_err();
            assert!(matches!(refused, TimeSeriesError::ForeignPageToken));
        }
        let changed = format!("{}A{}", &text[..3], &text[4..]);
        let refused = changed.parse::<PageToken>().unwrap_err();
        assert!(matches!(refused, TimeSeriesError::MalformedPageToken));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[A-Za-z0-9_-]{0,80}") {
            let read = text.parse::<PageToken>();
            prop_assert!(read.is_err());
        }
    }
}
