//! The prefixes of a real routing table, and who announces them in a network of appliances made from a seed.
//!
//! The table names each prefix's network and nothing else. Of the appliances 15,000 stand in the 1,500
//! networks with the most prefixes, ten in each; 1,984 at 124 exchanges, sixteen at each; 16 are origins and
//! announce nothing. Every network is served by its own ten or those of a larger one, by six of another's, and by
//! twenty at two exchanges; what they announce differs by part of the network, as it does in the real one.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::PathBuf;

use anyhow::Context as _;
use delivery_routes::{Announced, Announcer, Route, RouteTable, TableBuilder};
use delivery_steering::decision::{Learned, Sample};
use flate2::read::MultiGzDecoder;
use ipnet::IpNet;
use std::sync::Arc;
use std::time::Duration;

/// Appliances of one network's cluster, and of one exchange.
const CLUSTER: u32 = 10;
const EXCHANGE: u32 = 16;
/// Networks with a cluster of their own, and exchanges.
pub(super) const CLUSTERS: u32 = 1_500;
pub(super) const EXCHANGES: u32 = 124;
/// Parts of a network that are announced with discriminators of their own.
const PARTS: u64 = 4;
/// One prefix in so many has measurements of its clients'.
const MEASURED: usize = 8;

const FILE: &str = "prefix-to-asn-2015-11-01.dat.gz";

/// Prefixes in order, each with the rank of its network: 0 has the most prefixes.
pub(super) struct Internet {
    pub(super) prefixes: Vec<(IpNet, u32)>,
}

impl Internet {
    /// Reads the table, or says where it would be.
    pub(super) fn read() -> anyhow::Result<Result<Self, String>> {
        let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
        let folder = std::env::var_os("MARQUEE_SHARED").map_or_else(beside, PathBuf::from);
        let path = folder.join("routes").join(FILE);
        let Ok(file) = std::fs::File::open(&path) else {
            return Ok(Err(format!("{} is absent", path.display())));
        };
        let mut text = String::new();
        MultiGzDecoder::new(file).read_to_string(&mut text)?;
        Ok(Ok(Self::parse(&text)?))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let mut lines = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with(';')) {
            let (prefix, network) = line.split_once('\t').context("a line without a tab")?;
            let prefix: IpNet = prefix.parse()?;
            lines.push((prefix.trunc(), network));
        }
        let mut sizes: HashMap<&str, u32> = HashMap::new();
        for (_, network) in &lines {
            *sizes.entry(network).or_default() += 1;
        }
        let mut networks: Vec<(&str, u32)> = sizes.into_iter().collect();
        networks.sort_unstable_by_key(|(network, size)| (u32::MAX - size, *network));
        let ranks: HashMap<&str, u32> = (0..).zip(&networks).map(|(n, it)| (it.0, n)).collect();
        let ranked = lines
            .into_iter()
            .map(|(prefix, network)| (prefix, ranks[network]));
        let mut prefixes: Vec<(IpNet, u32)> = ranked.collect();
        prefixes.sort_unstable();
        prefixes.dedup_by_key(|(prefix, _)| *prefix);
        Ok(Self { prefixes })
    }

    /// The table of a moment; another moment has other discriminators.
    pub(super) fn table(&self, moment: u64) -> anyhow::Result<RouteTable> {
        let (mut builder, none) = (TableBuilder::default(), Arc::from([]));
        let mut announced = Vec::new();
        for (number, (prefix, network)) in (0_u64..).zip(&self.prefixes) {
            announced.clear();
            let part = mix(number ^ 0xA5A5) % PARTS;
            let announce = |by: u32, path_len: u16| Announced {
                by: Announcer(by),
                route: Route {
                    path_len,
                    med: (mix(u64::from(by) ^ part << 32 ^ moment << 40) % 4) as u32 * 10,
                    communities: Arc::clone(&none),
                },
            };
            let members = announcers(*network);
            announced.extend(members.map(|(by, path_len)| announce(by, path_len)));
            builder.add(*prefix, &announced)?;
        }
        Ok(builder.finish())
    }

    /// Measurements of one network in eight, of half the appliances announced there.
    pub(super) fn learn(&self, learned: &mut Learned, table: &RouteTable) {
        for (prefix, _) in self.prefixes.iter().step_by(MEASURED) {
            let Some(found) = table.find(prefix.addr()) else {
                continue;
            };
            for by in found.candidates.announcers().step_by(2) {
                let chance = mix(u64::from(by.0) ^ u64::from(found.list) << 32);
                let sample = Sample {
                    kbps: Some((chance % 40_000) as f32 + 1.0),
                    rtt_ms: Some((chance >> 32) as f32 % 120.0 + 1.0),
                };
                learned.learn(found.network, by, sample, Duration::from_secs(1));
            }
        }
    }
}

/// Who serves a network, and over how long a path.
fn announcers(network: u32) -> impl Iterator<Item = (u32, u16)> {
    let chance = mix(u64::from(network));
    let home = if network < CLUSTERS {
        network
    } else {
        chance as u32 % CLUSTERS
    };
    let second = (home + 1 + (chance >> 16) as u32 % (CLUSTERS - 1)) % CLUSTERS;
    let near = (chance >> 32) as u32 % EXCHANGES;
    let far = (near + 1 + (chance >> 48) as u32 % (EXCHANGES - 1)) % EXCHANGES;
    let at = |exchange: u32| CLUSTERS * CLUSTER + exchange * EXCHANGE;
    let own = (0..CLUSTER).map(move |n| (home * CLUSTER + n, 1));
    let other = (0..6).map(move |n| (second * CLUSTER + n, 3));
    let near = (0..EXCHANGE).map(move |n| (at(near) + n, 2));
    let far = (0..4).map(move |n| (at(far) + n, 2));
    own.chain(other).chain(near).chain(far)
}

/// A number that looks drawn by chance, the same for the same number.
pub(super) fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_network_is_served_by_thirty_six_different_boxes() {
        for network in [0, 7, 1_499, 1_500, 40_000] {
            let mut boxes: Vec<u32> = announcers(network).map(|(by, _)| by).collect();
            boxes.sort_unstable();
            boxes.dedup();
            assert_eq!(boxes.len(), 36, "network {network}");
            assert!(
                boxes
                    .iter()
                    .all(|by| *by < CLUSTERS * CLUSTER + EXCHANGES * EXCHANGE)
            );
        }
    }

    #[test]
    fn networks_are_ranked_by_their_prefixes() {
        let text = "; a comment\n10.0.0.0/8\t7\n11.0.0.0/8\t9\n2001:db8::/32\t9\n";
        let internet = Internet::parse(text).unwrap();
        let ranks: Vec<u32> = internet.prefixes.iter().map(|it| it.1).collect();
        assert_eq!(ranks, [1, 0, 0]);
        let table = internet.table(0).unwrap();
        assert_eq!(
            table.find([10, 1, 1, 1].into()).unwrap().candidates.len(),
            36
        );
    }
}
