//! Weighing one appliance for one question: into a key that compares, and into facts that explain.

use contracts_delivery::{ReleaseId, Tier};
use data_objects::ContentHash;
use delivery_routes::{Announcer, Candidate};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::holdings::Held;
use super::{
    Content, Criterion, Knowledge, Measured, Member, Moment, Nearness, Question, Ranker, Standing,
    Throughput,
};

/// The rank of an appliance that no route names: after every one that was announced.
const UNROUTED: u64 = u64::MAX;

/// An appliance in an answer, and why it has its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighed {
    /// Which.
    pub by: Announcer,
    /// What it weighed.
    pub weight: Weight,
}

/// What an appliance weighed for a question.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Weight {
    /// It is in use and stays.
    pub stays: bool,
    /// How far it can be relied on.
    pub standing: Standing,
    /// How much of what is wanted it holds.
    pub content: Content,
    /// How it was announced; absent when it serves every network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<RouteWeight>,
    /// Where it stands.
    pub tier: Tier,
    /// The part of its capacity in use, the play included.
    pub load: f32,
    /// Its capacity, in kilobits a second.
    pub capacity_kbps: u32,
    /// How near it is.
    pub nearness: Nearness,
    /// What clients of the network got from it.
    pub throughput: Throughput,
}

/// An announcement as it was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteWeight {
    /// Length of the prefix, in bits.
    pub prefix_len: u8,
    /// Length of the AS path.
    pub path_len: u16,
    /// The multi-exit discriminator.
    pub med: u32,
    /// Place among the announcements around the client, from 0.
    pub rank: u8,
    /// The network is taking the session down.
    pub draining: bool,
}

/// What is the same for all appliances of one decision.
pub(super) struct Scales<'a> {
    pub(super) ranker: &'a Ranker,
    knowledge: &'a Knowledge,
    question: &'a Question,
    now: Moment,
    held: Option<&'a Held>,
    measured: &'a [Measured],
}

impl<'a> Scales<'a> {
    pub(super) fn new(
        knowledge: &'a Knowledge,
        ranker: &'a Ranker,
        question: &'a Question,
        network: Option<IpNet>,
    ) -> Self {
        let held = ranker
            .asks(Criterion::Content)
            .then(|| knowledge.holdings.of(question.release))
            .flatten();
        Self {
            ranker,
            knowledge,
            question,
            now: question.now.into(),
            held,
            measured: network.map_or(&[], |network| knowledge.learned.of(network)),
        }
    }

    /// An appliance that reports.
    pub(super) fn up(&self, by: Announcer) -> Option<&'a Member> {
        let member = self.knowledge.fleet.get(by)?;
        (self.now < member.silent_from).then_some(member)
    }

    pub(super) fn tier(&self, by: Announcer) -> Tier {
        let member = self.knowledge.fleet.get(by);
        member.map_or(Tier::Origin, |member| member.tier)
    }

    /// What an appliance weighs for the question.
    pub(super) fn weigh(
        &self,
        by: Announcer,
        member: &Member,
        route: Option<&Candidate>,
    ) -> Weight {
        let mut weight = self.at_best(by, member, route);
        self.complete(&mut weight, by, member);
        weight
    }

    /// What it weighs at best: with all that is quick to tell, taken to be next door and fast. Most candidates
    /// are not even then among the first, and are looked at no further.
    pub(super) fn at_best(
        &self,
        by: Announcer,
        member: &Member,
        route: Option<&Candidate>,
    ) -> Weight {
        let suspected = self.now < member.suspected_until;
        let stays = self.question.using == Some(by) && !suspected;
        // What is in use has the play set aside already.
        let more = if stays { 0 } else { self.question.nominal_kbps };
        let load = member.load.with(more);
        Weight {
            stays,
            standing: if suspected {
                Standing::Suspected
            } else {
                self.ranker.room(load)
            },
            content: self.content(by, member),
            route: route.map(|route| RouteWeight {
                prefix_len: route.prefix_len,
                path_len: route.path_len,
                med: route.med,
                rank: route.rank,
                draining: route.draining,
            }),
            tier: member.tier,
            load,
            capacity_kbps: member.load.capacity_kbps,
            nearness: Nearness(0),
            throughput: Throughput::Ample,
        }
    }

    /// Adds what takes longer to tell.
    pub(super) fn complete(&self, weight: &mut Weight, by: Announcer, member: &Member) {
        let measured = self.measured(by);
        weight.nearness = self.nearness(member, measured);
        weight.throughput = self.throughput(measured);
    }

    fn content(&self, by: Announcer, member: &Member) -> Content {
        match self.held {
            Some(held) if member.tier != Tier::Origin => held.content(by, self.question.wanted),
            _ => Content::Nothing,
        }
    }

    fn measured(&self, by: Announcer) -> Option<&Measured> {
        let at = self.measured.binary_search_by_key(&by, |one| one.by).ok()?;
        Some(&self.measured[at])
    }

    fn nearness(&self, member: &Member, measured: Option<&Measured>) -> Nearness {
        if let Some(rtt_ms) = measured.and_then(|measured| measured.rtt_ms) {
            return Nearness::of_rtt(rtt_ms);
        }
        match (self.question.place, member.place) {
            (Some(client), Some(appliance)) => Nearness::between(client, appliance),
            _ => Nearness::UNKNOWN,
        }
    }

    fn throughput(&self, measured: Option<&Measured>) -> Throughput {
        let needed = self.question.nominal_kbps as f32;
        match measured.and_then(|measured| measured.kbps) {
            None => Throughput::Unknown,
            Some(kbps) if kbps >= 2.0 * needed => Throughput::Ample,
            Some(kbps) if kbps >= needed => Throughput::Enough,
            Some(_) => Throughput::Short,
        }
    }
}

impl Weight {
    /// What it comes to; the lesser is the better. `tie` decides what the criteria do not.
    pub(crate) fn key(&self, ranker: &Ranker, tie: u64) -> u64 {
        if self.stays {
            return 0;
        }
        let standing = match self.standing {
            Standing::Suspected => Standing::Suspected,
            _ => ranker.room(self.load),
        };
        let rank = self.route.map_or(UNROUTED, |route| route.rank.into());
        let mut key = ranker.tie(tie)
            | ranker.field(Criterion::Standing, standing as u64)
            | ranker.field(Criterion::Content, self.content as u64)
            | ranker.field(Criterion::Route, rank)
            | ranker.field(Criterion::Tier, self.tier as u64)
            | ranker.field(Criterion::Load, ranker.band(self.load))
            | ranker.field(Criterion::Proximity, self.nearness.0.into())
            | ranker.field(Criterion::Throughput, self.throughput as u64);
        if ranker.asks(Criterion::Score) {
            key |= ranker.field(Criterion::Score, self.missing_score());
        }
        // Never below an appliance that stays.
        key.max(1)
    }

    /// Hundredths that are missing to 100: 40 for what is not in use, 20 for a capacity of 100 Gbit/s, 40 for
    /// being near.
    fn missing_score(&self) -> u64 {
        let idle = (1.0 - self.load).clamp(0.0, 1.0);
        let capacity = (self.capacity_kbps as f32 / 100e6).min(1.0);
        let near = match self.nearness {
            // Places that are not known are as good as any.
            Nearness::UNKNOWN => 1.0,
            Nearness(band) => 1.0 - f32::from(band) / f32::from(Nearness::UNKNOWN.0),
        };
        let score = 40.0 * idle + 20.0 * capacity + 40.0 * near;
        ((100.0 - score).max(0.0) * 100.0) as u64
    }
}

/// The beginning of a hash, as a number.
pub(crate) fn word(hash: &ContentHash) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_be_bytes(word)
}

pub(crate) fn seed(release: ReleaseId) -> u64 {
    word(&release.0)
}

/// Rendezvous hashing: as good as a hash of both, as both are of hashes already.
pub(crate) fn affinity(release: u64, appliance: u64) -> u64 {
    let mixed = u128::from(release ^ appliance) * u128::from(appliance | 1);
    let folded = (mixed >> 64) as u64 ^ mixed as u64;
    let mixed = u128::from(folded ^ release) * 0x9E37_79B9_7F4A_7C15;
    (mixed >> 64) as u64 ^ mixed as u64
}
