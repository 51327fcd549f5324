//! One continent: networks with viewers, boxes in them and at exchanges, and what each announces.

use std::net::Ipv4Addr;
use std::ops::Range;
use std::sync::Arc;

use contracts_delivery::{ApplianceId, Location, Tier};
use delivery_fill::{BoxFacts, seed_of};
use delivery_routes::{Announced, Announcer, Route, RouteTable, TableBuilder};
use delivery_steering::decision::{Fleet, Load, Place};
use ipnet::{IpNet, Ipv4Net};

use crate::chance::Chance;
use crate::limits::{
    AREAS, BACKUP_BOXES, EXCHANGE_BOXES, FAR_BOXES, FAST_BOX, KINDS, ORIGIN_KBPS, PLACED_PART,
    PLANNING_ERROR, SITE_BOXES, STORAGE_BOX, WITHOUT_BOXES,
};
use crate::scale::Scale;

/// The first address of the first network; each has one of these.
const FIRST_ADDRESS: u32 = 16 << 24;
const NETWORK_BITS: u8 = 16;

/// Networks without boxes, beside each site with some.
const WITHOUT_PER_SITE: u32 = 1;

/// Boxes that stand together.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) tier: Tier,
    pub(crate) area: u32,
    /// Numbers of its boxes: from, to.
    pub(crate) boxes: (u32, u32),
    /// Its part of the continent's viewers; those of an exchange are the viewers it is nearest to.
    pub(crate) part: f64,
    place: Option<Place>,
}

/// One box.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SimBox {
    pub(crate) tier: Tier,
    pub(crate) site: u32,
    pub(crate) facts: BoxFacts,
}

/// Viewers with one way in.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    pub(crate) part: f64,
    /// Its site; none when it has no boxes.
    pub(crate) site: Option<u32>,
    near: u32,
    far: u32,
    pub(crate) place: Option<Place>,
}

/// A continent.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) sites: Vec<Site>,
    pub(crate) boxes: Vec<SimBox>,
    pub(crate) networks: Vec<Network>,
    pub(crate) routes: RouteTable,
    exchanges: u32,
}

impl World {
    /// Draws one continent of a service.
    pub(crate) fn draw(scale: &Scale, seed: u64) -> Self {
        let mut chance = Chance::of(seed, 0x3081D);
        let mut world = Self {
            sites: Vec::new(),
            boxes: Vec::new(),
            networks: Vec::new(),
            routes: RouteTable::default(),
            exchanges: (scale.exchange_boxes / scale.continents / EXCHANGE_BOXES).max(2),
        };
        world.build_sites(scale.isp_boxes / scale.continents, &mut chance);
        world.build_exchanges(scale.origins / scale.continents, &mut chance);
        world.build_networks(&mut chance);
        world.routes = world.announce();
        world
    }

    fn build_sites(&mut self, mut left: u32, chance: &mut Chance) {
        let mut viewers = Vec::new();
        while left > 0 {
            let size = SITE_BOXES.0 + chance.below(SITE_BOXES.1 - SITE_BOXES.0 + 1);
            // What is left over is no site of its own.
            let size = if left < size + SITE_BOXES.0 {
                left
            } else {
                size
            };
            left -= size;
            let area = self.sites.len() as u32 % AREAS;
            self.build_site(Tier::Isp, area, size, chance);
            viewers.push(f64::from(size) * (PLANNING_ERROR * chance.normal()).exp());
        }
        let all: f64 = viewers.iter().sum();
        for (site, viewers) in self.sites.iter_mut().zip(viewers) {
            site.part = viewers / all * (1.0 - WITHOUT_BOXES);
        }
    }

    fn build_exchanges(&mut self, origins: u32, chance: &mut Chance) {
        for number in 0..self.exchanges {
            self.build_site(Tier::Exchange, number % AREAS, EXCHANGE_BOXES, chance);
        }
        self.build_site(Tier::Origin, 0, origins.max(1), chance);
    }

    fn build_site(&mut self, tier: Tier, area: u32, size: u32, chance: &mut Chance) {
        let (number, first) = (self.sites.len() as u32, self.boxes.len() as u32);
        for n in 0..size {
            let (storage, sends_kbps) = match tier {
                Tier::Origin => (0, ORIGIN_KBPS),
                _ if n % KINDS == KINDS - 1 => FAST_BOX,
                _ => STORAGE_BOX,
            };
            let facts = BoxFacts {
                seed: seed_of(&u64::from(first + n).to_be_bytes()),
                storage_bytes: (storage as f64 * PLACED_PART) as u64,
                sends_kbps,
            };
            self.boxes.push(SimBox {
                tier,
                site: number,
                facts,
            });
        }
        self.sites.push(Site {
            tier,
            area,
            boxes: (first, first + size),
            part: 0.0,
            place: place(area, chance),
        });
    }

    fn build_networks(&mut self, chance: &mut Chance) {
        let isp = self
            .sites
            .iter()
            .filter(|site| site.tier == Tier::Isp)
            .count() as u32;
        let without = isp * WITHOUT_PER_SITE;
        let mut exchange_parts = vec![0.0; self.exchanges as usize];
        for number in 0..isp + without {
            let site = (number < isp).then_some(number);
            let area = site.map_or_else(
                || chance.below(AREAS),
                |site| self.sites[site as usize].area,
            );
            let part = site.map_or(WITHOUT_BOXES / f64::from(without), |site| {
                self.sites[site as usize].part
            });
            // Exchanges are dealt out to areas by turns; where there are fewer of them an area has none.
            let of_area = self.exchanges.div_ceil(AREAS).max(1);
            let near = (area + AREAS * chance.below(of_area)) % self.exchanges;
            let far = (near + 1 + chance.below(self.exchanges - 1)) % self.exchanges;
            exchange_parts[near as usize] += part;
            self.networks.push(Network {
                part,
                site,
                near,
                far,
                place: place(area, chance),
            });
        }
        for (number, part) in exchange_parts.into_iter().enumerate() {
            let at = self.first_exchange() as usize + number;
            self.sites[at].part = part;
        }
    }

    fn announce(&self) -> RouteTable {
        let (mut table, none) = (TableBuilder::default(), Arc::from([]));
        for (number, network) in (0_u32..).zip(&self.networks) {
            let announced = |boxes: Range<u32>, path_len: u16| {
                let none = Arc::clone(&none);
                boxes.map(move |by| Announced {
                    by: Announcer(by),
                    route: Route {
                        path_len,
                        med: 0,
                        communities: Arc::clone(&none),
                    },
                })
            };
            let mut all: Vec<Announced> = Vec::new();
            if let Some(site) = network.site {
                let own = self.sites[site as usize].boxes;
                let backup = self.backup_of(site);
                all.extend(announced(own.0..own.1, 1));
                let some = backup.1.min(backup.0 + BACKUP_BOXES);
                all.extend(announced(backup.0..some, 3));
            }
            let near = self.sites[(self.first_exchange() + network.near) as usize].boxes;
            let far = self.sites[(self.first_exchange() + network.far) as usize].boxes;
            all.extend(announced(near.0..near.1, 2));
            all.extend(announced(far.0..far.0 + FAR_BOXES, 2));
            table
                .add(prefix(number), &all)
                .expect("networks are numbered in the order of their addresses");
        }
        table.finish()
    }

    /// The site whose boxes stand in for those of another: the next one of its area.
    fn backup_of(&self, site: u32) -> (u32, u32) {
        let area = self.sites[site as usize].area;
        let after = (site + 1..self.first_exchange()).chain(0..site);
        let other = after
            .into_iter()
            .find(|other| self.sites[*other as usize].area == area);
        other.map_or((0, 0), |other| self.sites[other as usize].boxes)
    }

    /// Whom a box asks for what it lacks before the origin: those beside it, and those above the network's own.
    pub(crate) fn sources(&self, by: Announcer, network: u32) -> (Range<u32>, Range<u32>) {
        let one = &self.boxes[by.0 as usize];
        let beside = self.sites[one.site as usize].boxes;
        let above = match one.tier {
            Tier::Isp => {
                let near = self.networks[network as usize].near;
                self.sites[(self.first_exchange() + near) as usize].boxes
            }
            Tier::Exchange | Tier::Origin => (0, 0),
        };
        (beside.0..beside.1, above.0..above.1)
    }

    /// The number of the first exchange's site.
    pub(crate) fn first_exchange(&self) -> u32 {
        self.sites.len() as u32 - self.exchanges - 1
    }

    /// Some address of a network.
    pub(crate) fn address(network: u32, chance: &mut Chance) -> Ipv4Addr {
        let host = chance.any() as u32 & u32::from(u16::MAX);
        Ipv4Addr::from(FIRST_ADDRESS + (network << NETWORK_BITS) + host)
    }

    /// The boxes as steering knows them, each with its part of the traffic. They report until told otherwise.
    pub(crate) fn fleet(&self, one_in: u32) -> Fleet {
        let mut fleet = Fleet::default();
        for (number, one) in self.boxes.iter().enumerate() {
            let by = fleet
                .number(&ApplianceId(format!("box-{number}")))
                .expect("a continent has fewer boxes than a region takes");
            fleet.set_tier(by, one.tier);
            if let Some(member) = fleet.get_mut(by) {
                member.place = self.sites[one.site as usize].place;
                member.silent_from = std::time::Duration::MAX.into();
                member.load = Load {
                    capacity_kbps: one.facts.sends_kbps / one_in,
                    ..Load::default()
                };
            }
        }
        fleet.set_routed(|by| self.boxes[by.0 as usize].tier != Tier::Origin);
        fleet
    }
}

fn prefix(network: u32) -> IpNet {
    let first = Ipv4Addr::from(FIRST_ADDRESS + (network << NETWORK_BITS));
    let net = Ipv4Net::new(first, 32 - NETWORK_BITS);
    net.expect("the length is one of an address").into()
}

/// A place in an area of some hundred kilometres.
fn place(area: u32, chance: &mut Chance) -> Option<Place> {
    let (north, east) = (chance.unit() * 4.0, chance.unit() * 6.0);
    let (row, column) = (area / 4, area % 4);
    let (row, column) = (f64::from(row), f64::from(column));
    Location::new(30.0 + row * 10.0 + north, column * 12.0 + east)
        .map(Place::from)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn viewers_are_served_by_their_network_and_exchanges() {
        let world = World::draw(&Scale::quick(), 5);
        let parts: f64 = world.networks.iter().map(|network| network.part).sum();
        assert!((parts - 1.0).abs() < 1e-9, "{parts}");
        let isp = world
            .boxes
            .iter()
            .filter(|one| one.tier == Tier::Isp)
            .count();
        assert_eq!(
            isp as u32,
            Scale::quick().isp_boxes / Scale::quick().continents
        );
        let mut chance = Chance::of(1, 1);
        for (number, network) in (0_u32..).zip(&world.networks) {
            let address = World::address(number, &mut chance);
            let found = world.routes.find(address.into()).unwrap();
            let first = world.boxes[found.candidates.announcer(0).0 as usize];
            match network.site {
                Some(site) => assert_eq!((first.tier, first.site), (Tier::Isp, site)),
                None => assert_eq!(first.tier, Tier::Exchange),
            }
        }
    }
}
