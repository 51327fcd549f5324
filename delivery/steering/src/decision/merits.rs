//! What of an appliance is compared, and the number it comes to.

use contracts_delivery::Tier;

use super::{Content, Criterion, Nearness, Ranker, Standing, Throughput};

/// What of an appliance is compared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Merits {
    /// It is in use and stays.
    pub(super) stays: bool,
    /// Clients failed on it.
    pub(super) suspected: bool,
    pub(super) content: Content,
    /// The rank of its announcement.
    pub(super) rank: u64,
    pub(super) tier: Tier,
    /// The part of its capacity in use, the play included.
    pub(super) load: f32,
    pub(super) capacity_kbps: u32,
    pub(super) nearness: Nearness,
    pub(super) throughput: Throughput,
}

impl Merits {
    /// How far it can be relied on.
    pub(super) fn standing(&self, ranker: &Ranker) -> Standing {
        if self.suspected {
            Standing::Suspected
        } else {
            ranker.room(self.load)
        }
    }

    /// What they come to; the lesser is the better. `tie` decides what the criteria do not.
    pub(super) fn key(&self, ranker: &Ranker, tie: u64) -> u64 {
        self.with_tie(ranker, self.but_for_ties(ranker, self.bound(ranker)), tie)
    }

    /// The least they may come to: what is left is taken to be as good as can be.
    pub(super) fn bound(&self, ranker: &Ranker) -> u64 {
        ranker.field(Criterion::Standing, self.standing(ranker) as u64)
            | ranker.field(Criterion::Content, self.content as u64)
            | ranker.field(Criterion::Route, self.rank)
            | ranker.field(Criterion::Tier, self.tier as u64)
            | ranker.field(Criterion::Load, ranker.band(self.load))
    }

    /// What they come to by all criteria, with those that are left added to the bound.
    pub(super) fn but_for_ties(&self, ranker: &Ranker, bound: u64) -> u64 {
        let mut key = bound
            | ranker.field(Criterion::Proximity, self.nearness.0.into())
            | ranker.field(Criterion::Throughput, self.throughput as u64);
        if ranker.asks(Criterion::Score) {
            key |= ranker.field(Criterion::Score, self.missing_score());
        }
        key
    }

    /// What they come to, once all criteria are in `key`.
    pub(super) fn with_tie(&self, ranker: &Ranker, key: u64, tie: u64) -> u64 {
        // Never below an appliance that stays.
        let decided = (key | ranker.tie(tie)).max(1);
        if self.stays { 0 } else { decided }
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
