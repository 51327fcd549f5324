//! What is lost in the evening.

use contracts_delivery::Tier;
use delivery_routes::Announcer;

use crate::chance::mix;
use crate::world::World;

/// A part of a continent that stops at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Every box of an area's networks.
    Area,
    /// Every box of one exchange.
    Exchange,
    /// One box in ten, anywhere.
    OneInTen,
}

impl Fault {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Area, Self::Exchange, Self::OneInTen];

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Area => "a region's networks",
            Self::Exchange => "an exchange",
            Self::OneInTen => "one box in ten",
        }
    }

    /// Whether it takes a box.
    pub(crate) fn takes(self, world: &World, by: Announcer) -> bool {
        let facts = &world.boxes[by.0 as usize];
        match self {
            Self::Area => facts.tier == Tier::Isp && world.sites[facts.site as usize].area == 0,
            Self::Exchange => facts.tier == Tier::Exchange && facts.site == world.first_exchange(),
            Self::OneInTen => facts.tier != Tier::Origin && mix(u64::from(by.0)).is_multiple_of(10),
        }
    }
}
