//! How long round trips to players take, as TCP itself measures them, gathered by network until the next report.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use contracts_delivery::RoundTrip;
use ipnet::IpNet;
use parking_lot::Mutex;

use crate::limits::MAX_MEASURED_NETWORKS;

/// What connections took since the last report.
#[derive(Debug, Default)]
pub(crate) struct RoundTrips {
    networks: Mutex<HashMap<IpNet, Sum>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    micros: u64,
    samples: u32,
}

impl RoundTrips {
    /// Takes a connection's time in. Where as many networks wait as are kept, another is let go: the next report
    /// makes room.
    pub(crate) fn note(&self, client: IpAddr, took: Duration) {
        let network = RoundTrip::network_of(client);
        let mut networks = self.networks.lock();
        if networks.len() >= MAX_MEASURED_NETWORKS && !networks.contains_key(&network) {
            return;
        }
        let sum = networks.entry(network).or_default();
        sum.micros = sum
            .micros
            .saturating_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        sum.samples = sum.samples.saturating_add(1);
    }

    /// What a report says: those most often measured. The others wait for the next one.
    pub(crate) fn take(&self) -> Vec<RoundTrip> {
        let mut networks = self.networks.lock();
        let mut all: Vec<RoundTrip> = networks
            .iter()
            .map(|(network, sum)| RoundTrip {
                network: *network,
                mean_us: u32::try_from(sum.micros / u64::from(sum.samples)).unwrap_or(u32::MAX),
                samples: sum.samples,
            })
            .collect();
        all.sort_unstable_by_key(|one| (u32::MAX - one.samples, one.network));
        all.truncate(RoundTrip::MAX);
        for told in &all {
            networks.remove(&told.network);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_tells_means_by_network_and_the_rest_waits() {
        let trips = RoundTrips::default();
        let ms = Duration::from_millis;
        trips.note([192, 0, 2, 7].into(), ms(10));
        trips.note("::ffff:192.0.2.200".parse().unwrap(), ms(30));
        trips.note("2001:db8:0:5::1".parse().unwrap(), ms(5));
        let network = |text: &str| text.parse::<IpNet>().unwrap();
        let told: Vec<_> = trips
            .take()
            .into_iter()
            .map(|one| (one.network, one.mean_us, one.samples))
            .collect();
        let expected = [
            (network("192.0.2.0/24"), 20_000, 2),
            (network("2001:db8::/48"), 5_000, 1),
        ];
        assert_eq!(told, expected);
        assert_eq!(trips.take(), []);
        for number in 0..2 * MAX_MEASURED_NETWORKS as u32 {
            trips.note(std::net::Ipv4Addr::from(number << 8).into(), ms(1));
        }
        assert_eq!(trips.take().len(), RoundTrip::MAX);
        let left = trips.networks.lock().len();
        assert_eq!(left, MAX_MEASURED_NETWORKS - RoundTrip::MAX);
    }
}
