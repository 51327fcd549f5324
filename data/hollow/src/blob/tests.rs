//! Blobs whole, damaged, and made of anything.

use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;

use super::read::Reader;
use super::write::framed;
use super::*;
use crate::dataset::Dataset;
use crate::error::HollowError;
use crate::state::{State, StateChange};
use crate::testing::{Film, film, films};

fn state(
    dataset: &Dataset<Film>,
    version: u64,
    numbers: impl Iterator<Item = u64>,
) -> Arc<State<Film>> {
    let mut change = StateChange::new(dataset, 0);
    for number in numbers {
        let encoded = crate::record::encode(&film(number, version)).unwrap();
        change.put(encoded.key_len, &encoded.bytes).unwrap();
    }
    change.finish(version).unwrap()
}

#[test]
fn a_snapshot_and_deltas_lead_where_they_should() {
    let (dataset, _) = films("films");
    let (one, two) = (
        state(&dataset, 1, 0..3_000),
        state(&dataset, 2, 1_500..4_000),
    );
    let whole = snapshot(&dataset, &one).unwrap();
    let loaded = load(&dataset, &whole, 1, "it").unwrap();
    assert_eq!((loaded.len(), loaded.digest()), (one.len(), one.digest()));
    let changes = diff(one.rows(), two.rows());
    assert_eq!((changes.puts.len(), changes.removals.len()), (2_500, 1_500));
    let there = delta(&dataset, 1, &two, &changes).unwrap();
    let back = delta(&dataset, 2, &one, &diff(two.rows(), one.rows())).unwrap();
    let arrived = apply(&dataset, &loaded, &there, 2, "it").unwrap();
    assert_eq!(arrived.digest(), two.digest());
    let returned = apply(&dataset, &arrived, &back, 1, "it").unwrap();
    assert_eq!(
        (returned.digest(), returned.len()),
        (one.digest(), one.len())
    );
    let again = apply(&dataset, &loaded, &there, 3, "it").unwrap_err();
    assert!(again.to_string().contains("other versions"), "{again}");
}

#[test]
fn every_damaged_byte_is_found() {
    let (dataset, _) = films("films");
    let whole = snapshot(&dataset, &state(&dataset, 1, 0..5)).unwrap();
    for at in 0..whole.len() {
        let mut damaged = whole.to_vec();
        damaged[at] ^= 0x10;
        assert!(load(&dataset, &damaged, 1, "it").is_err(), "byte {at}");
        assert!(
            load(&dataset, &whole[..at], 1, "it").is_err(),
            "cut at {at}"
        );
    }
    let longer = [&whole[..], b"x"].concat();
    assert!(load(&dataset, &longer, 1, "it").is_err());
}

#[test]
fn a_later_format_is_refused_in_words() {
    let (dataset, _) = films("films");
    let mut blob = snapshot(&dataset, &state(&dataset, 1, 0..1))
        .unwrap()
        .to_vec();
    blob[8] = 2;
    let error = load(&dataset, &blob, 1, "blob x").unwrap_err();
    assert!(matches!(error, HollowError::Newer { format: 2, .. }));
    assert_eq!(
        error.to_string(),
        "blob x has format 2; this program knows formats up to 1: update it"
    );
}

fn header(puts: u64, put_blocks: u32) -> Header {
    let (dataset, _) = films("films");
    Header {
        dataset: "films".into(),
        kind: Kind::Snapshot,
        from: 0,
        to: 1,
        fields: dataset.fields().names().to_vec(),
        puts,
        removals: 0,
        digest: 0,
        put_blocks,
        removal_blocks: 0,
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Reader::open(&bytes, "it").is_err());
        let with_magic = [MAGIC, &[1, 0][..], &bytes].concat();
        prop_assert!(Reader::open(&with_magic, "it").is_err());
    }

    /// A whole header that lies, before anything.
    #[test]
    fn any_body_is_read_or_refused(
        puts in any::<u64>(),
        blocks in 1..u32::MAX,
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let (dataset, _) = films("films");
        let blob = framed(&header(puts, blocks), &body).unwrap();
        prop_assert!(load(&dataset, &blob, 1, "it").is_err());
    }

    /// A whole block of anything.
    #[test]
    fn any_block_is_read_or_refused(raw in prop::collection::vec(any::<u8>(), 1..300)) {
        let (dataset, _) = films("films");
        let packed = zstd::bulk::compress(&raw, 1).unwrap();
        let mut body = Vec::new();
        body.extend_from_slice(&(raw.len() as u32).to_le_bytes());
        body.extend_from_slice(&(packed.len() as u32).to_le_bytes());
        body.extend_from_slice(&xxhash_rust::xxh3::xxh3_64(&packed).to_le_bytes());
        body.extend_from_slice(&packed);
        let blob = framed(&header(1, 1), &body).unwrap();
        prop_assert!(load(&dataset, &blob, 1, "it").is_err(), "the digest is another");
        let mut reader = Reader::open(&blob, "it").unwrap();
        prop_assert_eq!(reader.block().unwrap(), Bytes::from(raw));
        prop_assert!(reader.end().is_ok());
    }
}
