//! What the key-value abstraction reads from a store and from its callers.
#![no_main]

use data_kv::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| match input {
    (0, bytes) => fuzzing::envelope(bytes),
    (1, bytes) => fuzzing::namespace(bytes),
    (2, bytes) => fuzzing::page_token(bytes),
    (_, bytes) => fuzzing::compressed(bytes),
});
