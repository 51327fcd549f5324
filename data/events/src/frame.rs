//! One event as bytes. Pure.
//!
//! A frame is the body's length (4 bytes), a CRC32C of that length and the body (4), and the body: offset
//! (8), time in milliseconds (8), key length (4), key, payload. Numbers are little-endian.

use bytes::Bytes;
use platform_clock::Timestamp;

use crate::limits::{MAX_KEY_BYTES, MAX_PAYLOAD_BYTES};
use crate::{Event, Offset};

/// Length and checksum.
pub(crate) const HEADER_BYTES: usize = 8;

/// Offset, time, key length.
const FIXED_BYTES: usize = 20;

/// Most bytes of a body; a longer one is damage, whatever its checksum.
const MAX_BODY_BYTES: usize = FIXED_BYTES + MAX_KEY_BYTES + MAX_PAYLOAD_BYTES;

/// Most bytes of a frame.
pub(crate) const MAX_FRAME_BYTES: usize = HEADER_BYTES + MAX_BODY_BYTES;

/// Appends an event's frame. The event is within the limits.
pub(crate) fn encode(event: &Event, into: &mut Vec<u8>) {
    let length = (FIXED_BYTES + event.key.len() + event.payload.len()) as u32;
    let start = into.len();
    into.extend_from_slice(&length.to_le_bytes());
    into.extend_from_slice(&[0; 4]);
    into.extend_from_slice(&event.offset.0.to_le_bytes());
    into.extend_from_slice(&event.at.millis().to_le_bytes());
    into.extend_from_slice(&(event.key.len() as u32).to_le_bytes());
    into.extend_from_slice(&event.key);
    into.extend_from_slice(&event.payload);
    let sum = checksum(&into[start..start + 4], &into[start + HEADER_BYTES..]);
    into[start + 4..start + HEADER_BYTES].copy_from_slice(&sum.to_le_bytes());
}

/// The event at the start of `bytes`, which must have the expected offset, and its frame's length. `None`
/// when there is no whole, undamaged frame of it.
pub(crate) fn decode(bytes: &[u8], expected: Offset) -> Option<(Event, usize)> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    let size = u32::from_le_bytes(*length) as usize;
    if !(FIXED_BYTES..=MAX_BODY_BYTES).contains(&size) {
        return None;
    }
    let body = rest.get(..size)?;
    if checksum(length, body) != u32::from_le_bytes(*sum) {
        return None;
    }
    let (offset, rest) = body.split_first_chunk::<8>()?;
    let (at, rest) = rest.split_first_chunk::<8>()?;
    let (key_bytes, rest) = rest.split_first_chunk::<4>()?;
    let (key, payload) = rest.split_at_checked(u32::from_le_bytes(*key_bytes) as usize)?;
    let event = Event {
        offset: Offset(u64::from_le_bytes(*offset)),
        at: Timestamp::from_millis(u64::from_le_bytes(*at)),
        key: Bytes::copy_from_slice(key),
        payload: Bytes::copy_from_slice(payload),
    };
    (event.offset == expected).then_some((event, HEADER_BYTES + size))
}

fn checksum(length: &[u8], body: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(length), body)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event() -> impl Strategy<Value = Event> {
        let bytes = || prop::collection::vec(any::<u8>(), 0..40).prop_map(Bytes::from);
        (any::<u64>(), any::<u64>(), bytes(), bytes()).prop_map(|(offset, at, key, payload)| {
            Event {
                offset: Offset(offset),
                at: Timestamp::from_millis(at),
                key,
                payload,
            }
        })
    }

    proptest! {
        #[test]
        fn a_frame_reads_back_and_no_damaged_one_does(event in event(), at: prop::sample::Index, bit in 0..8) {
            let mut bytes = Vec::new();
            encode(&event, &mut bytes);
            let frame = bytes.len();
            bytes.extend_from_slice(b"what follows");
            prop_assert_eq!(decode(&bytes, event.offset), Some((event.clone(), frame)));
            prop_assert_eq!(decode(&bytes, Offset(event.offset.0.wrapping_add(1))), None);
            prop_assert_eq!(decode(&bytes[..at.index(frame)], event.offset), None);
            bytes[at.index(frame)] ^= 1_u8 << bit;
            prop_assert_eq!(decode(&bytes[..frame], event.offset), None);
        }

        #[test]
        fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(decode(&bytes, Offset(0)), None);
        }
    }
}
