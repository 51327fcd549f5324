//! Where each key's record lies: an open-addressing table in chunks that versions share.
//!
//! An entry is 64 bits: 28 of the key's hash, the block from 1, the byte in the block. Of the hash, 12 bits
//! are the entry's home in its chunk and up to 16 choose the chunk, so an entry can be moved, and the table
//! doubled, without reading a record. A lookup reads one entry or a few neighbours, then one record.

use std::sync::Arc;

use crate::limits::MAX_BLOCKS;

const HOME_BITS: u32 = 12;
const SLOTS: usize = 1 << HOME_BITS;
const TAG_BITS: u32 = 28;
const BYTE_BITS: u32 = 20;
const TAG_SHIFT: u32 = 64 - TAG_BITS;
const MAX_CHUNKS: usize = 1 << (TAG_BITS - HOME_BITS);
/// A chunk fuller than this has the table doubled: runs of neighbours get long beyond three quarters.
const MAX_USED: u32 = (SLOTS as u32 / 4) * 3;
/// Entries per chunk that a table is made for: the deviation to the fullest chunk fits below [`MAX_USED`].
const EXPECTED: usize = 2_600;

const _: () = assert!(crate::limits::BLOCK_BYTES <= 1 << BYTE_BITS);
const _: () = assert!(MAX_BLOCKS < 1 << (TAG_SHIFT - BYTE_BITS));
const _: () = assert!(crate::limits::MAX_RECORDS <= (MAX_CHUNKS * EXPECTED) as u64);

/// Where a record begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) block: usize,
    pub(crate) byte: usize,
}

impl Place {
    fn bits(self) -> u64 {
        ((self.block as u64 + 1) << BYTE_BITS) | self.byte as u64
    }

    fn of(slot: u64) -> Self {
        Self {
            block: ((slot >> BYTE_BITS) & ((1 << (TAG_SHIFT - BYTE_BITS)) - 1)) as usize - 1,
            byte: (slot & ((1 << BYTE_BITS) - 1)) as usize,
        }
    }
}

#[derive(Debug, Clone)]
struct Chunk {
    slots: [u64; SLOTS],
    used: u32,
}

impl Chunk {
    #[expect(
        clippy::large_stack_arrays,
        reason = "a chunk is 32 KiB, made one at a time, and its entries are read without a pointer between"
    )]
    const EMPTY: Self = Self {
        slots: [0; SLOTS],
        used: 0,
    };

    /// The first slot from the tag's home on for which `is` holds, or the empty one that ends the search.
    #[inline]
    fn seek(&self, tag: u64, mut is: impl FnMut(u64) -> bool) -> (usize, u64) {
        let mut at = home(tag);
        loop {
            let slot = self.slots[at];
            if slot == 0 || (slot >> TAG_SHIFT == tag && is(slot)) {
                return (at, slot);
            }
            at = (at + 1) % SLOTS;
        }
    }

    fn add(&mut self, slot: u64) {
        let (at, _) = self.seek(slot >> TAG_SHIFT, |_| false);
        self.slots[at] = slot;
        self.used += 1;
    }

    /// Empties a slot and moves later entries of its run back to where a search finds them.
    fn clear(&mut self, mut hole: usize) {
        let mut at = (hole + 1) % SLOTS;
        while self.slots[at] != 0 {
            let from_home = at.wrapping_sub(home(self.slots[at] >> TAG_SHIFT)) % SLOTS;
            if from_home >= at.wrapping_sub(hole) % SLOTS {
                self.slots[hole] = self.slots[at];
                hole = at;
            }
            at = (at + 1) % SLOTS;
        }
        self.slots[hole] = 0;
        self.used -= 1;
    }
}

fn tag(hash: u64) -> u64 {
    hash & ((1 << TAG_BITS) - 1)
}

fn home(tag: u64) -> usize {
    tag as usize % SLOTS
}

/// Keys' hashes and their records' places. Clones share their chunks.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// As many as a power of two.
    chunks: Vec<Arc<Chunk>>,
}

impl Table {
    /// A table with room for about `records`.
    pub(crate) fn for_records(records: usize) -> Self {
        let chunks = records.div_ceil(EXPECTED).next_power_of_two();
        let empty = || Arc::new(Chunk::EMPTY);
        Self {
            chunks: (0..chunks.min(MAX_CHUNKS)).map(|_| empty()).collect(),
        }
    }

    #[inline]
    fn chunk(&self, hash: u64) -> usize {
        (tag(hash) >> HOME_BITS) as usize & (self.chunks.len() - 1)
    }

    /// The place of the record of this hash for which `is` holds.
    #[inline]
    pub(crate) fn find(&self, hash: u64, mut is: impl FnMut(Place) -> bool) -> Option<Place> {
        let chunk = &self.chunks[self.chunk(hash)];
        let (_, slot) = chunk.seek(tag(hash), |slot| is(Place::of(slot)));
        (slot != 0).then(|| Place::of(slot))
    }

    /// Adds a place; doubles the table first when the chunk is full.
    pub(crate) fn add(&mut self, hash: u64, place: Place) {
        if self.chunks[self.chunk(hash)].used >= MAX_USED && self.chunks.len() < MAX_CHUNKS {
            self.double();
        }
        let chunk = self.chunk(hash);
        Arc::make_mut(&mut self.chunks[chunk]).add((tag(hash) << TAG_SHIFT) | place.bits());
    }

    /// Puts `to` where `from` was.
    pub(crate) fn replace(&mut self, hash: u64, from: Place, to: Place) {
        let chunk = self.chunk(hash);
        let chunk = Arc::make_mut(&mut self.chunks[chunk]);
        let (at, _) = chunk.seek(tag(hash), |slot| Place::of(slot) == from);
        chunk.slots[at] = (tag(hash) << TAG_SHIFT) | to.bits();
    }

    /// Takes a place out.
    pub(crate) fn remove(&mut self, hash: u64, place: Place) {
        let chunk = self.chunk(hash);
        let chunk = Arc::make_mut(&mut self.chunks[chunk]);
        let (at, _) = chunk.seek(tag(hash), |slot| Place::of(slot) == place);
        chunk.clear(at);
    }

    fn double(&mut self) {
        let old = self.chunks.len();
        let mut chunks = Self::for_records(old * 2 * EXPECTED).chunks;
        for slot in self.chunks.iter().flat_map(|chunk| chunk.slots) {
            if slot != 0 {
                let chunk = (slot >> (TAG_SHIFT + HOME_BITS)) as usize & (old * 2 - 1);
                Arc::make_mut(&mut chunks[chunk]).add(slot);
            }
        }
        self.chunks = chunks;
    }

    /// Every record's place, in no order that means anything.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place> {
        let slots = self.chunks.iter().flat_map(|chunk| &chunk.slots);
        slots
            .filter(|slot| **slot != 0)
            .map(|slot| Place::of(*slot))
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        self.chunks.len() * size_of::<Chunk>()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn place(number: u64) -> Place {
        Place {
            block: (number % 1_000) as usize,
            byte: number as usize % (1 << BYTE_BITS),
        }
    }

    #[test]
    fn grows_and_loses_nothing() {
        let mut table = Table::for_records(0);
        let hash = |number: u64| number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 7;
        for number in 0..20_000 {
            table.add(hash(number), place(number));
        }
        assert_eq!(table.chunks.len(), 8);
        for number in 0..20_000 {
            let found = table.find(hash(number), |found| found == place(number));
            assert_eq!(found, Some(place(number)));
        }
        assert_eq!(table.places().count(), 20_000);
    }

    proptest! {
        /// Few hashes near the end of a chunk, so that runs are long, meet and wrap.
        #[test]
        fn answers_as_a_map_does(steps in prop::collection::vec((0..40_u64, any::<bool>()), 1..200)) {
            let hash = |number: u64| (SLOTS as u64 - 8) + number / 4;
            let mut table = Table::for_records(0);
            let mut model = BTreeSet::new();
            for (number, put) in steps {
                let find = |table: &Table| table.find(hash(number), |at| at.byte as u64 % 64 == number);
                match (put, find(&table)) {
                    (true, None) => table.add(hash(number), place(number)),
                    (true, Some(old)) => {
                        let new = Place { byte: old.byte + 64, ..old };
                        table.replace(hash(number), old, new);
                    }
                    (false, Some(old)) => table.remove(hash(number), old),
                    (false, None) => {}
                }
                if put { model.insert(number); } else { model.remove(&number); }
                let before = table.clone();
                for number in 0..40 {
                    let found = before.find(hash(number), |at| at.byte as u64 % 64 == number);
                    prop_assert_eq!(found.is_some(), model.contains(&number));
                }
            }
        }
    }
}
