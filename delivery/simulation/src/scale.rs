//! How large the simulated service is.

use serde::Serialize;

/// Sizes of the whole service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scale {
    /// Continents that share no appliance.
    pub continents: u32,
    /// Appliances in providers' networks.
    pub isp_boxes: u32,
    /// Appliances at exchanges.
    pub exchange_boxes: u32,
    /// Origins.
    pub origins: u32,
    /// Titles.
    pub titles: u32,
    /// Members.
    pub members: u64,
    /// Hours watched on the mean day.
    pub hours_a_day: f64,
    /// One play in so many is simulated.
    pub one_in: u32,
}

impl Scale {
    /// The largest service there is: 17,000 appliances, 230 million members, 15,000 titles, 400 million hours a day.
    pub const fn full() -> Self {
        Self {
            continents: 8,
            isp_boxes: 15_000,
            exchange_boxes: 1_984,
            origins: 16,
            titles: 15_000,
            members: 230_000_000,
            hours_a_day: 400e6,
            one_in: 10,
        }
    }

    /// A hundredth of it, for a look within seconds.
    pub const fn quick() -> Self {
        Self {
            continents: 2,
            isp_boxes: 160,
            exchange_boxes: 48,
            origins: 2,
            titles: 3_000,
            members: 2_300_000,
            hours_a_day: 4e6,
            one_in: 10,
        }
    }

    /// So many of its continents, with their part of everything but the titles. None for 0, and for more than there are.
    pub fn part(&self, continents: u32) -> Option<Self> {
        if !(1..=self.continents).contains(&continents) {
            return None;
        }
        let of = |all: u32| all / self.continents * continents;
        Some(Self {
            continents,
            isp_boxes: of(self.isp_boxes),
            exchange_boxes: of(self.exchange_boxes),
            origins: of(self.origins),
            members: self.members / u64::from(self.continents) * u64::from(continents),
            hours_a_day: self.hours_a_day * f64::from(continents) / f64::from(self.continents),
            ..self.clone()
        })
    }

    /// All appliances.
    pub const fn boxes(&self) -> u32 {
        self.isp_boxes + self.exchange_boxes + self.origins
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_has_its_part() {
        let (full, two) = (Scale::full(), Scale::full().part(2).unwrap());
        assert_eq!((two.continents, two.boxes()), (2, full.boxes() / 4));
        assert_eq!((two.titles, two.hours_a_day as u64), (15_000, 100_000_000));
        assert_eq!(full.part(8), Some(full.clone()));
        assert_eq!((full.part(0), full.part(9)), (None, None));
    }
}
