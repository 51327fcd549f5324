//! Places on the earth, and how near one is to another in the few steps that matter to a player.

use std::fmt;

use contracts_delivery::Location;
use serde::{Deserialize, Serialize};

/// Round-trip times that divide near from far, in milliseconds.
const BAND_RTT_MS: [f32; 7] = [5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0];

/// The earth's mean radius.
const EARTH_KM: f32 = 6_371.0;

/// The cosines of the angles at which the bands of distance end: 100 km of great circle promise a round trip of a
/// millisecond, there and back at 204 km a millisecond, which is light in the fibre of ITU-T G.652 (group index 1.468).
/// The last lies past the antipode.
const BAND_COSINES: [f32; 7] = [
    0.996_922,
    0.987_706_84,
    0.951_129_7,
    0.809_295_3,
    0.309_917_7,
    -0.807_902,
    -2.0,
];

/// A point on the earth's surface, as the vector to it from the centre: two places compare by a product.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place([f32; 3]);

/// How near an appliance is: a band from 0, the nearest, to [`Nearness::UNKNOWN`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nearness(pub u8);

impl Nearness {
    /// Neither a round trip was measured nor are both places known.
    pub const UNKNOWN: Self = Self(8);

    /// By a measured round-trip time.
    pub fn of_rtt(rtt_ms: f32) -> Self {
        let passed = BAND_RTT_MS.iter().filter(|bound| rtt_ms >= **bound);
        Self(passed.count() as u8)
    }

    /// The nearest that a measured time may put what distance puts here: a band nearer, as the tables of places are
    /// often some hundred kilometres off. Nobody is nearer than light allows, whatever is said.
    pub(super) const fn at_best(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// By the great circle between two places, which promises a round-trip time.
    pub fn between(one: Place, other: Place) -> Self {
        let cosine = one.cosine(other);
        let passed = BAND_COSINES.iter().filter(|bound| cosine <= **bound);
        Self(passed.count() as u8)
    }
}

/// The times of a band: `5 to 10 ms`.
impl fmt::Display for Nearness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = |band: u8| BAND_RTT_MS.get(usize::from(band)).copied();
        match (self.0.checked_sub(1).and_then(bound), bound(self.0)) {
            _ if *self == Self::UNKNOWN => f.write_str("nobody knows how many ms"),
            (None, to) => write!(f, "under {} ms", to.unwrap_or_default()),
            (Some(from), Some(to)) => write!(f, "{from} to {to} ms"),
            (Some(from), None) => write!(f, "over {from} ms"),
        }
    }
}

impl From<Location> for Place {
    fn from(location: Location) -> Self {
        let north = (location.latitude() as f32).to_radians();
        let east = (location.longitude() as f32).to_radians();
        Self([
            north.cos() * east.cos(),
            north.cos() * east.sin(),
            north.sin(),
        ])
    }
}

impl Place {
    /// Length of the great circle between two places, in kilometres.
    pub fn distance_km(self, other: Self) -> f32 {
        self.cosine(other).clamp(-1.0, 1.0).acos() * EARTH_KM
    }

    fn cosine(self, other: Self) -> f32 {
        let [a, b] = [self.0, other.0];
        a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Kilometres of great circle that promise a round trip of a millisecond.
    const KM_PER_RTT_MS: f32 = 100.0;

    #[test]
    fn the_bands_of_distance_are_those_of_the_round_trip_it_promises() {
        for (rtt_ms, cosine) in BAND_RTT_MS.into_iter().zip(BAND_COSINES) {
            let angle = rtt_ms * KM_PER_RTT_MS / EARTH_KM;
            if angle > std::f32::consts::PI {
                continue;
            }
            assert!(
                (angle.cos() - cosine).abs() < 1e-5,
                "{rtt_ms} ms: {}",
                angle.cos()
            );
        }
    }

    #[test]
    fn known_distances() {
        let place = |latitude, longitude| Place::from(Location::new(latitude, longitude).unwrap());
        let (frankfurt, london) = (place(50.11, 8.68), place(51.51, -0.13));
        let km = frankfurt.distance_km(london);
        assert!((630.0..645.0).contains(&km), "{km}");
        assert_eq!(Nearness::between(frankfurt, london), Nearness::of_rtt(6.4));
        assert_eq!(Nearness::between(london, london), Nearness(0));
        let sydney = place(-33.87, 151.21);
        assert!(Nearness::between(london, sydney) > Nearness::between(london, frankfurt));
    }

    proptest! {
        #[test]
        fn the_band_is_that_of_the_distance(
            a in (-90.0_f64..=90.0, -180.0_f64..=180.0),
            b in (-90.0_f64..=90.0, -180.0_f64..=180.0),
        ) {
            let one = Place::from(Location::new(a.0, a.1).unwrap());
            let other = Place::from(Location::new(b.0, b.1).unwrap());
            let km = one.distance_km(other);
            let bounds = BAND_RTT_MS.map(|rtt| rtt * KM_PER_RTT_MS);
            // Rounding may put what lies on a bound to either side of it.
            prop_assume!(bounds.iter().all(|bound| (km - bound).abs() > 10.0));
            let promised = Nearness::of_rtt(km / KM_PER_RTT_MS);
            prop_assert_eq!(Nearness::between(one, other), promised, "{} km", km);
        }
    }
}
