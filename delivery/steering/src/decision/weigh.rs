//! Weighing one appliance for one question: into merits that compare, and into facts that explain.

use contracts_delivery::{ReleaseId, Tier};
use data_objects::ContentHash;
use delivery_routes::{Announcer, Candidate, Candidates};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::holdings::{Held, HeldAmong};
use super::merits::Merits;
use super::{
    Content, Criterion, Fleet, Knowledge, Measured, Member, Moment, Nearness, Question, Ranker,
    Standing, Throughput,
};

/// The rank of an appliance that no route names: after every one that was announced.
pub(super) const UNROUTED: u64 = u64::MAX;

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
    /// The round-trip time to clients of the network, in milliseconds, if it was measured lately.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_ms: Option<f32>,
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
        held: Option<&'a Held>,
        network: Option<IpNet>,
    ) -> Self {
        Self {
            ranker,
            knowledge,
            question,
            now: question.now.into(),
            held,
            measured: network.map_or(&[], |network| knowledge.learned.of(network)),
        }
    }

    pub(super) fn fleet(&self) -> &'a Fleet {
        &self.knowledge.fleet
    }

    /// An appliance that reports.
    pub(super) fn up(&self, by: Announcer) -> Option<&'a Member> {
        let member = self.knowledge.fleet.get(by)?;
        (self.now < member.silent_from).then_some(member)
    }

    /// Whether it is the appliance in use.
    pub(super) fn is_used(&self, by: Announcer) -> bool {
        self.question.using == Some(by)
    }

    /// Who of the candidates holds what is wanted, the origins aside.
    pub(super) fn held_among(&self, candidates: Candidates<'_>) -> HeldAmong {
        let wanted = self.question.wanted;
        self.held.map_or_else(HeldAmong::default, |held| {
            held.among(&candidates.announcers(), wanted)
        })
    }

    /// How much of what is wanted an appliance holds that is no origin.
    pub(super) fn content(&self, by: Announcer) -> Content {
        self.held.map_or(Content::Nothing, |held| {
            held.content(by, self.question.wanted)
        })
    }

    /// The least that an appliance may come to of which only this is known.
    pub(super) fn bound(&self, content: Content, rank: u64) -> u64 {
        self.ranker.field(Criterion::Content, content as u64)
            | self.ranker.field(Criterion::Route, rank)
    }

    /// What an appliance weighed for the question, by its complete merits.
    pub(super) fn weight(
        &self,
        by: Announcer,
        merits: &Merits,
        route: Option<Candidate>,
    ) -> Weight {
        Weight {
            stays: merits.stays,
            standing: merits.standing(self.ranker),
            content: merits.content,
            route: route.map(|route| RouteWeight {
                prefix_len: route.prefix_len,
                path_len: route.path_len,
                med: route.med,
                rank: route.rank,
                draining: route.draining,
            }),
            tier: merits.tier,
            load: merits.load,
            capacity_kbps: merits.capacity_kbps,
            nearness: merits.nearness,
            rtt_ms: self.measured(by).and_then(Measured::rtt_ms),
            throughput: merits.throughput,
        }
    }

    /// Its merits at best: with all that is quick to tell, taken to be next door and fast. Many candidates are not
    /// even then among the first, and are looked at no further.
    pub(super) fn at_best(
        &self,
        by: Announcer,
        member: &Member,
        content: Content,
        rank: u64,
    ) -> Merits {
        let suspected = self.now < member.suspected_until;
        let stays = self.is_used(by) && !suspected;
        // What is in use has the play set aside already.
        let more = if stays { 0 } else { self.question.nominal_kbps };
        Merits {
            stays,
            suspected,
            content,
            rank,
            tier: member.tier(),
            load: member.load.with(more),
            capacity_kbps: member.load.capacity_kbps,
            nearness: Nearness(0),
            throughput: Throughput::Ample,
        }
    }

    /// Adds what takes longer to tell.
    pub(super) fn complete(&self, merits: &mut Merits, by: Announcer, member: &Member) {
        let measured = self.measured(by);
        merits.nearness = self.nearness(member, measured);
        merits.throughput = self.throughput(measured);
    }

    fn measured(&self, by: Announcer) -> Option<&Measured> {
        let at = self.measured.binary_search_by_key(&by, |one| one.by).ok()?;
        Some(&self.measured[at])
    }

    fn nearness(&self, member: &Member, measured: Option<&Measured>) -> Nearness {
        let promised = match (self.question.place, member.place) {
            (Some(client), Some(appliance)) => Some(Nearness::between(client, appliance)),
            _ => None,
        };
        match (measured.and_then(Measured::rtt_ms), promised) {
            (Some(rtt_ms), Some(promised)) => Nearness::of_rtt(rtt_ms).max(promised.at_best()),
            (Some(rtt_ms), None) => Nearness::of_rtt(rtt_ms),
            (None, promised) => promised.unwrap_or(Nearness::UNKNOWN),
        }
    }

    fn throughput(&self, measured: Option<&Measured>) -> Throughput {
        let needed = self.question.nominal_kbps as f32;
        match measured.and_then(Measured::kbps) {
            None => Throughput::Unknown,
            Some(kbps) if kbps >= 2.0 * needed => Throughput::Ample,
            Some(kbps) if kbps >= needed => Throughput::Enough,
            Some(_) => Throughput::Short,
        }
    }
}

impl Weight {
    /// How far it is from the client by what networks announced, whatever it holds and however it is; the lesser is the
    /// nearer. An appliance that serves every network comes after those that announced the client's.
    pub fn remoteness(&self) -> (u8, Tier) {
        let rank = self.route.map_or(u8::MAX, |route| route.rank);
        (rank, self.tier)
    }

    /// What it comes to; the lesser is the better. `tie` decides what the criteria do not.
    pub(crate) fn key(&self, ranker: &Ranker, tie: u64) -> u64 {
        let merits = Merits {
            stays: self.stays,
            suspected: self.standing == Standing::Suspected,
            content: self.content,
            rank: self.route.map_or(UNROUTED, |route| route.rank.into()),
            tier: self.tier,
            load: self.load,
            capacity_kbps: self.capacity_kbps,
            nearness: self.nearness,
            throughput: self.throughput,
        };
        merits.key(ranker, tie)
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
