//! What the event log reads from a disk.
#![no_main]

use data_events::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| match input {
    (0, bytes) => fuzzing::batch(bytes),
    (1, bytes) => fuzzing::frame(bytes),
    (2, bytes) => fuzzing::segment_header(bytes),
    (3, bytes) => fuzzing::segment_index(bytes),
    (4, bytes) => fuzzing::topic_settings(bytes),
    (5, bytes) => fuzzing::positions(bytes),
    (_, bytes) => fuzzing::batch_body(bytes),
});
