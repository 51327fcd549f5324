//! The table: an address in, the appliances whose networks it is in out, best announced first.

mod build;
mod lists;
mod ranges;

use std::net::IpAddr;

use ipnet::IpNet;

pub use build::{OutOfOrder, TableBuilder};
pub use lists::Candidates;

use lists::Lists;
use ranges::Ranges;

use crate::Announcer;

/// An appliance that announced a prefix around a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// Which.
    pub by: Announcer,
    /// The multi-exit discriminator.
    pub med: u32,
    /// Length of the AS path.
    pub path_len: u16,
    /// Length of the prefix announced, in bits.
    pub prefix_len: u8,
    /// Place among the candidates, from 0; those announced alike share one.
    pub rank: u8,
    /// The network is taking the session down.
    pub draining: bool,
}

/// What is announced around an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match<'a> {
    /// The most specific prefix announced.
    pub network: IpNet,
    /// Its number in this table; another table may number otherwise.
    pub list: u32,
    /// Its announcers and those of every prefix around it, each once, at most
    /// [`crate::limits::MAX_CANDIDATES`]. In order: sessions that stay before those that are being taken down,
    /// the most specific prefix, the shortest path, the least discriminator, the announcer's number.
    pub candidates: Candidates<'a>,
}

/// Every prefix with its candidates, for IPv4 and IPv6. Immutable: a [`TableBuilder`] makes another.
#[derive(Debug, Default)]
pub struct RouteTable {
    v4: Ranges<u32>,
    v6: Ranges<u128>,
    prefixes: usize,
    lists: Lists,
}

impl RouteTable {
    /// What is announced around `address`; nothing when no prefix covers it. An IPv4 address written as
    /// IPv6 (`::ffff:0:0/96`) is looked up as IPv4.
    pub fn find(&self, address: IpAddr) -> Option<Match<'_>> {
        let address = address.to_canonical();
        let cover = match address {
            IpAddr::V4(address) => self.v4.find(address.to_bits()),
            IpAddr::V6(address) => self.v6.find(address.to_bits()),
        }?;
        let network = IpNet::new(address, cover.len).ok()?.trunc();
        Some(Match {
            network,
            list: cover.list,
            candidates: self.lists.get(cover.list),
        })
    }

    /// Prefixes in the table.
    pub const fn prefixes(&self) -> usize {
        self.prefixes
    }

    /// Different lists of candidates; prefixes announced alike share one.
    pub const fn lists(&self) -> usize {
        self.lists.count()
    }
}

#[cfg(test)]
mod tests;
