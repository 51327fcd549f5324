//! Page tokens: where a read goes on. Pure.
//!
//! Opaque to callers: a version, the hash of the namespace's name, the hash of the request it belongs to,
//! the mean item size met so far, the position, and a checksum of it all (8 bytes each where not said
//! otherwise). A token shows nothing that its request does not, and leads nowhere that its request does
//! not: a position outside the request's range finds nothing. So it is checked against mistakes, not signed.

use std::hash::{Hash, Hasher as _};

use bytes::{Buf as _, BufMut as _, Bytes};
use xxhash_rust::xxh3::{Xxh3, xxh3_64, xxh3_64_with_seed};

use crate::KvError;

const VERSION: u8 = 1;
const CHECK_BYTES: usize = 8;
/// Tells this checksum from others over the same bytes.
const CHECK_SEED: u64 = 0x6b76_7061_6765;

const ITEMS: u8 = 1;
const AFTER: u8 = 2;
const INSIDE: u8 = 3;

/// Where a read goes on; only for the request that got it, but for its page size and its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageToken(Bytes);

impl PageToken {
    /// A token that was stored or sent as bytes; it is checked when it is used.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self(bytes.into())
    }

    /// To store or to send.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resume {
    /// Mean bytes of the items met so far.
    pub(crate) mean: u32,
    /// Where to go on.
    pub(crate) position: Position,
}

/// Where a read goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Position {
    /// In the record, at this boundary: forwards the first key left, backwards the first key done.
    Items(Bytes),
    /// In a scan, after this record.
    After(Bytes),
    /// In a scan, inside this record, at this key.
    Inside(Bytes, Bytes),
}

/// The request a token is for: the hash of what must be the same in the next one.
pub(crate) fn fingerprint(request: &impl Hash) -> u64 {
    let mut hasher = Xxh3::new();
    request.hash(&mut hasher);
    hasher.finish()
}

/// Makes a token.
pub(crate) fn encode(namespace: &str, fingerprint: u64, resume: &Resume) -> PageToken {
    let mut token = Vec::new();
    token.put_u8(VERSION);
    token.put_u64(xxh3_64(namespace.as_bytes()));
    token.put_u64(fingerprint);
    token.put_u32(resume.mean);
    match &resume.position {
        Position::Items(key) => {
            token.put_u8(ITEMS);
            token.put_slice(key);
        }
        Position::After(id) => {
            token.put_u8(AFTER);
            token.put_slice(id);
        }
        Position::Inside(id, key) => {
            token.put_u8(INSIDE);
            token.put_u32(id.len() as u32);
            token.put_slice(id);
            token.put_slice(key);
        }
    }
    let check = xxh3_64_with_seed(&token, CHECK_SEED);
    token.put_u64(check);
    PageToken(token.into())
}

/// Reads a token that was shown to this namespace with this request.
///
/// # Errors
/// [`KvError::WrongPageToken`], [`KvError::ForeignPageToken`].
pub(crate) fn decode(
    namespace: &str,
    fingerprint: u64,
    token: &PageToken,
) -> Result<Resume, KvError> {
    let wrong = |reason: &str| KvError::WrongPageToken {
        reason: reason.to_owned(),
    };
    let bytes = &token.0;
    let body = bytes
        .len()
        .checked_sub(CHECK_BYTES)
        .map(|at| bytes.split_at(at));
    let (body, check) = body.ok_or_else(|| wrong("it is too short"))?;
    if xxh3_64_with_seed(body, CHECK_SEED).to_be_bytes() != check {
        return Err(wrong("it was not made by this service, or was changed"));
    }
    let mut rest = bytes.slice(..body.len());
    if rest.try_get_u8() != Ok(VERSION) {
        return Err(wrong("another version made it"));
    }
    if rest.try_get_u64() != Ok(xxh3_64(namespace.as_bytes())) {
        return Err(KvError::ForeignPageToken {
            namespace: namespace.to_owned(),
        });
    }
    if rest.try_get_u64() != Ok(fingerprint) {
        return Err(wrong("it belongs to another request"));
    }
    resume(rest).ok_or_else(|| wrong("its position cannot be read"))
}

fn resume(mut rest: Bytes) -> Option<Resume> {
    let mean = rest.try_get_u32().ok()?.max(1);
    let position = match rest.try_get_u8().ok()? {
        ITEMS => Position::Items(rest),
        AFTER => Position::After(rest),
        INSIDE => {
            let len = rest.try_get_u32().ok()? as usize;
            if len > rest.len() {
                return None;
            }
            let id = rest.split_to(len);
            Position::Inside(id, rest)
        }
        _ => return None,
    };
    Some(Resume { mean, position })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn position() -> impl Strategy<Value = Position> {
        let bytes = || any::<Vec<u8>>().prop_map(Bytes::from);
        prop_oneof![
            bytes().prop_map(Position::Items),
            bytes().prop_map(Position::After),
            (bytes(), bytes()).prop_map(|(id, key)| Position::Inside(id, key)),
        ]
    }

    proptest! {
        #[test]
        fn tokens_read_back_and_only_where_they_were_given(position in position(), mean in 1_u32.., at: usize) {
            let resume = Resume { mean, position };
            let token = encode("films", 7, &resume);
            prop_assert_eq!(decode("films", 7, &token), Ok(resume));
            let foreign = decode("other", 7, &token);
            let is_foreign = matches!(foreign, Err(KvError::ForeignPageToken { .. }));
            prop_assert!(is_foreign);
            let other = decode("films", 8, &token);
            let is_wrong = matches!(other, Err(KvError::WrongPageToken { .. }));
            prop_assert!(is_wrong);
            let mut changed = token.into_bytes().to_vec();
            let at = at % changed.len();
            changed[at] ^= 1;
            let changed = decode("films", 7, &PageToken::from_bytes(changed));
            let is_wrong = matches!(changed, Err(KvError::WrongPageToken { .. }));
            prop_assert!(is_wrong);
        }

        #[test]
        fn any_bytes_are_refused(mut bytes: Vec<u8>) {
            let refused = decode("films", 7, &PageToken::from_bytes(bytes.clone()));
            prop_assert!(refused.is_err());
            let check = xxh3_64_with_seed(&bytes, CHECK_SEED);
            bytes.put_u64(check);
            prop_assert!(decode("films", 7, &PageToken::from_bytes(bytes)).is_err());
        }
    }
}
