//! The routing information base: every announcement in force, by prefix.

use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::{Announced, Announcer, Route, RouteTable, TableBuilder};

/// Announcements of many appliances, changed one by one. Asked seldom: a [`RouteTable`] made of it answers
/// where a client is.
#[derive(Debug, Clone, Default)]
pub struct Rib {
    routes: BTreeMap<IpNet, Vec<Announced>>,
}

impl Rib {
    /// Takes an announcement; it replaces what the appliance said of that prefix before (RFC 4271, section 3.1).
    /// Bits beyond the prefix's length are dropped.
    pub fn announce(&mut self, by: Announcer, prefix: IpNet, route: Route) {
        let at = self.routes.entry(prefix.trunc()).or_default();
        match at.iter_mut().find(|one| one.by == by) {
            Some(one) => one.route = route,
            None => at.push(Announced { by, route }),
        }
    }

    /// Takes an announcement back; fine when there was none.
    pub fn withdraw(&mut self, by: Announcer, prefix: IpNet) {
        let prefix = prefix.trunc();
        if let Some(at) = self.routes.get_mut(&prefix) {
            at.retain(|one| one.by != by);
            if at.is_empty() {
                self.routes.remove(&prefix);
            }
        }
    }

    /// Takes everything back that an appliance announced.
    pub fn forget(&mut self, by: Announcer) {
        self.routes.retain(|_, at| {
            at.retain(|one| one.by != by);
            !at.is_empty()
        });
    }

    /// Prefixes that somebody announces.
    pub fn prefixes(&self) -> usize {
        self.routes.len()
    }

    /// What is announced for exactly `prefix`, in no order.
    pub fn announced(&self, prefix: IpNet) -> &[Announced] {
        self.routes.get(&prefix.trunc()).map_or(&[], Vec::as_slice)
    }

    /// A table of what is in force now.
    pub fn table(&self) -> RouteTable {
        let mut builder = TableBuilder::default();
        for (prefix, announced) in &self.routes {
            builder
                .add(*prefix, announced)
                .expect("a map gives its keys in order, and holds none that were not truncated");
        }
        builder.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    #[test]
    fn an_announcement_replaces_the_same_appliances_earlier_one() {
        let mut rib = Rib::default();
        let route = |med| Route {
            med,
            ..Route::default()
        };
        rib.announce(Announcer(1), net("10.0.0.0/8"), route(1));
        rib.announce(Announcer(2), net("10.0.0.0/8"), route(2));
        rib.announce(Announcer(1), net("10.9.9.9/8"), route(3));
        let meds: Vec<u32> = rib
            .announced(net("10.0.0.0/8"))
            .iter()
            .map(|one| one.route.med)
            .collect();
        assert_eq!(meds, [3, 2]);
        rib.withdraw(Announcer(2), net("10.0.0.0/8"));
        rib.withdraw(Announcer(2), net("11.0.0.0/8"));
        assert_eq!(
            (rib.prefixes(), rib.announced(net("10.0.0.0/8")).len()),
            (1, 1)
        );
        rib.forget(Announcer(1));
        assert_eq!(rib.prefixes(), 0);
    }
}
