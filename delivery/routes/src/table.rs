//! The table: an address in, the appliances whose networks it is in out, best announced first.

mod build;
mod ranges;

use std::net::IpAddr;

use ipnet::IpNet;

pub use build::{OutOfOrder, TableBuilder};

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
    pub candidates: &'a [Candidate],
}

/// Every prefix with its candidates, for IPv4 and IPv6. Immutable: a [`TableBuilder`] makes another.
#[derive(Debug, Default)]
pub struct RouteTable {
    v4: Ranges<u32>,
    v6: Ranges<u128>,
    prefixes: usize,
    /// Where in `candidates` each list begins; one more at the end.
    starts: Vec<u32>,
    candidates: Vec<Candidate>,
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
            candidates: self.list(cover.list),
        })
    }

    fn list(&self, list: u32) -> &[Candidate] {
        let at = list as usize;
        &self.candidates[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// Prefixes in the table.
    pub const fn prefixes(&self) -> usize {
        self.prefixes
    }

    /// Different lists of candidates; prefixes announced alike share one.
    pub fn lists(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests;
