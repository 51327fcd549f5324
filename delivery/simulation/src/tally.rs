//! What a day came to, in numbers that add up over continents.

use contracts_delivery::Tier;
use serde::Serialize;

/// Bytes by the tier that served them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Served {
    /// From providers' networks.
    pub isp: f64,
    /// From exchanges.
    pub exchange: f64,
    /// From the origin.
    pub origin: f64,
}

impl Served {
    pub(crate) fn add(&mut self, tier: Tier, bytes: f64) {
        match tier {
            Tier::Isp => self.isp += bytes,
            Tier::Exchange => self.exchange += bytes,
            Tier::Origin => self.origin += bytes,
        }
    }

    fn merge(&mut self, other: &Self) {
        self.isp += other.isp;
        self.exchange += other.exchange;
        self.origin += other.origin;
    }

    /// All of them.
    pub fn all(&self) -> f64 {
        self.isp + self.exchange + self.origin
    }

    /// The parts of the tiers, from the nearest on.
    pub fn parts(&self) -> [f64; 3] {
        let all = self.all().max(f64::MIN_POSITIVE);
        [self.isp, self.exchange, self.origin].map(|bytes| bytes / all)
    }
}

/// Bytes that boxes took from one another and from the origin, by where they came from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Fetched {
    /// From boxes of the same site.
    pub beside: f64,
    /// From an exchange to a provider's network.
    pub above: f64,
    /// From the origin.
    pub origin: f64,
}

impl Fetched {
    pub(crate) fn merge(&mut self, other: &Self) {
        self.beside += other.beside;
        self.above += other.above;
        self.origin += other.origin;
    }

    /// All of them.
    pub fn all(&self) -> f64 {
        self.beside + self.above + self.origin
    }
}

/// Counts of a day, or of some hours of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Tally {
    /// Plays begun.
    pub plays: u64,
    /// Bytes, by the hour in which they were sent and the tier.
    pub hours: Vec<Served>,
    /// Plays under way at once at most, by the hour.
    pub at_once: Vec<u64>,
    /// Plays given to a box that had no room for the rate to be set aside.
    pub full: u64,
    /// Plays that nobody could serve.
    pub unserved: u64,
    /// Plays whose first box was not given what they want in the night.
    pub absent: u64,
    /// Bytes that those were sent.
    pub absent_bytes: f64,
    /// Those of them that their boxes did not have from plays before, and fetched.
    pub fetched: Fetched,
    /// Bytes that boxes were to send and could not in time.
    pub late_bytes: f64,
    /// Plays that lost their box and were given another.
    pub moved: u64,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self {
            hours: vec![Served::default(); 24],
            at_once: vec![0; 24],
            ..Self::default()
        }
    }

    /// Adds what another continent came to, whose clock is `ahead` hours ahead.
    pub(crate) fn merge(&mut self, other: &Self, ahead: usize) {
        self.plays += other.plays;
        self.full += other.full;
        self.unserved += other.unserved;
        self.absent += other.absent;
        self.absent_bytes += other.absent_bytes;
        self.fetched.merge(&other.fetched);
        self.late_bytes += other.late_bytes;
        self.moved += other.moved;
        for hour in 0..24 {
            let there = (hour + ahead) % 24;
            self.hours[hour].merge(&other.hours[there]);
            self.at_once[hour] += other.at_once[there];
        }
    }

    /// Everything that was sent.
    pub fn served(&self) -> Served {
        let mut all = Served::default();
        self.hours.iter().for_each(|hour| all.merge(hour));
        all
    }

    /// The part of the bytes that could not be sent in time.
    pub fn late(&self) -> f64 {
        self.late_bytes / self.served().all().max(f64::MIN_POSITIVE)
    }

    /// The part of the bytes of what was not placed that boxes had kept of plays before.
    pub fn kept(&self) -> f64 {
        1.0 - self.fetched.all() / self.absent_bytes.max(f64::MIN_POSITIVE)
    }

    /// The part of the plays whose first box was not given what they want.
    pub fn not_placed(&self) -> f64 {
        self.absent as f64 / self.plays.max(1) as f64
    }

    /// The part of the plays that began on a box without room.
    pub fn begun_full(&self) -> f64 {
        self.full as f64 / self.plays.max(1) as f64
    }
}
