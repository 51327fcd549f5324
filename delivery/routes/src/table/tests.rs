//! The table against a matcher that looks at every announcement.

use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;
use crate::{Community, Rib, Route};

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

fn route(path_len: u16, med: u32) -> Route {
    Route {
        path_len,
        med,
        ..Route::default()
    }
}

/// One appliance's announcement.
type Line = (u32, IpNet, Route);

fn table(lines: &[Line]) -> RouteTable {
    let mut rib = Rib::default();
    for (by, prefix, route) in lines {
        rib.announce(Announcer(*by), *prefix, route.clone());
    }
    rib.table()
}

/// Who may serve `address`, by looking at everything.
fn naive(lines: &[Line], address: IpAddr) -> Vec<u32> {
    let around = |line: &&Line| line.1.contains(&address);
    let mut appliances: Vec<u32> = lines.iter().filter(around).map(|line| line.0).collect();
    appliances.sort_unstable();
    appliances.dedup();
    // Of each appliance its most specific prefix, and of that the last announcement.
    let best = |by: u32| {
        let own = lines.iter().enumerate().filter(|(_, line)| line.0 == by);
        own.filter(|(_, line)| around(line))
            .max_by_key(|(at, line)| (line.1.prefix_len(), *at))
            .map(|(_, line)| line)
            .unwrap()
    };
    appliances.sort_by_key(|by| {
        let (_, prefix, route) = best(*by);
        let (draining, path_len, med) = route.preference();
        (draining, u8::MAX - prefix.prefix_len(), path_len, med, *by)
    });
    appliances
}

fn found(table: &RouteTable, address: IpAddr) -> Vec<u32> {
    let found = table.find(address);
    found.map_or_else(Vec::new, |found| {
        found.candidates.announcers().map(|by| by.0).collect()
    })
}

#[test]
fn the_most_specific_comes_first_then_the_path_then_the_discriminator() {
    let lines = [
        (1, net("0.0.0.0/0"), route(1, 0)),
        (2, net("10.0.0.0/8"), route(3, 0)),
        (3, net("10.1.0.0/16"), route(2, 9)),
        (4, net("10.1.0.0/16"), route(2, 5)),
        (5, net("10.1.0.0/16"), route(1, 99)),
        (6, net("10.1.0.0/16"), route(2, 5)),
        (7, net("10.2.0.0/16"), route(1, 0)),
        (1, net("10.1.0.0/16"), route(9, 0)),
    ];
    let table = table(&lines);
    let at = table.find([10, 1, 2, 3].into()).unwrap();
    assert_eq!(at.network, net("10.1.0.0/16"));
    assert_eq!(found(&table, [10, 1, 2, 3].into()), [5, 4, 6, 3, 1, 2]);
    let ranks: Vec<u8> = at.candidates.iter().map(|one| one.rank).collect();
    assert_eq!(ranks, [0, 1, 1, 2, 3, 4], "announced alike, one rank");
    assert_eq!(found(&table, [11, 0, 0, 1].into()), [1]);
    assert_eq!(table.prefixes(), 4);
}

#[test]
fn a_session_about_to_end_comes_after_every_other() {
    let draining = Route {
        communities: [Community::GRACEFUL_SHUTDOWN].into(),
        ..route(1, 0)
    };
    let table = table(&[
        (1, net("10.0.0.0/24"), draining),
        (2, net("10.0.0.0/8"), route(7, 0)),
    ]);
    assert_eq!(found(&table, [10, 0, 0, 1].into()), [2, 1]);
}

#[test]
fn the_two_families_are_apart_and_mapped_addresses_are_of_the_old_one() {
    let table = table(&[
        (4, net("0.0.0.0/0"), route(1, 0)),
        (6, net("2001:db8::/32"), route(1, 0)),
    ]);
    assert_eq!(found(&table, "2001:db8::1".parse().unwrap()), [6]);
    assert_eq!(found(&table, "::ffff:192.0.2.1".parse().unwrap()), [4]);
    assert!(table.find("2001:db9::1".parse().unwrap()).is_none());
}

#[test]
fn prefixes_announced_alike_share_their_candidates() {
    let lines: Vec<Line> = (0..200_u32)
        .map(|n| {
            (
                n % 2,
                IpNet::new(Ipv4Addr::from(n << 8).into(), 24).unwrap(),
                route(1, 0),
            )
        })
        .collect();
    let table = table(&lines);
    assert_eq!((table.prefixes(), table.lists()), (200, 2));
}

#[test]
fn what_comes_out_of_order_is_refused() {
    let mut builder = TableBuilder::default();
    builder.add(net("10.0.0.0/8"), &[]).unwrap();
    for late in ["10.0.0.0/8", "9.0.0.0/8", "10.0.0.1/8"] {
        assert_eq!(builder.add(net(late), &[]), Err(OutOfOrder(net(late))));
    }
    builder.add(net("11.0.0.0/8"), &[]).unwrap();
    assert_eq!(
        builder.add(net("10.5.0.0/16"), &[]),
        Err(OutOfOrder(net("10.5.0.0/16")))
    );
}

#[test]
fn more_candidates_than_are_kept_leave_the_best() {
    let lines: Vec<Line> = (0..100)
        .map(|n| (n, net("::/0"), route(1, 100 - n)))
        .collect();
    let kept = found(&table(&lines), Ipv6Addr::LOCALHOST.into());
    let expected: Vec<u32> = (36..100).rev().collect();
    assert_eq!(kept, expected);
}

/// Prefixes that lie around one another often: few different bits, many lengths.
fn any_lines() -> impl Strategy<Value = Vec<Line>> {
    let v4 = (any::<u32>(), 0_u8..=32).prop_map(|(bits, len)| {
        let address = Ipv4Addr::from(bits & 0x8181_0003);
        IpNet::new(address.into(), len).unwrap()
    });
    let v6 = (any::<u128>(), 0_u8..=128).prop_map(|(bits, len)| {
        let address = Ipv6Addr::from(bits & (0x8181_u128 << 112 | 3));
        IpNet::new(address.into(), len).unwrap()
    });
    let route = (0_u16..3, 0_u32..3, any::<bool>()).prop_map(|(path, med, draining)| Route {
        communities: draining
            .then_some(Community::GRACEFUL_SHUTDOWN)
            .into_iter()
            .collect(),
        ..route(path, med)
    });
    let prefix = prop_oneof![v4, v6].prop_map(|prefix| prefix.trunc());
    proptest::collection::vec((0_u32..20, prefix, route), 0..40)
}

proptest! {
    #[test]
    fn the_table_finds_what_looking_at_everything_finds(
        lines in any_lines(),
        v4 in any::<u32>(),
        v6 in any::<u128>(),
    ) {
        let table = table(&lines);
        let ends = |line: &Line| [line.1.addr(), line.1.broadcast()];
        let mut asked: Vec<IpAddr> = lines.iter().flat_map(ends).collect();
        asked.push(Ipv4Addr::from(v4 & 0x8181_0003).into());
        asked.push(Ipv6Addr::from(v6 & (0x8181_u128 << 112 | 3)).into());
        // The end of a short prefix may be an address of the other family written in this one.
        asked.retain(|address| address.to_canonical() == *address);
        for address in asked {
            prop_assert_eq!(found(&table, address), naive(&lines, address), "{}", address);
        }
    }

    #[test]
    fn withdrawing_leaves_what_was_never_announced(lines in any_lines(), gone in 0_u32..20) {
        let mut rib = Rib::default();
        for (by, prefix, route) in &lines {
            rib.announce(Announcer(*by), *prefix, route.clone());
        }
        let mut forgot = rib.clone();
        forgot.forget(Announcer(gone));
        for (by, prefix, _) in &lines {
            if *by == gone {
                rib.withdraw(Announcer(*by), *prefix);
            }
        }
        let kept: Vec<Line> = lines.into_iter().filter(|line| line.0 != gone).collect();
        for (_, prefix, _) in &kept {
            let expected = naive(&kept, prefix.addr());
            prop_assert_eq!(found(&rib.table(), prefix.addr()), expected.clone());
            prop_assert_eq!(found(&forgot.table(), prefix.addr()), expected);
        }
    }
}
