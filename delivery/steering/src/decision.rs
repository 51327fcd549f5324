//! The decision: which appliances should serve a client, as a function of what is known and nothing else.
//!
//! Candidates are the appliances that announced the client's network, and those that serve every network.
//! Each is weighed by the [`Criterion`]s of a [`Ranker`], in the ranker's order; where they weigh the same,
//! rendezvous hashing of release and appliance decides, so that one release keeps to few appliances (and
//! their caches hold it once) while releases spread over all. Nothing is allocated once the [`Scratch`] has
//! grown, so that the service, a measurement and a simulation can run the same code at their own pace.

mod criterion;
mod fleet;
mod holdings;
mod learned;
mod place;
mod ranker;
mod reason;
mod reservations;
mod weigh;

use std::net::IpAddr;
use std::time::Duration;

use contracts_delivery::{ReleaseId, Tier};
use delivery_routes::{Announcer, Candidate, RouteTable};
use ipnet::IpNet;

pub use criterion::{Content, Criterion, Standing, Throughput};
pub use fleet::{Fleet, Load, Member, Moment, TooMany};
pub use holdings::{Holdings, NoSuchFile};
pub use learned::{Learned, Measured, Sample};
pub use place::{Nearness, Place};
pub use ranker::{BadRanker, Ranker};
pub use reservations::Reservations;
pub use weigh::{RouteWeight, Weighed, Weight};

use weigh::Scales;
pub(crate) use weigh::{affinity, seed, word};

/// What decisions are made of, beside the routes.
#[derive(Debug, Default)]
pub struct Knowledge {
    /// The appliances.
    pub fleet: Fleet,
    /// Who holds which files.
    pub holdings: Holdings,
    /// What clients measured.
    pub learned: Learned,
}

/// Who asks for what.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// Where the request came from.
    pub client: IpAddr,
    /// Where that is on the earth; unknown when absent.
    pub place: Option<Place>,
    /// The release to be played.
    pub release: ReleaseId,
    /// Which of its files are wanted, a bit each, in the order of [`Holdings::describe`].
    pub wanted: u64,
    /// The rate to be set aside for the play, in kilobits a second.
    pub nominal_kbps: u32,
    /// The appliance in use: it stays first unless it broke.
    pub using: Option<Announcer>,
    /// Monotonic.
    pub now: Duration,
}

/// The answer. It borrows the scratch space it was made in.
#[derive(Debug)]
pub struct Decision<'a> {
    /// The most specific prefix announced around the client.
    pub network: Option<IpNet>,
    /// Best first; at most as many as the ranker names, an origin among them if one is up.
    pub ranked: &'a [Weighed],
    /// How many were weighed.
    pub considered: usize,
}

/// Space reused from decision to decision.
#[derive(Debug, Default)]
pub struct Scratch {
    best: Vec<Entry>,
    ranked: Vec<Weighed>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    key: u64,
    by: Announcer,
    route: Option<Candidate>,
}

/// Ranks the appliances for `question`.
pub fn decide<'a>(
    knowledge: &Knowledge,
    routes: &RouteTable,
    ranker: &Ranker,
    question: &Question,
    scratch: &'a mut Scratch,
) -> Decision<'a> {
    let found = routes.find(question.client);
    let network = found.map(|found| found.network);
    let candidates = found.map_or(&[][..], |found| found.candidates);
    let scales = Scales::new(knowledge, ranker, question, network);
    let mut pick = Pick {
        scales: &scales,
        seed: seed(question.release),
        best: &mut scratch.best,
        origin: None,
        considered: 0,
    };
    pick.best.clear();
    for candidate in candidates {
        pick.weigh(candidate.by, Some(*candidate));
    }
    for by in knowledge.fleet.everywhere() {
        pick.weigh(*by, None);
    }
    pick.keep_an_origin();
    let considered = pick.considered;
    scratch.ranked.clear();
    let weighed = scratch.best.iter().filter_map(|entry| {
        let weight = scales.weigh(entry.by, scales.up(entry.by)?, entry.route.as_ref());
        Some(Weighed {
            by: entry.by,
            weight,
        })
    });
    scratch.ranked.extend(weighed);
    Decision {
        network,
        ranked: &scratch.ranked,
        considered,
    }
}

/// The best so far.
struct Pick<'a> {
    scales: &'a Scales<'a>,
    seed: u64,
    best: &'a mut Vec<Entry>,
    /// The best origin, which is the last resort and has a place in every answer.
    origin: Option<Entry>,
    considered: usize,
}

impl Pick<'_> {
    fn weigh(&mut self, by: Announcer, route: Option<Candidate>) {
        let Some(member) = self.scales.up(by) else {
            return;
        };
        self.considered += 1;
        let (scales, is_origin) = (self.scales, member.tier == Tier::Origin);
        let mut weight = scales.at_best(by, member, route.as_ref());
        if !is_origin && self.is_full_of_better_than(weight.key(scales.ranker, 0)) {
            return;
        }
        scales.complete(&mut weight, by, member);
        let tie = affinity(self.seed, member.seed);
        let key = weight.key(scales.ranker, tie);
        let entry = Entry { key, by, route };
        let better = |known: &Option<Entry>| known.is_none_or(|known| entry.key < known.key);
        if is_origin && better(&self.origin) {
            self.origin = Some(entry);
        }
        self.insert(entry);
    }

    fn is_full(&self) -> bool {
        self.best.len() >= self.scales.ranker.longest()
    }

    fn is_full_of_better_than(&self, key: u64) -> bool {
        self.is_full() && self.best.last().is_some_and(|last| last.key < key)
    }

    fn insert(&mut self, entry: Entry) {
        let order = |entry: &Entry| (entry.key, entry.by);
        if self.is_full() {
            match self.best.last() {
                Some(last) if order(&entry) < order(last) => {
                    self.best.pop();
                }
                _ => return,
            }
        }
        let after = |known: &&Entry| order(known) > order(&entry);
        let at = self.best.len() - self.best.iter().rev().take_while(after).count();
        self.best.insert(at, entry);
    }

    fn keep_an_origin(&mut self) {
        let Some(origin) = self.origin else { return };
        if self.best.iter().all(|entry| entry.by != origin.by) {
            let has_one = |entry: &Entry| self.scales.tier(entry.by) == Tier::Origin;
            if !self.best.iter().any(has_one) {
                self.best.pop();
                self.best.push(origin);
            }
        }
    }
}

#[cfg(test)]
mod tests;
