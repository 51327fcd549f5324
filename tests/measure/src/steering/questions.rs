//! What viewers ask for: a client somewhere in the table, and a title, popular ones more often.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use contracts_delivery::ReleaseId;
use delivery_steering::decision::Question;
use ipnet::IpNet;

use super::internet::{Internet, mix};
use super::world::{NOW, place, release};

/// A 4K picture's nominal rate, in kilobits a second.
const NOMINAL_KBPS: u32 = 16_000;

/// Questions in an order that no cache foresees.
pub(super) struct Questions {
    pub(super) all: Vec<Question>,
}

impl Questions {
    pub(super) fn draw(internet: &Internet, titles: u32, count: usize) -> Self {
        let releases: Vec<ReleaseId> = (0..titles).map(release).collect();
        let question = |number: usize| {
            let chance = mix(number as u64 ^ 0x5EED << 40);
            let at = chance as usize % internet.prefixes.len();
            let other = mix(chance);
            Question {
                client: address(internet.prefixes[at].0, mix(other)),
                place: place(other),
                release: releases[popular(other, titles) as usize],
                wanted: u64::MAX,
                nominal_kbps: NOMINAL_KBPS,
                using: None,
                now: NOW,
            }
        };
        Self {
            all: (0..count).map(question).collect(),
        }
    }
}

/// An address of a prefix.
fn address(prefix: IpNet, chance: u64) -> IpAddr {
    match prefix {
        IpNet::V4(prefix) => {
            let host = !u32::from(prefix.netmask()) & chance as u32;
            Ipv4Addr::from(u32::from(prefix.network()) | host).into()
        }
        IpNet::V6(prefix) => {
            let host = !u128::from(prefix.netmask()) & u128::from(chance);
            Ipv6Addr::from(u128::from(prefix.network()) | host).into()
        }
    }
}

/// A title by Zipf's law with exponent 1, whose distribution function is near the logarithm's.
fn popular(chance: u64, titles: u32) -> u32 {
    let unit = (chance >> 11) as f64 / (1_u64 << 53) as f64;
    let rank = f64::from(titles + 1).powf(unit) - 1.0;
    (rank as u32).min(titles - 1)
}
