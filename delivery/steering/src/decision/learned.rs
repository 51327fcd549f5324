//! What clients of a network measured of an appliance: how fast it sent, and how long a round trip took.

use std::collections::{HashMap, VecDeque};
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
    kbps: Mean,
    rtt_ms: Mean,
}

/// A mean in which the newest weighs most.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Mean {
    /// 0 where there is none.
    value: f32,
    /// When the newest came, in seconds of the monotonic clock.
    at_s: u32,
}

/// Measurements by network and appliance. A network is the most specific prefix announced around a client.
#[derive(Debug, Default)]
pub struct Learned {
    /// Of each network its appliances, by number.
    networks: HashMap<IpNet, Vec<Measured>, RandomState>,
    /// Each of them once, and when it was last looked through for what is old; the longest ago first.
    looked_through: VecDeque<(Duration, IpNet)>,
}

impl Learned {
    /// Takes a measurement in. Where there is no room for another network or appliance it is let go.
    pub fn learn(&mut self, network: IpNet, by: Announcer, sample: Sample, now: Duration) {
        let room = self.networks.len() < MAX_LEARNED_NETWORKS;
        let appliances = match self.networks.get_mut(&network) {
            Some(appliances) => appliances,
            None if room => {
                self.looked_through.push_back((now, network));
                self.networks.entry(network).or_default()
            }
            None => return,
        };
        match appliances.binary_search_by_key(&by, |one| one.by) {
            Ok(at) => appliances[at].take(sample, now),
            Err(at) if appliances.len() < MAX_LEARNED_PER_NETWORK => {
                let mut measured = Measured {
                    by,
                    kbps: Mean::default(),
                    rtt_ms: Mean::default(),
                };
                measured.take(sample, now);
                appliances.insert(at, measured);
            }
            Err(_) => {}
        }
    }

    /// Lets go of what is too old to say anything, looking through so many networks at most that were not looked
    /// through at this time; whether there are more.
    pub fn age(&mut self, now: Duration, at_most: usize) -> bool {
        for _ in 0..at_most {
            let Some(network) = self.next_to_age(now) else {
                return false;
            };
            self.looked_through.pop_front();
            let appliances = self.networks.get_mut(&network);
            if appliances.is_some_and(|appliances| age(appliances, now)) {
                self.looked_through.push_back((now, network));
            } else {
                self.networks.remove(&network);
            }
        }
        self.next_to_age(now).is_some()
    }

    fn next_to_age(&self, now: Duration) -> Option<IpNet> {
        let (at, network) = self.looked_through.front()?;
        (*at < now).then_some(*network)
    }

    /// What a network's clients measured, by the appliance's number.
    pub(super) fn of(&self, network: IpNet) -> &[Measured] {
        if self.networks.is_empty() {
            return &[];
        }
        self.networks.get(&network).map_or(&[], Vec::as_slice)
    }
}

/// Lets go of one network's old measurements; whether any are left.
fn age(appliances: &mut Vec<Measured>, now: Duration) -> bool {
    appliances.retain_mut(|one| {
        one.kbps.age(now);
        one.rtt_ms.age(now);
        one.kbps.get().or(one.rtt_ms.get()).is_some()
    });
    !appliances.is_empty()
}

impl Measured {
    /// Throughput, in kilobits a second, if it was measured lately.
    pub fn kbps(&self) -> Option<f32> {
        self.kbps.get()
    }

    /// Round-trip time, in milliseconds, if it was measured lately.
    pub fn rtt_ms(&self) -> Option<f32> {
        self.rtt_ms.get()
    }

    fn take(&mut self, sample: Sample, now: Duration) {
        self.kbps.take(sample.kbps, now);
        self.rtt_ms.take(sample.rtt_ms, now);
    }
}

impl Mean {
    fn get(self) -> Option<f32> {
        (self.value > 0.0).then_some(self.value)
    }

    fn take(&mut self, new: Option<f32>, now: Duration) {
        if let Some(new) = new.filter(|new| new.is_finite() && *new > 0.0) {
            let old = self.get().unwrap_or(new);
            self.value = old + NEWEST * (new - old);
            self.at_s = seconds(now);
        }
    }

    fn age(&mut self, now: Duration) {
        if seconds(now).saturating_sub(self.at_s) >= LEARNED_FOR.as_secs() as u32 {
            *self = Self::default();
        }
    }
}

fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_secs()).unwrap_or(u32::MAX)
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
            .map(|one| (one.by.0, one.kbps()))
            .collect();
        assert_eq!(known, [(3, Some(1_200.0)), (7, Some(1_000.0))]);
        let trip = Sample {
            kbps: None,
            rtt_ms: Some(30.0),
        };
        learned.learn(network, Announcer(7), trip, at * 2);
        assert!(!learned.age(at + LEARNED_FOR, 1));
        let left = learned.of(network);
        assert_eq!(left.len(), 1);
        assert_eq!((left[0].kbps(), left[0].rtt_ms()), (None, Some(30.0)));
        assert!(!learned.age(at * 2 + LEARNED_FOR, 1));
        assert!(learned.of(network).is_empty() && learned.looked_through.is_empty());
    }

    #[test]
    fn a_round_through_many_networks_is_made_in_pieces() {
        let (mut learned, at) = (Learned::default(), Duration::from_secs(10));
        let sample = Sample {
            kbps: Some(1.0),
            rtt_ms: None,
        };
        let network =
            |third: u8| IpNet::from(ipnet::Ipv4Net::new_assert([10, 0, third, 0].into(), 24));
        for third in 0..10 {
            let later = at * u32::from(third);
            learned.learn(network(third), Announcer(1), sample, at + later);
        }
        let now = at * 6 + LEARNED_FOR;
        assert!(learned.age(now, 4) && learned.age(now, 4) && !learned.age(now, 4));
        let left = (0..10).filter(|third| !learned.of(network(*third)).is_empty());
        assert_eq!(left.collect::<Vec<_>>(), [6, 7, 8, 9]);
        assert!(!learned.age(now, 4), "once at a time is enough");
        assert!(learned.age(now * 2, 3) && !learned.age(now * 2, 1));
        assert!(learned.networks.is_empty());
    }
}
