//! What the wide-row engine reads from a disk.
#![no_main]

use data_engine::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| match input {
    (0, bytes) => fuzzing::row(bytes),
    (1, bytes) => fuzzing::range_tombstone(bytes),
    (2, bytes) => fuzzing::key(bytes),
    (3, bytes) => fuzzing::dump_entry(bytes),
    (_, bytes) => fuzzing::dump(bytes),
});
