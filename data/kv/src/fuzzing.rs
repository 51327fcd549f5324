//! Every decoding of bytes that come from a store or from a caller, as functions that a fuzzer calls. Each
//! takes any bytes and must neither panic nor hold more than its limits allow.

use bytes::Bytes;

use crate::{Encoding, PageToken, Value, compression, envelope, namespace, page_token};

/// A stored item.
pub fn envelope(bytes: &[u8]) {
    let _ = envelope::decode(Bytes::copy_from_slice(bytes));
}

/// A stored namespace.
pub fn namespace(bytes: &[u8]) {
    let _ = namespace::decode("fuzzed", bytes);
}

/// A page token as a caller may send it.
pub fn page_token(bytes: &[u8]) {
    let _ = page_token::decode("fuzzed", 0, &PageToken::from_bytes(bytes.to_vec()));
}

/// A compressed value.
pub fn compressed(bytes: &[u8]) {
    let value = Value {
        bytes: Bytes::copy_from_slice(bytes),
        encoding: Encoding::Zstd,
    };
    let _ = compression::expanded_bytes(&value);
    let _ = compression::expanded(value);
}
