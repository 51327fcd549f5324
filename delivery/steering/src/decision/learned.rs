//! What clients of a network measured of an appliance: how fast it sent, and how long a round trip took.

use std::collections::HashMap;
use std::time::Duration;

use delivery_routes::Announcer;
use foldhash::fast::RandomState;
use ipnet::IpNet;

use crate::limits::{LEARNED_FOR, MAX_LEARNED_NETWORKS, MAX_LEARNED_PER_NETWORK};

/// The weight of a new measurement: some ten plays make an opinion, and one bad line none.
const NEWEST: f32 = 0.2;

/// What one client measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Throughput, in kilobits a second.
    pub kbps: Option<f32>,
    /// Round-trip time.
    pub rtt_ms: Option<f32>,
}

/// What is held of an appliance by a network's clients.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Which.
    pub by: Announcer,
    /// Throughput, in kilobits a second, the newest weighing most.
    pub kbps: Option<f32>,
    /// Round-trip time, likewise.
    pub rtt_ms: Option<f32>,
    /// When the newest came. Monotonic.
    pub at: Duration,
}

/// Measurements by network and appliance. A network is the most specific prefix announced around a client.
#[derive(Debug, Default)]
pub struct Learned {
    /// Of each network its appliances, by number.
    networks: HashMap<IpNet, Vec<Measured>, RandomState>,
}

impl Learned {
    /// Takes a measurement in. Where there is no room for another network or appliance it is let go.
    pub fn learn(&mut self, network: IpNet, by: Announcer, sample: Sample, now: Duration) {
        let room = self.networks.len() < MAX_LEARNED_NETWORKS;
        let appliances = match self.networks.get_mut(&network) {
            Some(appliances) => appliances,
            None if room => self.networks.entry(network).or_default(),
            None => return,
        };
        match appliances.binary_search_by_key(&by, |one| one.by) {
            Ok(at) => appliances[at].take(sample, now),
            Err(at) if appliances.len() < MAX_LEARNED_PER_NETWORK => {
                let mut measured = Measured {
                    by,
                    kbps: None,
                    rtt_ms: None,
                    at: now,
                };
                measured.take(sample, now);
                appliances.insert(at, measured);
            }
            Err(_) => {}
        }
    }

    /// Lets go of what is too old to say anything.
    pub fn age(&mut self, now: Duration) {
        self.networks.retain(|_, appliances| {
            appliances.retain(|one| now.saturating_sub(one.at) < LEARNED_FOR);
            !appliances.is_empty()
        });
    }

    /// What a network's clients measured, by the appliance's number.
    pub(super) fn of(&self, network: IpNet) -> &[Measured] {
        if self.networks.is_empty() {
            return &[];
        }
        self.networks.get(&network).map_or(&[], Vec::as_slice)
    }
}

impl Measured {
    fn take(&mut self, sample: Sample, now: Duration) {
        let sensible = |value: &f32| value.is_finite() && *value > 0.0;
        let mean = |old: &mut Option<f32>, new: Option<f32>| {
            if let Some(new) = new.filter(sensible) {
                *old = Some(old.map_or(new, |old| old + NEWEST * (new - old)));
            }
        };
        mean(&mut self.kbps, sample.kbps);
        mean(&mut self.rtt_ms, sample.rtt_ms);
        self.at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measurements_are_weighed_together_and_grow_old() {
        let (mut learned, network) = (Learned::default(), "10.0.0.0/8".parse().unwrap());
        let sample = |kbps| Sample {
            kbps: Some(kbps),
            rtt_ms: None,
        };
        let at = Duration::from_secs(10);
        for by in [7, 3] {
            learned.learn(network, Announcer(by), sample(1_000.0), at);
        }
        learned.learn(network, Announcer(3), sample(2_000.0), at);
        learned.learn(network, Announcer(3), sample(f32::NAN), at);
        let known: Vec<_> = learned
            .of(network)
            .iter()
            .map(|one| (one.by.0, one.kbps))
            .collect();
        assert_eq!(known, [(3, Some(1_200.0)), (7, Some(1_000.0))]);
        learned.learn(network, Announcer(7), sample(1_000.0), at * 2);
        learned.age(at + LEARNED_FOR);
        assert_eq!(learned.of(network).len(), 1);
    }
}
