//! Lists of candidates, laid out for a reader who looks at a few of each.
//!
//! A list is some words of one array. First how many candidates there are and, a bit each, which of them was announced
//! otherwise than the one before; then the announcers' numbers; then, once for all that were announced alike, how.
//! Whoever weighs candidates reads the first two parts, three lines of memory for forty candidates, and of the third
//! what the answer needs.

use super::Candidate;
use crate::Announcer;
use crate::limits::MAX_CANDIDATES;

/// Words of a line of memory.
const LINE: usize = 16;
/// Words before the announcers.
const HEAD: usize = 3;
/// Words that say how something was announced.
const ROUTE: usize = 2;

const _: () = assert!(
    MAX_CANDIDATES <= u64::BITS as usize,
    "each has a bit of a word"
);

/// Every list, by where it begins.
#[derive(Debug, Default)]
pub(super) struct Lists {
    words: Vec<u32>,
    count: usize,
}

/// The candidates of an address, best announced first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Candidates<'a> {
    /// Those that were announced otherwise than the one before.
    begins: u64,
    announcers: &'a [u32],
    routes: &'a [u32],
}

impl Lists {
    /// Takes a list of at most [`MAX_CANDIDATES`] in; says where it begins.
    pub(super) fn add(&mut self, list: &[Candidate]) -> u32 {
        let begins = begins(list);
        let length = HEAD + list.len() + ROUTE * begins.count_ones() as usize;
        let in_line = self.words.len() % LINE;
        if in_line + length > LINE {
            // A list that fits in a line lies in one, and a longer one begins with a line.
            self.words
                .resize(self.words.len().next_multiple_of(LINE), 0);
        }
        let at = self.words.len() as u32;
        self.words
            .extend([list.len() as u32, begins as u32, (begins >> 32) as u32]);
        self.words.extend(list.iter().map(|one| one.by.0));
        for (at, one) in list.iter().enumerate() {
            if begins >> at & 1 == 1 {
                self.words.extend(route_words(one));
            }
        }
        self.count += 1;
        at
    }

    /// The list that begins there.
    pub(super) fn get(&self, at: u32) -> Candidates<'_> {
        let list = &self.words[at as usize..];
        let begins = u64::from(list[1]) | u64::from(list[2]) << 32;
        let (announcers, rest) = list[HEAD..].split_at(list[0] as usize);
        Candidates {
            begins,
            announcers,
            routes: &rest[..ROUTE * begins.count_ones() as usize],
        }
    }

    /// How many lists there are.
    pub(super) const fn count(&self) -> usize {
        self.count
    }
}

fn begins(list: &[Candidate]) -> u64 {
    let begins = |at: &usize| *at == 0 || list[*at].rank != list[at - 1].rank;
    (0..list.len())
        .filter(begins)
        .fold(0, |bits, at| bits | 1 << at)
}

fn route_words(one: &Candidate) -> [u32; ROUTE] {
    let rest = u32::from(one.path_len) << 16 | u32::from(one.prefix_len) << 8;
    [one.med, rest | u32::from(one.draining)]
}

impl<'a> Candidates<'a> {
    /// How many there are, at most [`MAX_CANDIDATES`].
    pub const fn len(&self) -> usize {
        self.announcers.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.announcers.is_empty()
    }

    /// Who they are.
    pub fn announcers(&self) -> impl ExactSizeIterator<Item = Announcer> + Clone + use<'a> {
        self.announcers.iter().map(|by| Announcer(*by))
    }

    /// The announcer of the candidate at this place.
    ///
    /// # Panics
    /// When there are fewer.
    pub const fn announcer(&self, at: usize) -> Announcer {
        Announcer(self.announcers[at])
    }

    /// The [`Candidate::rank`] of the candidate at this place.
    pub const fn rank(&self, at: usize) -> u8 {
        let until = self.begins & (u64::MAX >> (u64::BITS - 1 - at as u32));
        (until.count_ones() as u8).saturating_sub(1)
    }

    /// The candidate at this place.
    ///
    /// # Panics
    /// When there are fewer.
    pub const fn candidate(&self, at: usize) -> Candidate {
        let rank = self.rank(at);
        let route = rank as usize * ROUTE;
        let (med, rest) = (self.routes[route], self.routes[route + 1]);
        Candidate {
            by: self.announcer(at),
            med,
            path_len: (rest >> 16) as u16,
            prefix_len: (rest >> 8) as u8,
            rank,
            draining: rest & 1 == 1,
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Candidate> + use<'a> {
        let all = *self;
        (0..all.len()).map(move |at| all.candidate(at))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_list() -> impl Strategy<Value = Vec<Candidate>> {
        let one = (
            any::<u32>(),
            any::<u32>(),
            any::<u16>(),
            any::<u8>(),
            any::<bool>(),
        );
        let alike = proptest::collection::vec((one, 1_usize..6), 0..MAX_CANDIDATES);
        alike.prop_map(|alike| {
            let ranked = (0_u8..).zip(alike).flat_map(|(rank, (one, count))| {
                (0..count as u32).map(move |more| Candidate {
                    by: Announcer(one.0.wrapping_add(more)),
                    med: one.1,
                    path_len: one.2,
                    prefix_len: one.3,
                    rank,
                    draining: one.4,
                })
            });
            ranked.take(MAX_CANDIDATES).collect()
        })
    }

    proptest! {
        #[test]
        fn what_was_put_in_comes_out(all in proptest::collection::vec(any_list(), 0..20)) {
            let mut lists = Lists::default();
            let at: Vec<u32> = all.iter().map(|list| lists.add(list)).collect();
            prop_assert_eq!(lists.count(), all.len());
            for (at, list) in at.into_iter().zip(&all) {
                let found = lists.get(at);
                prop_assert_eq!(found.iter().collect::<Vec<_>>(), list.clone());
                let ranks = list.iter().map(|one| one.rank).collect::<Vec<_>>();
                let found_ranks = (0..found.len()).map(|at| found.rank(at));
                prop_assert_eq!(found_ranks.collect::<Vec<_>>(), ranks);
                let words = HEAD + list.len();
                let (first, last) = (at as usize / LINE, (at as usize + words - 1) / LINE);
                prop_assert!(last - first <= words / LINE, "no line more than needed");
            }
        }
    }
}
