//! Decoding records of this program's version and of others'.

use postcard::de_flavors::Flavor;
use serde::Deserialize;

use crate::error::HollowError;
use crate::limits::MAX_ABSENT_BYTES;

/// Decodes a record, or a view of its first fields. Fields past the end read as zero, which is `None`,
/// `false`, nothing; bytes past the last field are fields of a later version.
#[inline]
pub(crate) fn decode<'a, V: Deserialize<'a>>(bytes: &'a [u8]) -> Result<V, HollowError> {
    let input = ZerosAtEnd {
        rest: bytes,
        absent: 0,
    };
    let mut decoder = postcard::Deserializer::from_flavor(input);
    V::deserialize(&mut decoder)
        .map_err(|error| HollowError::damaged("a record", error.to_string()))
}

/// The widest float, zero.
const ZERO_FLOAT: [u8; 8] = [0; 8];

/// Bytes followed by some zeros.
struct ZerosAtEnd<'a> {
    rest: &'a [u8],
    absent: usize,
}

impl<'a> Flavor<'a> for ZerosAtEnd<'a> {
    type Remainder = ();
    type Source = &'a [u8];

    #[inline]
    fn pop(&mut self) -> postcard::Result<u8> {
        if let Some((first, rest)) = self.rest.split_first() {
            self.rest = rest;
            return Ok(*first);
        }
        self.absent += 1;
        if self.absent > MAX_ABSENT_BYTES {
            return Err(postcard::Error::DeserializeUnexpectedEnd);
        }
        Ok(0)
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }

    #[inline]
    fn try_take_n(&mut self, count: usize) -> postcard::Result<&'a [u8]> {
        if self.rest.is_empty() && count <= ZERO_FLOAT.len() {
            // An absent float: the one kind of number that is not taken byte by byte.
            self.absent += count;
            return Ok(&ZERO_FLOAT[..count]);
        }
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or(postcard::Error::DeserializeUnexpectedEnd)?;
        self.rest = rest;
        Ok(taken)
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Serialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Old {
        name: String,
        year: u16,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct New {
        name: String,
        year: u16,
        label: Option<String>,
        tags: Vec<String>,
        seen: bool,
        colour: String,
        weight: f32,
    }

    #[test]
    fn older_records_lack_and_newer_ones_have_more() {
        let name = || "Sintel".to_owned();
        let old = Old {
            name: name(),
            year: 2010,
        };
        let mut new = New {
            name: name(),
            year: 2010,
            label: None,
            tags: vec![],
            seen: false,
            colour: String::new(),
            weight: 0.0,
        };
        let bytes = postcard::to_allocvec(&old).unwrap();
        assert_eq!(decode::<New>(&bytes).unwrap(), new);
        new.label = Some("x".into());
        let bytes = postcard::to_allocvec(&new).unwrap();
        assert_eq!(decode::<Old>(&bytes).unwrap(), old);
    }

    proptest! {
        #[test]
        fn any_bytes_decode_or_do_not(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let decoded = decode::<New>(&bytes);
            if let Ok(record) = decoded {
                prop_assert!(record.tags.len() <= bytes.len() + MAX_ABSENT_BYTES);
            }
        }
    }
}
