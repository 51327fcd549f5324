//! Where an appliance stands on the earth.

use serde::{Deserialize, Serialize};

/// Steps of a [`Location`] in a degree: a millionth is eleven centimetres.
const STEPS: f64 = 1e6;

/// A point on the earth, to a millionth of a degree; `{"latitude": 52.37, "longitude": 4.9}`, degrees north and
/// east.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Degrees", into = "Degrees")]
pub struct Location {
    north: i32,
    east: i32,
}

/// The numbers are no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a place is a latitude from -90 to 90 and a longitude from -180 to 180, in degrees")]
pub struct BadLocation;

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Degrees {
    latitude: f64,
    longitude: f64,
}

impl Location {
    /// From degrees north and east.
    ///
    /// # Errors
    /// [`BadLocation`] outside the ranges it names, and for what is no number.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, BadLocation> {
        let fits = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        if !fits {
            return Err(BadLocation);
        }
        Ok(Self {
            north: (latitude * STEPS).round() as i32,
            east: (longitude * STEPS).round() as i32,
        })
    }

    /// Degrees north of the equator.
    pub fn latitude(self) -> f64 {
        f64::from(self.north) / STEPS
    }

    /// Degrees east of Greenwich.
    pub fn longitude(self) -> f64 {
        f64::from(self.east) / STEPS
    }
}

impl TryFrom<Degrees> for Location {
    type Error = BadLocation;

    fn try_from(degrees: Degrees) -> Result<Self, BadLocation> {
        Self::new(degrees.latitude, degrees.longitude)
    }
}

impl From<Location> for Degrees {
    fn from(location: Location) -> Self {
        Self {
            latitude: location.latitude(),
            longitude: location.longitude(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_survive_and_what_is_no_place_is_refused() {
        let text = r#"{"latitude":52.37,"longitude":-4.9}"#;
        let there: Location = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&there).unwrap(), text);
        assert_eq!(there, Location::new(52.37, -4.9).unwrap());
        for (latitude, longitude) in [(90.1, 0.0), (0.0, 180.1), (f64::NAN, 0.0)] {
            assert_eq!(Location::new(latitude, longitude), Err(BadLocation));
        }
        let error = serde_json::from_str::<Location>(r#"{"latitude":91,"longitude":0}"#);
        assert!(error.unwrap_err().to_string().contains("-90 to 90"));
    }
}
