//! An object's hash tree as it lies beside it.
#![no_main]

use data_objects::ContentHash;
use data_objects::tree::Outboard;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: ([u8; 32], u32, &[u8])| {
    let (hash, len, bytes) = input;
    let _ = Outboard::from_bytes(bytes, ContentHash::from_bytes(hash), len.into());
});
