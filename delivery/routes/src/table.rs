//! The table: an address in, the appliances whose networks it is in out, best announced first.

mod build;

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use prefix_trie::PrefixMap;

pub use build::{OutOfOrder, TableBuilder};

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
    v4: PrefixMap<Ipv4Net, u32>,
    v6: PrefixMap<Ipv6Net, u32>,
    /// Where in `candidates` each list begins; one more at the end.
    starts: Vec<u32>,
    candidates: Vec<Candidate>,
}

impl RouteTable {
    /// What is announced around `address`; nothing when no prefix covers it. An IPv4 address written as
    /// IPv6 (`::ffff:0:0/96`) is looked up as IPv4.
    pub fn find(&self, address: IpAddr) -> Option<Match<'_>> {
        let (network, list) = match address.to_canonical() {
            IpAddr::V4(address) => {
                let (network, list) = self.v4.get_lpm(&Ipv4Net::from(address))?;
                (IpNet::V4(network), *list)
            }
            IpAddr::V6(address) => {
                let (network, list) = self.v6.get_lpm(&Ipv6Net::from(address))?;
                (IpNet::V6(network), *list)
            }
        };
        Some(Match {
            network,
            list,
            candidates: self.list(list),
        })
    }

    fn list(&self, list: u32) -> &[Candidate] {
        let at = list as usize;
        &self.candidates[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// Prefixes in the table.
    pub fn prefixes(&self) -> usize {
        self.v4.len() + self.v6.len()
    }

    /// Different lists of candidates; prefixes announced alike share one.
    pub fn lists(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests;
