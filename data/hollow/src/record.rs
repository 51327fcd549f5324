//! Records: typed outside, bytes inside.
//!
//! A record is encoded by `postcard` (a stable format of packed fields in order, no names). So a record's
//! encoding begins with its key's when the key is the first field, and an encoded key is never the beginning
//! of another: a lookup compares bytes and decodes nothing.

mod codec;
mod fields;
mod key;

use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::HollowError;
use crate::limits::{MAX_KEY_BYTES, MAX_RECORD_BYTES, STACK_KEY_BYTES};

pub(crate) use codec::decode;
pub(crate) use fields::Fields;
pub use key::RecordKey;
pub(crate) use key::hash_bytes;

/// A record of a dataset: a struct with named fields whose first is the primary key.
///
/// Its fields may only be added to, at the end: a record written before reads as having `None`, zero,
/// `false` or nothing there, and an older program ignores what it does not know. A field whose type or meaning
/// changes is a new field of another name. `#[serde(skip)]`, `skip_serializing_if`, `flatten` and untagged enums
/// do not go with a format without names.
pub trait Record: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The first field's type, or what encodes as it does (`str` for `String`).
    type Key: RecordKey + ?Sized;

    /// The first field.
    fn key(&self) -> &Self::Key;
}

/// A record of a state, not decoded.
pub struct RecordRef<'a, R> {
    bytes: &'a [u8],
    record: PhantomData<fn() -> R>,
}

impl<'a, R: Record> RecordRef<'a, R> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            record: PhantomData,
        }
    }

    /// The encoded record.
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The record.
    ///
    /// # Errors
    /// [`HollowError::Damaged`] when the bytes are no such record.
    pub fn decode(self) -> Result<R, HollowError> {
        decode(self.bytes)
    }

    /// The record's leading fields as another type, which may borrow from the state: a struct with the
    /// record's first fields, in order, `&str` for `String`.
    ///
    /// # Errors
    /// [`HollowError::Damaged`] when the bytes do not begin with such fields.
    pub fn view<V: Deserialize<'a>>(self) -> Result<V, HollowError> {
        decode(self.bytes)
    }
}

impl<R> Clone for RecordRef<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for RecordRef<'_, R> {}

impl<R> fmt::Debug for RecordRef<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RecordRef").field(&self.bytes.len()).finish()
    }
}

/// A record and where its key ends.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) bytes: Vec<u8>,
    pub(crate) key_len: usize,
}

impl Encoded {
    pub(crate) fn key(&self) -> &[u8] {
        &self.bytes[..self.key_len]
    }
}

/// Encodes a record and holds it against the limits.
pub(crate) fn encode<R: Record>(record: &R) -> Result<Encoded, HollowError> {
    let what = "record";
    let bytes =
        postcard::to_allocvec(record).map_err(|source| HollowError::Encode { what, source })?;
    if bytes.len() > MAX_RECORD_BYTES {
        let (bytes, limit) = (bytes.len(), MAX_RECORD_BYTES);
        return Err(HollowError::TooLarge { what, bytes, limit });
    }
    let key_len = with_key(record.key(), |key| {
        if bytes.starts_with(key) {
            Ok(key.len())
        } else {
            Err(HollowError::KeyNotFirst(shown(key)))
        }
    })??;
    Ok(Encoded { bytes, key_len })
}

/// Calls `then` with the encoded key.
#[inline]
pub(crate) fn with_key<K: Serialize + ?Sized, T>(
    key: &K,
    then: impl FnOnce(&[u8]) -> T,
) -> Result<T, HollowError> {
    let mut buffer = [0; STACK_KEY_BYTES];
    if let Ok(key) = postcard::to_slice(key, &mut buffer) {
        return Ok(then(key));
    }
    let what = "key";
    let key = postcard::to_allocvec(key).map_err(|source| HollowError::Encode { what, source })?;
    if key.len() > MAX_KEY_BYTES {
        let (bytes, limit) = (key.len(), MAX_KEY_BYTES);
        return Err(HollowError::TooLarge { what, bytes, limit });
    }
    Ok(then(&key))
}

/// An encoded key as messages show it: what of it can be read.
pub(crate) fn shown(key: &[u8]) -> String {
    String::from_utf8_lossy(key)
        .trim_matches(char::is_control)
        .escape_default()
        .to_string()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Town {
        name: String,
        people: u32,
    }

    impl Record for Town {
        type Key = str;
        fn key(&self) -> &str {
            &self.name
        }
    }

    #[derive(Debug, Serialize, Deserialize)]
    struct KeyLast {
        people: u32,
        name: String,
    }

    impl Record for KeyLast {
        type Key = str;
        fn key(&self) -> &str {
            &self.name
        }
    }

    #[test]
    fn a_record_begins_with_its_key_and_is_read_in_part() {
        let town = Town {
            name: "Ulm".into(),
            people: 129_000,
        };
        let encoded = encode(&town).unwrap();
        assert_eq!(encoded.key(), b"\x03Ulm");
        let read = RecordRef::<Town>::new(&encoded.bytes);
        assert_eq!(read.decode().unwrap(), town);
        assert_eq!(read.view::<&str>().unwrap(), "Ulm");
    }

    #[test]
    fn a_key_elsewhere_and_a_record_too_large_are_refused() {
        let misplaced = KeyLast {
            people: 1,
            name: "Ulm".into(),
        };
        assert!(matches!(
            encode(&misplaced),
            Err(HollowError::KeyNotFirst(_))
        ));
        let long = Town {
            name: "x".repeat(MAX_KEY_BYTES),
            people: 1,
        };
        assert!(matches!(
            encode(&long),
            Err(HollowError::TooLarge { what: "key", .. })
        ));
        let longer = Town {
            name: "x".repeat(MAX_RECORD_BYTES),
            people: 1,
        };
        assert!(matches!(
            encode(&longer),
            Err(HollowError::TooLarge { what: "record", .. })
        ));
    }
}
