//! A pointer's record as bytes: version 1, sequence (8, little-endian), write id (16), BLAKE3 of those and
//! the value (32), value.

use bytes::Bytes;

use super::PointerVersion;

const VERSION: u8 = 1;
const STAMPED: usize = 1 + 8 + 16;
const HEADER: usize = STAMPED + 32;

/// Which write made a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Writes so far, so that the same value set again is another record.
    pub(crate) sequence: u64,
    /// Drawn for this write, so that it knows itself.
    pub(crate) id: [u8; 16],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) stamp: Stamp,
    pub(super) value: Bytes,
}

impl Record {
    pub(super) fn encode(&self) -> Bytes {
        let mut bytes = Vec::with_capacity(HEADER + self.value.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.stamp.sequence.to_le_bytes());
        bytes.extend_from_slice(&self.stamp.id);
        let sum = sum(&bytes, &self.value);
        bytes.extend_from_slice(sum.as_bytes());
        bytes.extend_from_slice(&self.value);
        bytes.into()
    }

    pub(super) fn decode(bytes: &Bytes) -> Option<Self> {
        let header = bytes.get(..HEADER)?;
        let (stamped, expected) = header.split_at(STAMPED);
        let (version, rest) = stamped.split_first()?;
        let (sequence, id) = rest.split_first_chunk::<8>()?;
        if *version != VERSION || sum(stamped, &bytes[HEADER..]).as_bytes() != expected {
            return None;
        }
        let stamp = Stamp {
            sequence: u64::from_le_bytes(*sequence),
            id: id.try_into().ok()?,
        };
        let value = bytes.slice(HEADER..);
        Some(Self { stamp, value })
    }
}

/// Whether a stored record, or its absence, is the version expected.
pub(crate) fn same_version(record: Option<&Bytes>, expected: Option<&PointerVersion>) -> bool {
    match (record, expected) {
        (None, None) => true,
        (Some(record), Some(expected)) => {
            Record::decode(record).is_some_and(|found| found.stamp == expected.stamp)
        }
        _ => false,
    }
}

fn sum(stamped: &[u8], value: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(stamped).update(value);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_record_round_trips_and_no_changed_byte_passes(
            sequence: u64, id: [u8; 16], value: Vec<u8>, at: prop::sample::Index, flip in 1_u8..,
        ) {
            let record = Record { stamp: Stamp { sequence, id }, value: value.into() };
            let bytes = record.encode();
            prop_assert_eq!(Record::decode(&bytes), Some(record));
            let mut damaged = bytes.to_vec();
            let at = at.index(damaged.len());
            damaged[at] ^= flip;
            prop_assert_eq!(Record::decode(&damaged.into()), None);
            prop_assert_eq!(Record::decode(&bytes.slice(..at)), None);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            prop_assert_eq!(Record::decode(&bytes.into()), None);
        }
    }
}
