//! The best of the candidates, found by looking closely at few of them.
//!
//! What is known of a candidate without reading of it (how it was announced, what it holds) bounds what it may come to.
//! The candidates go by in the order of that bound; once the answer is full of better ones the rest are passed over.

use contracts_delivery::Tier;
use delivery_routes::{Announcer, Candidates};

use super::holdings::places;
use super::merits::Merits;
use super::weigh::{Scales, UNROUTED, affinity};
use super::{Content, Member};

/// Appliances that are read at once: about as many as an answer names.
const BATCH: usize = 8;

/// One of the best.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    key: u64,
    pub(super) by: Announcer,
    /// Its place among the candidates; none when it serves every network.
    pub(super) place: Option<u8>,
    pub(super) merits: Merits,
}

/// One that may become one of them.
#[derive(Debug, Clone, Copy)]
struct Contender {
    by: Announcer,
    place: Option<u8>,
    content: Content,
    rank: u64,
}

/// The best so far.
pub(super) struct Pick<'a> {
    scales: &'a Scales<'a>,
    seed: u64,
    best: &'a mut Vec<Entry>,
    /// The best origin, which is the last resort and has a place in every answer.
    origin: Option<Entry>,
    weighed: usize,
}

impl<'a> Pick<'a> {
    pub(super) fn new(scales: &'a Scales<'a>, seed: u64, best: &'a mut Vec<Entry>) -> Self {
        best.clear();
        Self {
            scales,
            seed,
            best,
            origin: None,
            weighed: 0,
        }
    }

    /// Takes in those that announced the client's network.
    pub(super) fn announced(&mut self, candidates: Candidates<'_>) {
        // Every origin is weighed, as one may have a place that others win; so is what is in use, which comes first
        // whatever it holds.
        let (mut whole, mut origins) = (0, 0);
        for (at, by) in candidates.announcers().enumerate() {
            origins |= u64::from(self.scales.fleet().is_origin(by)) << at;
            whole |= u64::from(self.scales.is_used(by)) << at;
        }
        whole |= origins;
        let held = self.scales.held_among(candidates).without(origins);
        for at in places(whole) {
            if let Some(member) = self.scales.up(candidates.announcer(at)) {
                self.weigh(&Contender::listed(candidates, at, held.content(at)), member);
            }
        }
        let every = u64::MAX.checked_shr(u64::BITS - candidates.len() as u32);
        let left = every.unwrap_or(0) & !whole;
        let by_content = [
            (Content::All, left & held.all),
            (Content::Some, left & held.some),
            (Content::Nothing, left & !held.all & !held.some),
        ];
        for (content, of_content) in by_content {
            self.of_content(candidates, content, of_content);
        }
    }

    /// Takes in those of one content, as long as one may be among the first.
    fn of_content(&mut self, candidates: Candidates<'_>, content: Content, mut left: u64) {
        while left != 0 {
            let first = left.trailing_zeros() as usize;
            if self.is_beaten(content, candidates.rank(first)) {
                return;
            }
            // Several are read at once: one that memory is slow to give does not hold up the next.
            let mut batch = [(0, None); BATCH];
            let mut count = 0;
            for (slot, at) in batch.iter_mut().zip(places(left)) {
                *slot = (at, self.scales.up(candidates.announcer(at)));
                count += 1;
                left &= left - 1;
            }
            for (at, member) in &batch[..count] {
                if self.is_beaten(content, candidates.rank(*at)) {
                    return;
                }
                if let Some(member) = member {
                    self.weigh(&Contender::listed(candidates, *at, content), member);
                }
            }
        }
    }

    /// Whether none of this content and rank can be among the first any more, and so none of a later rank.
    fn is_beaten(&self, content: Content, rank: u8) -> bool {
        self.is_full_of_better_than(self.scales.bound(content, rank.into()))
    }

    /// Takes in those that serve every network.
    pub(super) fn everywhere(&mut self, appliances: &[Announcer]) {
        for by in appliances {
            let is_origin = self.scales.fleet().is_origin(*by);
            let content = if is_origin {
                Content::Nothing
            } else {
                self.scales.content(*by)
            };
            let contender = Contender {
                by: *by,
                place: None,
                content,
                rank: UNROUTED,
            };
            let bound = self.scales.bound(content, UNROUTED);
            let is_special = is_origin || self.scales.is_used(*by);
            if (is_special || !self.is_full_of_better_than(bound))
                && let Some(member) = self.scales.up(*by)
            {
                self.weigh(&contender, member);
            }
        }
    }

    fn weigh(&mut self, contender: &Contender, member: &Member) {
        self.weighed += 1;
        let scales = self.scales;
        let mut merits = scales.at_best(contender.by, member, contender.content, contender.rank);
        let bound = merits.bound(scales.ranker);
        if !self.may_matter(&merits, bound) {
            return;
        }
        scales.complete(&mut merits, contender.by, member);
        let bound = merits.but_for_ties(scales.ranker, bound);
        if !self.may_matter(&merits, bound) {
            return;
        }
        let entry = Entry {
            key: merits.with_tie(scales.ranker, bound, affinity(self.seed, member.seed)),
            by: contender.by,
            place: contender.place,
            merits,
        };
        if merits.tier == Tier::Origin && self.origin.is_none_or(|known| entry.is_before(&known)) {
            self.origin = Some(entry);
        }
        self.insert(entry);
    }

    /// Whether an appliance may be among the first, or be the best origin, that comes to no less than `bound`.
    fn may_matter(&self, merits: &Merits, bound: u64) -> bool {
        let is_last_resort =
            merits.tier == Tier::Origin && self.origin.is_none_or(|known| bound <= known.key);
        is_last_resort || merits.stays || !self.is_full_of_better_than(bound)
    }

    fn is_full(&self) -> bool {
        self.best.len() >= self.scales.ranker.longest()
    }

    fn is_full_of_better_than(&self, key: u64) -> bool {
        self.is_full() && self.best.last().is_some_and(|last| last.key < key)
    }

    fn insert(&mut self, entry: Entry) {
        if self.is_full() {
            match self.best.last() {
                Some(last) if entry.is_before(last) => {
                    self.best.pop();
                }
                _ => return,
            }
        }
        let after = self.best.iter().rev();
        let after = after.take_while(|known| entry.is_before(known)).count();
        self.best.insert(self.best.len() - after, entry);
    }

    /// Gives the best origin a place where none has one; says how many appliances were weighed.
    pub(super) fn keep_an_origin(self) -> usize {
        if let Some(origin) = self.origin
            && !self
                .best
                .iter()
                .any(|one| self.scales.fleet().is_origin(one.by))
        {
            self.best.pop();
            self.best.push(origin);
        }
        self.weighed
    }
}

impl Contender {
    const fn listed(candidates: Candidates<'_>, at: usize, content: Content) -> Self {
        Self {
            by: candidates.announcer(at),
            place: Some(at as u8),
            content,
            rank: candidates.rank(at) as u64,
        }
    }
}

impl Entry {
    fn is_before(&self, other: &Self) -> bool {
        (self.key, self.by) < (other.key, other.by)
    }
}
