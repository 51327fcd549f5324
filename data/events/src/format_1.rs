//! An event as format 1 kept it: segments without a header, and a frame per event. Read, never written. Pure.
//!
//! A frame is the body's length (4 bytes), a CRC32C of that length and the body (4), and the body: offset
//! (8), time in milliseconds (8), key length (4), key, payload. Numbers are little-endian.

use bytes::{Buf as _, Bytes};
use platform_clock::Timestamp;

use crate::batch::Flaw;
use crate::limits::{MAX_KEY_BYTES, MAX_PAYLOAD_BYTES};
use crate::{Event, Offset};

/// Length and checksum.
pub(crate) const HEADER_BYTES: usize = 8;

/// Offset, time, key length.
const FIXED_BYTES: usize = 20;

/// The event at the start of `bytes`, and its frame's length; they share memory.
pub(crate) fn event(bytes: &Bytes) -> Result<(Event, usize), Flaw> {
    let Some(head) = bytes.first_chunk::<HEADER_BYTES>() else {
        return Err(Flaw::Short(HEADER_BYTES));
    };
    let (length, sum) = head.split_at(4);
    let size = (&mut &*length).get_u32_le() as usize;
    if !(FIXED_BYTES..=FIXED_BYTES + MAX_KEY_BYTES + MAX_PAYLOAD_BYTES).contains(&size) {
        return Err(Flaw::Damaged);
    }
    if bytes.len() < HEADER_BYTES + size {
        return Err(Flaw::Short(HEADER_BYTES + size));
    }
    let mut body = bytes.slice(HEADER_BYTES..HEADER_BYTES + size);
    let seen = crc32c::crc32c_append(crc32c::crc32c(length), &body);
    if seen.to_le_bytes() != sum {
        return Err(Flaw::Damaged);
    }
    let offset = Offset(body.get_u64_le());
    let at = Timestamp::from_millis(body.get_u64_le());
    let key_bytes = body.get_u32_le() as usize;
    if key_bytes > body.len() {
        return Err(Flaw::Damaged);
    }
    let key = body.split_to(key_bytes);
    let event = Event {
        offset,
        at,
        key,
        payload: body,
        origin: None,
    };
    Ok((event, HEADER_BYTES + size))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_frame_of_old_is_read() {
        let mut frame = Vec::from(23_u32.to_le_bytes());
        let mut body = Vec::from(7_u64.to_le_bytes());
        body.extend(9_u64.to_le_bytes());
        body.extend(1_u32.to_le_bytes());
        body.extend(b"kpp");
        let sum = crc32c::crc32c_append(crc32c::crc32c(&frame), &body);
        frame.extend(sum.to_le_bytes());
        frame.extend(body);
        let (read, bytes) = event(&Bytes::from(frame.clone())).unwrap();
        assert_eq!((read.offset, read.at.millis(), bytes), (Offset(7), 9, 31));
        assert_eq!((&read.key[..], &read.payload[..]), (&b"k"[..], &b"pp"[..]));
        frame[30] ^= 1;
        assert_eq!(event(&Bytes::from(frame)), Err(Flaw::Damaged));
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assert!(event(&Bytes::from(bytes)).is_err());
        }
    }
}
