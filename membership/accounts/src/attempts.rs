//! The sign-in limiter: token buckets in bounded memory, on a clock given from outside.
//!
//! A bucket is kept as the time at which it will be full again (the generic cell rate algorithm), so
//! that a bucket that is full needs no entry at all.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use parking_lot::Mutex;

use crate::limits::{ADDRESS_BURST, ADDRESS_REFILL, MAX_BUCKETS, NAME_BURST, NAME_REFILL};
use crate::name::AccountName;

/// How many tries a bucket holds and how often one comes back.
#[derive(Debug, Clone, Copy)]
struct Rate {
    burst: u32,
    refill: Duration,
}

const BY_NAME: Rate = Rate {
    burst: NAME_BURST,
    refill: NAME_REFILL,
};
const BY_ADDRESS: Rate = Rate {
    burst: ADDRESS_BURST,
    refill: ADDRESS_REFILL,
};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    name: Option<AccountName>,
    network: IpAddr,
}

/// Counts tries to sign in.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    full_at: Mutex<HashMap<Key, Duration>>,
}

impl Attempts {
    /// Takes one try for `name` from `address`, or says how long to wait. `now` is monotonic.
    pub(crate) fn take(
        &self,
        name: &AccountName,
        address: IpAddr,
        now: Duration,
    ) -> Result<(), Duration> {
        let network = network(address);
        let mut full_at = self.full_at.lock();
        let named = Key {
            name: Some(name.clone()),
            network,
        };
        draw(
            &mut full_at,
            Key {
                name: None,
                network,
            },
            BY_ADDRESS,
            now,
        )?;
        draw(&mut full_at, named, BY_NAME, now)
    }

    /// Forgives the tries with `name` from `address`: the right password was given.
    pub(crate) fn forgive(&self, name: &AccountName, address: IpAddr) {
        let key = Key {
            name: Some(name.clone()),
            network: network(address),
        };
        self.full_at.lock().remove(&key);
    }
}

fn draw(
    full_at: &mut HashMap<Key, Duration>,
    key: Key,
    rate: Rate,
    now: Duration,
) -> Result<(), Duration> {
    let full = full_at.get(&key).copied().unwrap_or_default().max(now) + rate.refill;
    let empty = now + rate.refill * rate.burst;
    if full > empty {
        return Err(full.saturating_sub(empty));
    }
    if full_at.len() >= MAX_BUCKETS && !full_at.contains_key(&key) {
        make_room(full_at, now);
    }
    full_at.insert(key, full);
    Ok(())
}

/// Drops the buckets that are full again; if there are none, the one that soonest will be.
fn make_room(full_at: &mut HashMap<Key, Duration>, now: Duration) {
    full_at.retain(|_, full| *full > now);
    if full_at.len() >= MAX_BUCKETS {
        let soonest = full_at
            .iter()
            .min_by_key(|(_, full)| **full)
            .map(|(key, _)| key.clone());
        if let Some(key) = soonest {
            full_at.remove(&key);
        }
    }
}

/// What one subscriber can change at will counts as one address: a whole /64 in IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(
            address.to_bits() & !u128::from(u64::MAX),
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn name(text: &str) -> AccountName {
        text.parse().unwrap()
    }

    #[test]
    fn a_burst_is_allowed_and_then_one_try_per_refill() {
        let attempts = Attempts::default();
        let now = Duration::from_secs(5);
        for _ in 0..NAME_BURST {
            assert_eq!(attempts.take(&name("ada"), HERE, now), Ok(()));
        }
        assert_eq!(attempts.take(&name("ADA"), HERE, now), Err(NAME_REFILL));
        assert_eq!(
            attempts.take(&name("bob"), HERE, now),
            Ok(()),
            "another name is not slowed"
        );
        assert_eq!(attempts.take(&name("ada"), HERE, now + NAME_REFILL), Ok(()));
        assert!(
            attempts
                .take(&name("ada"), HERE, now + NAME_REFILL)
                .is_err()
        );
    }

    #[test]
    fn many_names_from_one_address_are_slowed_and_success_forgives() {
        let attempts = Attempts::default();
        let taken = (0..ADDRESS_BURST * 2).filter(|index| {
            attempts
                .take(&name(&format!("n{index}")), HERE, Duration::ZERO)
                .is_ok()
        });
        assert_eq!(taken.count(), ADDRESS_BURST as usize);
        let other = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 9));
        while attempts.take(&name("eve"), other, Duration::ZERO).is_ok() {}
        attempts.forgive(&name("eve"), other);
        assert_eq!(attempts.take(&name("eve"), other, Duration::ZERO), Ok(()));
    }

    #[test]
    fn memory_is_bounded_and_ipv6_neighbours_share_a_bucket() {
        let attempts = Attempts::default();
        for index in 0..u32::try_from(MAX_BUCKETS).unwrap() {
            let address = IpAddr::V4(Ipv4Addr::from_bits(index));
            attempts
                .take(&name("ada"), address, Duration::ZERO)
                .unwrap();
        }
        assert!(attempts.full_at.lock().len() <= MAX_BUCKETS);
        let neighbours =
            ["2001:db8::1", "2001:db8::ffff:1"].map(|text| network(text.parse().unwrap()));
        assert_eq!(neighbours[0], neighbours[1]);
        assert_ne!(neighbours[0], network("2001:db8:0:1::1".parse().unwrap()));
    }
}
