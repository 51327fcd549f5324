//! Compression of values, on the client's side. Pure.

use bytes::{BufMut as _, Bytes};

use crate::limits::{COMPRESSION_LEVEL, COMPRESSION_MUST_SAVE, MAX_VALUE_BYTES};
use crate::{Encoding, Value};

const LENGTH_BYTES: usize = 4;

/// The value compressed, if that makes it enough smaller. A value that is already encoded stays.
pub(crate) fn compressed(value: &Value) -> Option<Value> {
    let bytes = &value.bytes;
    if value.encoding != Encoding::Plain || bytes.len() > MAX_VALUE_BYTES {
        return None;
    }
    let frame = zstd::bulk::compress(bytes, COMPRESSION_LEVEL).ok()?;
    let len = LENGTH_BYTES + frame.len();
    if len + bytes.len() / COMPRESSION_MUST_SAVE > bytes.len() {
        return None;
    }
    let mut packed = Vec::with_capacity(len);
    packed.put_u32(bytes.len() as u32);
    packed.put_slice(&frame);
    Some(Value {
        bytes: packed.into(),
        encoding: Encoding::Zstd,
    })
}

/// How long the value is once it is expanded; 0 when it does not say.
pub(crate) fn expanded_bytes(value: &Value) -> usize {
    match (value.encoding, value.bytes.first_chunk::<LENGTH_BYTES>()) {
        (Encoding::Plain, _) => value.bytes.len(),
        (Encoding::Zstd, Some(length)) => u32::from_be_bytes(*length) as usize,
        (Encoding::Zstd, None) => 0,
    }
}

/// The value as it was before compression; `Err` says what is wrong with it. Never makes more than
/// [`MAX_VALUE_BYTES`].
pub(crate) fn expanded(value: Value) -> Result<Value, String> {
    if value.encoding == Encoding::Plain {
        return Ok(value);
    }
    let (length, frame) = value
        .bytes
        .split_first_chunk::<LENGTH_BYTES>()
        .ok_or("its compressed value has no length")?;
    let length = u32::from_be_bytes(*length) as usize;
    if length > MAX_VALUE_BYTES {
        return Err(format!("its compressed value claims {length} bytes"));
    }
    let bytes = zstd::bulk::decompress(frame, length)
        .map_err(|error| format!("its compressed value cannot be expanded: {error}"))?;
    if bytes.len() != length {
        return Err(format!(
            "its compressed value came to {} bytes of {length}",
            bytes.len()
        ));
    }
    Ok(Value::from(Bytes::from(bytes)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_compressed_reads_back(word: Vec<u8>, times in 1_usize..2_000) {
            let value = Value::from(word.repeat(times));
            if let Some(packed) = compressed(&value) {
                prop_assert!(packed.bytes.len() < value.bytes.len());
                prop_assert_eq!(expanded_bytes(&packed), value.bytes.len());
                prop_assert_eq!(expanded(packed), Ok(value));
            }
        }

        #[test]
        fn any_bytes_expand_or_are_refused(bytes: Vec<u8>) {
            let value = Value { bytes: bytes.into(), encoding: Encoding::Zstd };
            if let Ok(plain) = expanded(value.clone()) {
                prop_assert_eq!(plain.bytes.len(), expanded_bytes(&value));
            }
        }
    }

    #[test]
    fn what_does_not_shrink_is_left_and_what_claims_too_much_is_refused() {
        let noise: Vec<u8> = blake3::hash(b"noise").as_bytes().to_vec();
        assert_eq!(compressed(&Value::from(noise)), None);
        let packed = compressed(&Value::from(vec![0; 1 << 20])).unwrap();
        assert!(packed.bytes.len() < 1_000);
        let mut bomb = packed.bytes.to_vec();
        bomb[..4].copy_from_slice(&16_u32.to_be_bytes());
        let lies = |bytes: Vec<u8>| {
            expanded(Value {
                bytes: bytes.into(),
                encoding: Encoding::Zstd,
            })
        };
        assert!(lies(bomb.clone()).is_err(), "more than it declared");
        bomb[..4].copy_from_slice(&u32::MAX.to_be_bytes());
        assert!(lies(bomb).is_err(), "more than a value may be");
    }
}
