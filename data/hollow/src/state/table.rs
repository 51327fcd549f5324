//! Where each key's record lies: an open-addressing table in chunks that versions share.
//!
//! An entry is 64 bits: 32 of the key's hash (its tag), the block from 1, the record's place in the block. Of
//! the hash, 9 bits are the entry's home in its chunk and the next ones choose the chunk, so an entry can be
//! moved, and the table doubled, without reading a record. A lookup reads one line of cache, seldom a second,
//! then the record.

use std::sync::Arc;

use crate::limits::{BLOCK_BYTES, MAX_BLOCKS, MAX_RECORDS};
use crate::state::arena::ENTRY_ALIGN;

const HOME_BITS: u32 = 9;
const LINES: usize = 1 << HOME_BITS;
/// Entries of a line of cache: they are compared at once, without a branch that could be foretold wrongly.
const WIDTH: usize = 8;
const MAX_CHUNKS: usize = 1 << (u32::BITS - HOME_BITS);
/// A chunk fuller than this has the table doubled: too many lines would be full.
const MAX_USED: u32 = (LINES * WIDTH) as u32 / 4 * 3;
/// Entries per chunk that a table is made for: the deviation to the fullest chunk fits below [`MAX_USED`].
const EXPECTED: usize = 2_600;
/// Bits of a record's place in its block.
const UNIT_BITS: u32 = (BLOCK_BYTES / ENTRY_ALIGN).trailing_zeros();

const _: () = assert!(BLOCK_BYTES / ENTRY_ALIGN == 1 << UNIT_BITS);
const _: () = assert!(MAX_BLOCKS < 1 << (u32::BITS - UNIT_BITS));
const _: () = assert!(MAX_RECORDS <= (MAX_CHUNKS * EXPECTED) as u64);

/// Where a record begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) block: usize,
    /// A multiple of [`ENTRY_ALIGN`].
    pub(crate) byte: usize,
}

impl Place {
    fn bits(self) -> u32 {
        ((self.block as u32 + 1) << UNIT_BITS) | (self.byte / ENTRY_ALIGN) as u32
    }

    #[inline]
    fn of(bits: u32) -> Self {
        Self {
            block: (bits >> UNIT_BITS) as usize - 1,
            byte: (bits & ((1 << UNIT_BITS) - 1)) as usize * ENTRY_ALIGN,
        }
    }
}

/// Entries, those not used zero. The first ones are used; a place that is used is never zero.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Line {
    tags: [u32; WIDTH],
    places: [u32; WIDTH],
}

impl Line {
    const EMPTY: Self = Self {
        tags: [0; WIDTH],
        places: [0; WIDTH],
    };

    /// A bit for each entry with this tag.
    #[inline]
    fn tagged(&self, tag: u32) -> u32 {
        let mut bits = 0;
        for (at, other) in self.tags.iter().enumerate() {
            bits |= u32::from(*other == tag) << at;
        }
        bits
    }

    fn set(&mut self, at: usize, (tag, place): (u32, u32)) {
        self.tags[at] = tag;
        self.places[at] = place;
    }

    fn at(&self, at: usize) -> (u32, u32) {
        (self.tags[at], self.places[at])
    }

    fn is_full(&self) -> bool {
        self.places[WIDTH - 1] != 0
    }

    fn used(&self) -> usize {
        self.places.iter().take_while(|place| **place != 0).count()
    }
}

/// Lines; an entry is in its home or, where that was full, in the first line after it that was not.
#[derive(Debug, Clone)]
struct Chunk {
    lines: [Line; LINES],
    used: u32,
}

impl Chunk {
    #[expect(
        clippy::large_stack_arrays,
        reason = "a chunk is 32 KiB, made one at a time, and its entries are read without a pointer between"
    )]
    const EMPTY: Self = Self {
        lines: [Line::EMPTY; LINES],
        used: 0,
    };

    /// What `accept` makes of the entry of this tag that it takes, and where that is: its line and its
    /// place in it.
    #[inline]
    fn seek<T>(
        &self,
        tag: u32,
        mut accept: impl FnMut(Place) -> Option<T>,
    ) -> Option<(T, usize, usize)> {
        let mut at = home(tag);
        loop {
            let line = &self.lines[at];
            let mut same = line.tagged(tag);
            while same != 0 {
                let found = same.trailing_zeros() as usize % WIDTH;
                let place = line.places[found];
                // A tag of zero is also that of entries not used.
                if place != 0
                    && let Some(accepted) = accept(Place::of(place))
                {
                    return Some((accepted, at, found));
                }
                same &= same - 1;
            }
            if !line.is_full() {
                return None;
            }
            at = (at + 1) % LINES;
        }
    }

    fn add(&mut self, entry: (u32, u32)) {
        let mut at = home(entry.0);
        while self.lines[at].is_full() {
            at = (at + 1) % LINES;
        }
        let used = self.lines[at].used();
        self.lines[at].set(used, entry);
        self.used += 1;
    }

    /// Takes an entry out, and moves one that had to go past its line back into it, and so on.
    fn clear(&mut self, mut hole: usize, mut place: usize) {
        self.used -= 1;
        loop {
            let line = &mut self.lines[hole];
            let was_full = line.is_full();
            let last = line.used() - 1;
            line.set(place, line.at(last));
            line.set(last, (0, 0));
            if !was_full {
                return;
            }
            let Some((from, found)) = self.pushed_past(hole) else {
                return;
            };
            let entry = self.lines[from].at(found);
            self.lines[hole].set(last, entry);
            (hole, place) = (from, found);
        }
    }

    /// An entry after a line that would be in it, had it not been full.
    fn pushed_past(&self, hole: usize) -> Option<(usize, usize)> {
        for distance in 1..LINES {
            let at = (hole + distance) % LINES;
            let line = &self.lines[at];
            let past = |found: &usize| {
                let from_home = at.wrapping_sub(home(line.tags[*found])) % LINES;
                line.places[*found] != 0 && from_home >= distance
            };
            if let Some(found) = (0..WIDTH).find(past) {
                return Some((at, found));
            }
            if !line.is_full() {
                return None;
            }
        }
        None
    }
}

fn home(tag: u32) -> usize {
    tag as usize % LINES
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
        (hash as u32 >> HOME_BITS) as usize & (self.chunks.len() - 1)
    }

    /// What `accept` makes of the record of this hash that it takes.
    #[inline]
    pub(crate) fn find<T>(&self, hash: u64, accept: impl FnMut(Place) -> Option<T>) -> Option<T> {
        let chunk = &self.chunks[self.chunk(hash)];
        let (accepted, ..) = chunk.seek(hash as u32, accept)?;
        Some(accepted)
    }

    /// Adds a place; doubles the table first when the chunk is full.
    pub(crate) fn add(&mut self, hash: u64, place: Place) {
        if self.chunks[self.chunk(hash)].used >= MAX_USED && self.chunks.len() < MAX_CHUNKS {
            self.double();
        }
        let chunk = self.chunk(hash);
        Arc::make_mut(&mut self.chunks[chunk]).add((hash as u32, place.bits()));
    }

    /// Puts `to` where `from` was.
    pub(crate) fn replace(&mut self, hash: u64, from: Place, to: Place) {
        let chunk = self.chunk(hash);
        let chunk = Arc::make_mut(&mut self.chunks[chunk]);
        if let Some(((), line, place)) =
            chunk.seek(hash as u32, |found| (found == from).then_some(()))
        {
            chunk.lines[line].places[place] = to.bits();
        }
    }

    /// Takes a place out.
    pub(crate) fn remove(&mut self, hash: u64, place: Place) {
        let chunk = self.chunk(hash);
        let chunk = Arc::make_mut(&mut self.chunks[chunk]);
        if let Some(((), line, place)) =
            chunk.seek(hash as u32, |found| (found == place).then_some(()))
        {
            chunk.clear(line, place);
        }
    }

    fn double(&mut self) {
        let old = self.chunks.len();
        let mut chunks = Self::for_records(old * 2 * EXPECTED).chunks;
        for entry in self.entries() {
            let chunk = (entry.0 >> HOME_BITS) as usize & (old * 2 - 1);
            Arc::make_mut(&mut chunks[chunk]).add(entry);
        }
        self.chunks = chunks;
    }

    /// Every record's place, in no order that means anything.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place> {
        self.entries().map(|(_, place)| Place::of(place))
    }

    fn entries(&self) -> impl Iterator<Item = (u32, u32)> {
        let lines = self.chunks.iter().flat_map(|chunk| &chunk.lines);
        let entries = lines.flat_map(|line| (0..WIDTH).map(|at| line.at(at)));
        entries.filter(|(_, place)| *place != 0)
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
            byte: number as usize * ENTRY_ALIGN % BLOCK_BYTES,
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
            let is = |found| (found == place(number)).then_some(found);
            assert_eq!(table.find(hash(number), is), Some(place(number)));
        }
        assert_eq!(table.places().count(), 20_000);
    }

    proptest! {
        /// Few hashes near the end of a chunk, so that lines fill, overflow and wrap.
        #[test]
        fn answers_as_a_map_does(steps in prop::collection::vec((0..40_u64, any::<bool>()), 1..200)) {
            let hash = |number: u64| (LINES as u64 - 2) + number / 14;
            let mut table = Table::for_records(0);
            let mut model = BTreeSet::new();
            let find = |table: &Table, number| {
                let is = |at: Place| (at.byte / ENTRY_ALIGN) as u64 % 64 == number;
                table.find(hash(number), |at| is(at).then_some(at))
            };
            for (number, put) in steps {
                match (put, find(&table, number)) {
                    (true, None) => table.add(hash(number), place(number)),
                    (true, Some(old)) => {
                        let new = Place { byte: old.byte + 64 * ENTRY_ALIGN, ..old };
                        table.replace(hash(number), old, new);
                    }
                    (false, Some(old)) => table.remove(hash(number), old),
                    (false, None) => {}
                }
                if put { model.insert(number); } else { model.remove(&number); }
                let before = table.clone();
                for number in 0..40 {
                    prop_assert_eq!(find(&before, number).is_some(), model.contains(&number));
                }
            }
        }
    }
}
