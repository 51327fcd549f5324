//! The tree against plain BLAKE3, and against every kind of damage.

use proptest::prelude::*;

use super::*;

const BLOCK: usize = BLOCK_BYTES as usize;

/// Sizes around chunk and block boundaries, and odd numbers of blocks.
const SIZES: [usize; 14] = [
    0,
    1,
    1023,
    1024,
    1025,
    BLOCK - 1,
    BLOCK,
    BLOCK + 1,
    2 * BLOCK - 1,
    2 * BLOCK,
    2 * BLOCK + 1,
    3 * BLOCK,
    5 * BLOCK + 1024,
    7 * BLOCK + 3,
];

fn object(len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    Hasher::new()
        .update(&len.to_le_bytes())
        .finalize_xof()
        .fill(&mut bytes);
    bytes
}

fn blocks(bytes: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    (0..).zip(bytes.chunks(BLOCK))
}

#[test]
fn the_root_is_the_hash_and_every_block_verifies_alone() -> Result<(), TreeError> {
    for len in SIZES {
        let bytes = object(len);
        let outboard = Outboard::compute(&bytes[..]).unwrap();
        assert_eq!(outboard.hash(), ContentHash::of(&bytes), "{len} bytes");
        assert_eq!(outboard.object_len(), len as u64);
        let stored = outboard.to_bytes();
        assert_eq!(stored.len() as u64, outboard_len(len as u64));
        let read = Outboard::from_bytes(&stored, outboard.hash(), len as u64)?;
        assert_eq!(read, outboard);
        assert_eq!(blocks(&bytes).count() as u64, block_count(len as u64));
        assert!(blocks(&bytes).all(|(index, block)| read.verify_block(index, block)));
    }
    Ok(())
}

#[test]
fn a_block_out_of_place_or_cut_is_refused() {
    let bytes = object(2 * BLOCK + 5);
    let outboard = Outboard::compute(&bytes[..]).unwrap();
    assert!(!outboard.verify_block(1, &bytes[..BLOCK]));
    assert!(!outboard.verify_block(0, &bytes[..BLOCK - 1]));
    assert!(!outboard.verify_block(2, &bytes[2 * BLOCK..2 * BLOCK + 4]));
    assert!(!outboard.verify_block(3, &[]));
    assert!(!outboard.verify_block(u64::MAX, &bytes[..BLOCK]));
}

#[test]
fn a_false_size_is_refused_with_the_tree_or_with_a_block() {
    let bytes = object(2 * BLOCK + 5);
    let outboard = Outboard::compute(&bytes[..]).unwrap();
    let claim = |len| Outboard::from_bytes(&outboard.to_bytes(), outboard.hash(), len);
    assert!(matches!(
        claim(2 * BLOCK_BYTES),
        Err(TreeError::Length { .. })
    ));
    let longer = claim(2 * BLOCK_BYTES + 6).unwrap();
    assert!(!longer.verify_block(2, &[&bytes[2 * BLOCK..], &[0]].concat()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn one_flipped_bit_is_caught(size in prop::sample::select(&SIZES[1..]), at: prop::sample::Index, bit in 0..8) {
        let mut bytes = object(size);
        let outboard = Outboard::compute(&bytes[..]).unwrap();
        let at = at.index(size);
        bytes[at] ^= 1_u8 << bit;
        let index = at / BLOCK;
        for (each, block) in blocks(&bytes) {
            prop_assert_eq!(outboard.verify_block(each, block), each != index as u64);
        }
        let mut stored = outboard.to_bytes().to_vec();
        if !stored.is_empty() {
            let at = at % stored.len();
            stored[at] ^= 1_u8 << bit;
            let read = Outboard::from_bytes(&stored, outboard.hash(), size as u64);
            prop_assert_eq!(read, Err(TreeError::Root));
        }
    }

    #[test]
    fn pieces_of_any_size_give_the_same_tree(cuts in prop::collection::vec(1..BLOCK * 2, 0..6)) {
        let bytes = object(4 * BLOCK + 9);
        let mut builder = OutboardBuilder::new();
        let mut rest = &bytes[..];
        for cut in cuts {
            let (now, later) = rest.split_at(cut.min(rest.len()));
            builder.update(now);
            rest = later;
        }
        builder.update(rest);
        prop_assert_eq!(builder.finish(), Outboard::compute(&bytes[..]).unwrap());
    }
}
