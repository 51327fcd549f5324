//! Prefixes laid flat: where along the addresses which prefix is the most specific.
//!
//! Nested prefixes become ranges that do not overlap, so that a look-up is one search among the few ranges
//! that begin under the same leading bits, and reads one or two lines of memory instead of a path of nodes.

/// Most leading bits by which the search is narrowed: four mebibytes of index, and some ranges under each value in a
/// table of the whole internet.
const MAX_INDEX_BITS: u32 = 20;

/// An address as a number.
pub(super) trait Address: Copy + Ord {
    /// Its first bits, so many.
    fn leading(self, bits: u32) -> usize;
    /// The last address of the prefix of `len` bits that begins here.
    fn last_of(self, len: u8) -> Self;
    /// The one after it; none after the greatest.
    fn next(self) -> Option<Self>;
}

macro_rules! address {
    ($number:ty) => {
        impl Address for $number {
            fn leading(self, bits: u32) -> usize {
                (self >> (<$number>::BITS - bits)) as usize
            }

            fn last_of(self, len: u8) -> Self {
                self | <$number>::MAX.checked_shr(len.into()).unwrap_or(0)
            }

            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }
        }
    };
}

address!(u32);
address!(u128);

/// The most specific prefix of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cover {
    /// Its candidates' list.
    pub(super) list: u32,
    /// Its length in bits.
    pub(super) len: u8,
}

/// From here to where the next begins; what lies there and how it is covered are read together.
#[derive(Debug, Clone, Copy)]
struct Range<A> {
    start: A,
    /// [`UNCOVERED`] where no prefix is.
    list: u32,
    len: u8,
}

const UNCOVERED: u32 = u32::MAX;

/// Ranges in order; each ends where the next begins.
#[derive(Debug)]
pub(super) struct Ranges<A> {
    parts: Vec<Range<A>>,
    /// By how many leading bits the index goes.
    index_bits: u32,
    /// For each value of the leading bits the first range that begins at it or after; one more at the end.
    index: Vec<u32>,
}

impl<A> Default for Ranges<A> {
    fn default() -> Self {
        Self {
            parts: Vec::new(),
            index_bits: 1,
            index: Vec::new(),
        }
    }
}

impl<A: Address> Ranges<A> {
    /// The most specific prefix around an address.
    pub(super) fn find(&self, address: A) -> Option<Cover> {
        let leading = address.leading(self.index_bits);
        let (from, to) = (*self.index.get(leading)?, self.index[leading + 1]);
        let near = &self.parts[from as usize..to as usize];
        let before = near.partition_point(|range| range.start <= address);
        let range = self.parts[(from as usize + before).checked_sub(1)?];
        (range.list != UNCOVERED).then_some(Cover {
            list: range.list,
            len: range.len,
        })
    }
}

/// Lays prefixes flat that come in their order: by address, the shorter first.
#[derive(Debug)]
pub(super) struct Flattening<A> {
    ranges: Ranges<A>,
    /// The last prefix and those around it: the last address of each, and what it covers.
    open: Vec<(A, Cover)>,
}

impl<A> Default for Flattening<A> {
    fn default() -> Self {
        Self {
            ranges: Ranges::default(),
            open: Vec::new(),
        }
    }
}

impl<A: Address> Flattening<A> {
    /// The next prefix.
    pub(super) fn add(&mut self, first: A, cover: Cover) {
        self.close(Some(first));
        self.begin(first, Some(cover));
        self.open.push((first.last_of(cover.len), cover));
    }

    /// All ranges, to be asked.
    pub(super) fn finish(mut self) -> Ranges<A> {
        self.close(None);
        let mut ranges = self.ranges;
        let Some(most) = ranges.parts.len().checked_ilog2() else {
            return ranges;
        };
        // As many values as ranges, where that is not too many.
        let bits = most.clamp(1, MAX_INDEX_BITS);
        let mut index = vec![0; (1 << bits) + 1];
        for range in &ranges.parts {
            index[range.start.leading(bits) + 1] += 1;
        }
        for value in 1..index.len() {
            index[value] += index[value - 1];
        }
        (ranges.index_bits, ranges.index) = (bits, index);
        ranges
    }

    /// Ends the prefixes that end before `next`: behind each the one around it goes on.
    fn close(&mut self, next: Option<A>) {
        while let Some((last, _)) = self.open.last().copied()
            && next.is_none_or(|next| last < next)
        {
            self.open.pop();
            if let Some(after) = last.next() {
                let around = self.open.last().map(|(_, cover)| *cover);
                self.begin(after, around);
            }
        }
    }

    /// A range that begins where the one before began leaves nothing of that one.
    fn begin(&mut self, start: A, cover: Option<Cover>) {
        let parts = &mut self.ranges.parts;
        if parts.last().is_some_and(|last| last.start == start) {
            parts.pop();
        }
        let (list, len) = cover.map_or((UNCOVERED, 0), |cover| (cover.list, cover.len));
        parts.push(Range { start, list, len });
    }
}
