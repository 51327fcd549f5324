//! Every decoding of bytes that come from a disk, as functions that a fuzzer calls. Each takes any bytes and
//! must neither panic nor hold more than it was given.

use std::path::Path;

use bytes::Bytes;

use crate::segment::index;
use crate::{Offset, batch, folder, format_1, group, segment};

/// A batch of a segment.
pub fn batch(bytes: &[u8]) {
    let bytes = Bytes::copy_from_slice(bytes);
    if let Ok(header) = batch::header(&bytes) {
        let _ = batch::events(&header, &bytes);
    }
}

/// A batch whose checksums are right, so that what they guard is decoded too.
pub fn batch_body(body: &[u8]) {
    let mut bytes = vec![0; batch::HEADER_BYTES];
    bytes.extend_from_slice(body);
    let count = body.first().copied().unwrap_or_default();
    batch::seal(
        &mut bytes,
        Offset(0),
        count.into(),
        platform_clock::Timestamp::default(),
        None,
    );
    batch(&bytes);
}

/// A frame of format 1.
pub fn frame(bytes: &[u8]) {
    let _ = format_1::event(&Bytes::copy_from_slice(bytes));
}

/// A segment's first bytes.
pub fn segment_header(bytes: &[u8]) {
    let _ = segment::format(bytes, Offset(0));
}

/// A segment's index.
pub fn segment_index(bytes: &[u8]) {
    let _ = index::decode(bytes);
}

/// A topic's settings.
pub fn topic_settings(bytes: &[u8]) {
    let _ = folder::decode_settings(bytes, Path::new("topic.json"));
}

/// A group's positions.
pub fn positions(bytes: &[u8]) {
    let _ = group::decode_positions(bytes, Path::new("positions"));
}
