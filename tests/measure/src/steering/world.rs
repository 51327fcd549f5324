//! Appliances and what they hold, made from a seed.

use std::time::Duration;

use contracts_delivery::{ApplianceId, Location, ReleaseId, Tier};
use data_objects::ContentHash;
use delivery_routes::Announcer;
use delivery_steering::decision::{Knowledge, Load, Place};

use super::internet::{CLUSTERS, EXCHANGES, mix};
use crate::limits::{BOXES, TITLE_FILES};

/// When the questions are asked.
pub(super) const NOW: Duration = Duration::from_secs(100);

/// The release of a title.
pub(super) fn release(title: u32) -> ReleaseId {
    ReleaseId(ContentHash::of(&title.to_be_bytes()))
}

/// A place where people live, drawn by `chance`.
pub(super) fn place(chance: u64) -> Option<Place> {
    let north = (chance % 110) as f64 - 45.0;
    let east = ((chance >> 16) % 360) as f64 - 180.0;
    Location::new(north, east).map(Place::from).ok()
}

/// 17,000 appliances that report, but for one in a hundred; one in twenty is full, one in fifty suspected.
pub(super) fn world(titles: u32) -> anyhow::Result<Knowledge> {
    let mut knowledge = Knowledge::default();
    for number in 0..BOXES {
        let by = knowledge
            .fleet
            .number(&ApplianceId(format!("box-{number}")))?;
        let (chance, tier) = (mix(u64::from(number)), tier(number));
        let capacity_kbps = if tier == Tier::Isp { 40 } else { 100 } * 1_000_000;
        let busy = if chance.is_multiple_of(20) {
            98
        } else {
            chance % 90
        };
        knowledge.fleet.set_tier(by, tier);
        if let Some(member) = knowledge.fleet.get_mut(by) {
            member.load = Load {
                sending_kbps: (capacity_kbps / 100) * busy as u32,
                reserved_kbps: 0,
                capacity_kbps,
            };
            member.place = place(chance >> 8);
            member.silent_from = if (chance >> 48).is_multiple_of(100) {
                NOW
            } else {
                NOW * 2
            }
            .into();
            member.suspected_until = if (chance >> 40).is_multiple_of(50) {
                NOW * 2
            } else {
                NOW
            }
            .into();
        }
    }
    // Origins announce nothing and serve everywhere.
    knowledge.fleet.set_routed(|by| tier(by.0) != Tier::Origin);
    hold(&mut knowledge, titles)?;
    Ok(knowledge)
}

fn tier(number: u32) -> Tier {
    if number < CLUSTERS * 10 {
        Tier::Isp
    } else if number < CLUSTERS * 10 + EXCHANGES * 16 {
        Tier::Exchange
    } else {
        Tier::Origin
    }
}

/// Appliances hold the titles that are watched most: those in a network a fifth of all, those at an exchange three
/// fifths. Nine in ten of them are whole; of the next fifth one in three is held in part.
fn hold(knowledge: &mut Knowledge, titles: u32) -> anyhow::Result<()> {
    let whole = (1 << TITLE_FILES) - 1;
    for title in 0..titles {
        let release = release(title);
        knowledge.holdings.describe(release, TITLE_FILES);
        for number in 0..BOXES {
            let fifths = match tier(number) {
                Tier::Isp => 1,
                Tier::Exchange => 3,
                Tier::Origin => continue,
            };
            let chance = mix(u64::from(title) << 32 | u64::from(number));
            let files = if title * 5 < titles * fifths && !chance.is_multiple_of(10) {
                whole
            } else if title * 5 < titles * (fifths + 1) && chance.is_multiple_of(3) {
                chance >> 32 & whole
            } else {
                continue;
            };
            knowledge.holdings.set(release, Announcer(number), files)?;
        }
    }
    Ok(())
}
