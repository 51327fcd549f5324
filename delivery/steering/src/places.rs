//! Where clients are on the earth, by their networks: a table of others, read from CSV.

use std::collections::HashMap;
use std::io::Read;
use std::net::IpAddr;

use contracts_delivery::{BadLocation, Location};
use delivery_routes::{Announcer, Rib, Route, RouteTable};
use ipnet::IpNet;
use serde::Deserialize;

use crate::decision::Place;
use crate::limits::MAX_PLACED_NETWORKS;

/// Networks with places. The most specific one that covers an address tells its place.
#[derive(Debug, Default)]
pub struct Places {
    /// Its announcers are places by their number.
    table: RouteTable,
    places: Vec<Place>,
}

/// Why a table cannot be used. Lines are numbered from 1, the heading among them.
#[derive(Debug, thiserror::Error)]
pub enum BadPlaces {
    /// It is no CSV with the columns that are needed.
    #[error("it must be CSV with the columns network, latitude and longitude")]
    Csv(#[from] csv::Error),
    /// A line's numbers are no place.
    #[error("line {line}: {reason}")]
    Line {
        /// Which.
        line: u64,
        /// What is wrong.
        #[source]
        reason: BadLocation,
    },
    /// It is longer than any table of the internet.
    #[error("it has more than {MAX_PLACED_NETWORKS} networks")]
    TooMany,
}

/// A line; tables have other columns besides.
#[derive(Deserialize)]
struct Row {
    network: IpNet,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

impl Places {
    /// Reads a table: a heading that names the columns `network`, `latitude` and `longitude` among others, as the
    /// tables of geolocation that go round have it, and a network a line. One without a place is passed over.
    ///
    /// # Errors
    /// [`BadPlaces`].
    pub fn read(table: impl Read) -> Result<Self, BadPlaces> {
        let (mut rib, mut numbers, mut places) = (Rib::default(), HashMap::new(), Vec::new());
        for (read, row) in (2..).zip(csv::Reader::from_reader(table).into_deserialize()) {
            let row: Row = row?;
            let Some((latitude, longitude)) = row.latitude.zip(row.longitude) else {
                continue;
            };
            let location = Location::new(latitude, longitude)
                .map_err(|reason| BadPlaces::Line { line: read, reason })?;
            let number = *numbers.entry(location).or_insert_with(|| {
                places.push(Place::from(location));
                Announcer(places.len() as u32 - 1)
            });
            rib.announce(number, row.network, Route::default());
            if rib.prefixes() > MAX_PLACED_NETWORKS {
                return Err(BadPlaces::TooMany);
            }
        }
        Ok(Self {
            table: rib.table(),
            places,
        })
    }

    /// Where a client is, if its network is in the table.
    pub fn find(&self, client: IpAddr) -> Option<Place> {
        let found = self.table.find(client)?;
        let Announcer(number) = found.candidates.announcers().next()?;
        self.places.get(number as usize).copied()
    }

    /// Networks in the table.
    pub const fn networks(&self) -> usize {
        self.table.prefixes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(latitude: f64, longitude: f64) -> Option<Place> {
        Location::new(latitude, longitude).ok().map(Place::from)
    }

    #[test]
    fn the_most_specific_network_tells_and_one_without_a_place_does_not() {
        let text = "network,geoname_id,latitude,longitude,accuracy_radius\n\
                    10.0.0.0/8,1,52.5,13.4,50\n\
                    10.1.0.0/16,2,40.4,-3.7,5\n\
                    10.2.0.0/16,3,,,\n\
                    2001:db8::/32,1,52.5,13.4,50\n";
        let places = Places::read(text.as_bytes()).unwrap();
        let find = |address: &str| places.find(address.parse().unwrap());
        assert_eq!(places.networks(), 3);
        assert_eq!(find("10.9.9.9"), place(52.5, 13.4));
        assert_eq!(find("10.1.9.9"), place(40.4, -3.7));
        assert_eq!(find("10.2.0.1"), place(52.5, 13.4));
        assert_eq!(find("2001:db8::1"), place(52.5, 13.4));
        assert_eq!(find("192.0.2.1"), None);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let said = |text: &str| {
            let error = Places::read(text.as_bytes()).unwrap_err();
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            format!("{error}: {}", cause.unwrap_or_default())
        };
        let far = said("network,latitude,longitude\n10.0.0.0/8,1,1\n10.0.0.0/9,91,0\n");
        assert!(far.starts_with("line 3: a place is a latitude"), "{far}");
        let columns = said("prefix,latitude,longitude\n10.0.0.0/8,1,1\n");
        assert!(
            columns.contains("columns network") && columns.contains("`network`"),
            "{columns}"
        );
        let network = said("network,latitude,longitude\n10.0.0/8,1,1\n");
        assert!(network.contains("line: 2"), "{network}");
    }
}
