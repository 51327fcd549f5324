//! A Bloom filter of the partitions that may be split, in blocks of a cache line.

use std::sync::atomic::{AtomicU64, Ordering};

use xxhash_rust::xxh3::xxh3_128_with_seed;

use crate::limits::FILTER_BITS;

/// Words of a block: 64 bytes, a cache line.
const WORDS: usize = 8;
const BLOCK_BITS: usize = WORDS * 64;
/// Bits set per key: 9 hash bits choose each.
const PROBES: u32 = 7;
const PROBE_BITS: u32 = 9;

/// Says of a partition that it is not split, or that it may be. A check hashes the key once and touches one
/// cache line.
#[derive(Debug)]
pub struct SplitFilter {
    blocks: Vec<[AtomicU64; WORDS]>,
}

impl SplitFilter {
    /// A filter sized for so many partitions. With twice as many it still says nothing wrong, only "may be"
    /// more often.
    pub fn with_capacity(partitions: usize) -> Self {
        let blocks = (partitions.max(1) * FILTER_BITS).div_ceil(BLOCK_BITS);
        Self {
            blocks: std::iter::repeat_with(Default::default)
                .take(blocks)
                .collect(),
        }
    }

    /// Adds a partition of a slice.
    pub fn insert(&self, slice: u64, partition: &[u8]) {
        let (block, bits) = self.place(slice, partition);
        for (word, mask) in probes(bits) {
            block[word].fetch_or(mask, Ordering::Relaxed);
        }
    }

    /// Whether the partition may have been added; `false` is certain.
    pub fn may_hold(&self, slice: u64, partition: &[u8]) -> bool {
        let (block, bits) = self.place(slice, partition);
        probes(bits).all(|(word, mask)| block[word].load(Ordering::Relaxed) & mask != 0)
    }

    /// One half of the hash chooses the block, the other the bits in it.
    fn place(&self, slice: u64, partition: &[u8]) -> (&[AtomicU64; WORDS], u64) {
        let hash = xxh3_128_with_seed(partition, slice);
        let (high, low) = ((hash >> 64) as u64, hash as u64);
        let block = (u128::from(high) * self.blocks.len() as u128) >> 64;
        (&self.blocks[block as usize], low)
    }
}

fn probes(bits: u64) -> impl Iterator<Item = (usize, u64)> {
    (0..PROBES).map(move |probe| {
        let bit = (bits >> (probe * PROBE_BITS)) as usize % BLOCK_BITS;
        (bit / 64, 1 << (bit % 64))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_always_found_and_little_else() {
        const KEYS: u64 = 20_000;
        let filter = SplitFilter::with_capacity(KEYS as usize);
        (0..KEYS).for_each(|key| filter.insert(key % 5, &key.to_be_bytes()));
        let held = |slice: u64, key: u64| filter.may_hold(slice, &key.to_be_bytes());
        assert!((0..KEYS).all(|key| held(key % 5, key)));
        let wrong = (KEYS..2 * KEYS).filter(|key| held(key % 5, *key)).count();
        assert!(wrong < KEYS as usize / 50, "{wrong} false positives");
        let other_slice = (0..KEYS).filter(|key| held(key % 5 + 5, *key)).count();
        assert!(
            other_slice < KEYS as usize / 50,
            "{other_slice} of other slices"
        );
    }

    #[test]
    fn an_empty_filter_holds_nothing() {
        let filter = SplitFilter::with_capacity(0);
        assert!(!filter.may_hold(0, b"p"));
    }
}
