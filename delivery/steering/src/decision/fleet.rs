//! The appliances as decisions see them: numbered, and what changes of them from second to second.

use std::collections::HashMap;
use std::time::Duration;

use contracts_delivery::{ApplianceId, Tier};
use data_objects::ContentHash;
use delivery_routes::Announcer;

use super::Place;
use super::weigh::word;
use crate::limits::MAX_APPLIANCES;

/// As many appliances are numbered as one region takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there are as many appliances as one region takes")]
pub struct TooMany;

/// What is known of an appliance's traffic, in kilobits a second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// What it sends, as measured.
    pub sending_kbps: u32,
    /// What the plays given to it may come to send.
    pub reserved_kbps: u32,
    /// What it can send; 0 counts as full.
    pub capacity_kbps: u32,
}

impl Load {
    /// The part of the capacity in use once `more_kbps` are added: what is sent or what is set aside, whichever
    /// is more, as a picture of variable rate sends less than its rate now and more later.
    pub fn with(self, more_kbps: u32) -> f32 {
        let used = self.sending_kbps.max(self.reserved_kbps);
        if self.capacity_kbps == 0 {
            return 1.0;
        }
        (used as f32 + more_kbps as f32) / self.capacity_kbps as f32
    }
}

/// A time of the monotonic clock, in the eight bytes that a [`Member`] has for it; past 500 years it stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u64);

impl From<Duration> for Moment {
    fn from(time: Duration) -> Self {
        Self(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
    }
}

/// One appliance. A decision reads some fifty of them from all over the fleet: each is one line of memory.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub struct Member {
    /// Where it stands; [`Fleet::set_tier`] says so.
    tier: Tier,
    /// Its traffic.
    pub load: Load,
    /// It is silent, and no candidate, from then on. Monotonic.
    pub silent_from: Moment,
    /// Clients failed on it; it is put last until then. Monotonic.
    pub suspected_until: Moment,
    /// Where it is on the earth.
    pub place: Option<Place>,
    /// Of its name, so that every process hashes alike.
    pub(super) seed: u64,
}

const _: () = assert!(size_of::<Member>() == 64, "a line of memory");

impl Member {
    /// Where it stands.
    pub const fn tier(&self) -> Tier {
        self.tier
    }
}

/// Every appliance ever seen by this process, by its number. Numbers are never given again: routes name them.
#[derive(Debug, Default)]
pub struct Fleet {
    members: Vec<Member>,
    /// A bit each: the origins. Few bytes, asked of every candidate.
    origins: Vec<u64>,
    names: Vec<ApplianceId>,
    numbers: HashMap<ApplianceId, Announcer>,
    /// Those that no route names, in no order: they serve every network.
    everywhere: Vec<Announcer>,
}

impl Fleet {
    /// The number of an appliance, given now if it has none. A new one is silent, and serves everywhere until
    /// routes name it.
    pub fn number(&mut self, appliance: &ApplianceId) -> Result<Announcer, TooMany> {
        if let Some(known) = self.numbers.get(appliance) {
            return Ok(*known);
        }
        if self.members.len() >= MAX_APPLIANCES {
            return Err(TooMany);
        }
        let by = Announcer(self.members.len() as u32);
        self.members.push(Member {
            tier: Tier::Isp,
            load: Load::default(),
            silent_from: Moment::default(),
            suspected_until: Moment::default(),
            place: None,
            seed: word(&ContentHash::of(appliance.0.as_bytes())),
        });
        self.origins
            .resize(self.members.len().div_ceil(u64::BITS as usize), 0);
        self.names.push(appliance.clone());
        self.numbers.insert(appliance.clone(), by);
        self.everywhere.push(by);
        Ok(by)
    }

    /// The number it has, if any.
    pub fn find(&self, appliance: &ApplianceId) -> Option<Announcer> {
        self.numbers.get(appliance).copied()
    }

    /// An appliance by its number; none when the number was never given.
    pub fn get(&self, by: Announcer) -> Option<&Member> {
        self.members.get(by.0 as usize)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, by: Announcer) -> Option<&mut Member> {
        self.members.get_mut(by.0 as usize)
    }

    /// Says where an appliance stands; fine when the number was never given.
    pub fn set_tier(&mut self, by: Announcer, tier: Tier) {
        let Some(member) = self.members.get_mut(by.0 as usize) else {
            return;
        };
        member.tier = tier;
        let (word, bit) = (by.0 / u64::BITS, by.0 % u64::BITS);
        let word = &mut self.origins[word as usize];
        *word = *word & !(1 << bit) | u64::from(tier == Tier::Origin) << bit;
    }

    /// Whether it is an origin.
    pub(super) fn is_origin(&self, by: Announcer) -> bool {
        let word = self.origins.get((by.0 / u64::BITS) as usize);
        word.is_some_and(|word| word >> (by.0 % u64::BITS) & 1 == 1)
    }

    /// Its name.
    ///
    /// # Panics
    /// When the number was never given.
    pub fn name(&self, by: Announcer) -> &ApplianceId {
        &self.names[by.0 as usize]
    }

    /// Says which appliances have routes of their own; all others serve every network.
    pub fn set_routed(&mut self, routed: impl Fn(Announcer) -> bool) {
        let all = (0..self.members.len() as u32).map(Announcer);
        self.everywhere = all.filter(|by| !routed(*by)).collect();
    }

    /// Those that serve every network.
    pub fn everywhere(&self) -> &[Announcer] {
        &self.everywhere
    }

    /// How many are numbered.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}
