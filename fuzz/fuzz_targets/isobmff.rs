//! The boxes of a master, of a chunk and of a track file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use media_isobmff::{Head, Track};

fuzz_target!(|bytes: &[u8]| {
    let _ = Track::read_video(&bytes);
    let _ = Track::read_audio(&bytes);
    let _ = Head::parse(bytes);
    let _ = Head::read(&bytes);
});
