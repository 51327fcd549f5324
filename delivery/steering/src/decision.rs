//! The decision: which appliances should serve a client, as a function of what is known and nothing else.
//!
//! Candidates are the appliances that announced the client's network, and those that serve every network.
//! They are compared by the [`Criterion`]s of a [`Ranker`], in the ranker's order; where they weigh the same,
//! rendezvous hashing of release and appliance decides, so that one release keeps to few appliances (and
//! their caches hold it once) while releases spread over all. Those that cannot be among the first whatever else
//! they weigh are not looked at. Nothing is allocated once the [`Scratch`] has grown, so that the service, a
//! measurement and a simulation can run the same code at their own pace.

mod criterion;
mod fleet;
mod holdings;
mod learned;
mod merits;
mod pick;
mod place;
mod ranker;
mod reason;
mod reservations;
mod weigh;

use std::net::IpAddr;
use std::time::Duration;

use contracts_delivery::ReleaseId;
use delivery_routes::{Announcer, Candidates, RouteTable};
use ipnet::IpNet;

pub use criterion::{Content, Criterion, Standing, Throughput};
pub use fleet::{Fleet, Load, Member, Moment, TooMany};
pub use holdings::{Holdings, NoSuchFile};
pub use learned::{Learned, Measured, Sample};
pub use place::{Nearness, Place};
pub use ranker::{BadRanker, Ranker};
pub use reservations::Reservations;
pub use weigh::{RouteWeight, Weighed, Weight};

use pick::{Entry, Pick};
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
    /// How many there were to choose from: those that announced the network and those that serve every one.
    pub candidates: usize,
    /// How many of them were weighed; the others could not have been among the first.
    pub weighed: usize,
}

/// Space reused from decision to decision.
#[derive(Debug, Default)]
pub struct Scratch {
    best: Vec<Entry>,
    ranked: Vec<Weighed>,
}

/// Ranks the appliances for `question`.
pub fn decide<'a>(
    knowledge: &Knowledge,
    routes: &RouteTable,
    ranker: &Ranker,
    question: &Question,
    scratch: &'a mut Scratch,
) -> Decision<'a> {
    // Looked up first: neither of the two has to wait for the other's memory.
    let held = ranker
        .asks(Criterion::Content)
        .then(|| knowledge.holdings.of(question.release))
        .flatten();
    let found = routes.find(question.client);
    let network = found.map(|found| found.network);
    let candidates = found.map_or_else(Candidates::default, |found| found.candidates);
    let scales = Scales::new(knowledge, ranker, question, held, network);
    let everywhere = knowledge.fleet.everywhere();
    let mut pick = Pick::new(&scales, seed(question.release), &mut scratch.best);
    pick.announced(candidates);
    pick.everywhere(everywhere);
    let weighed = pick.keep_an_origin();
    scratch.ranked.clear();
    let answer = scratch.best.iter().map(|entry| {
        let route = entry.place.map(|place| candidates.candidate(place.into()));
        Weighed {
            by: entry.by,
            weight: scales.weight(entry.by, &entry.merits, route),
        }
    });
    scratch.ranked.extend(answer);
    Decision {
        network,
        ranked: &scratch.ranked,
        candidates: candidates.len() + everywhere.len(),
        weighed,
    }
}

#[cfg(test)]
mod tests;
