//! What people watch, and when: a few titles much, most of them little, new ones most of all for some days.

use crate::chance::{Chance, mix};

/// Views of an hour over those of the mean hour, from midnight on.
const HOURS: [f64; 24] = [
    0.70, 0.45, 0.30, 0.22, 0.20, 0.22, 0.32, 0.45, 0.55, 0.62, 0.70, 0.78, 0.90, 0.98, 1.00, 1.05,
    1.18, 1.38, 1.65, 1.95, 2.20, 2.25, 1.95, 1.30,
];

/// The same of the days of a week, which begins on a Monday.
const DAYS: [f64; 7] = [0.92, 0.90, 0.91, 0.94, 1.08, 1.16, 1.09];

/// How far a title's views drift from its own mean, as a logarithm.
const DRIFT: f64 = 0.35;
/// Days from one turn of the drift to the next.
const DRIFT_DAYS: u64 = 5;

/// How much more a title is watched when it is new, at most.
const BOOST: f64 = 30.0;
/// Days after which a third of that is left.
const BOOST_DAYS: f64 = 4.0;

/// What is watched and how it changes.
#[derive(Debug, Clone)]
pub struct Taste {
    /// Titles there are at the end of the time that is looked at.
    pub titles: u32,
    /// Zipf's exponent: the title of rank r is watched as often as one over r to this power.
    pub exponent: f64,
    /// New titles a day; they are among `titles`.
    pub launches_a_day: f64,
    /// Days looked at, from hour 0 on; new titles come in these.
    pub days: u64,
}

/// The titles of one region.
#[derive(Debug, Clone)]
pub struct Audience {
    seed: u64,
    titles: Vec<Title>,
}

#[derive(Debug, Clone, Copy)]
struct Title {
    weight: f64,
    /// The hour in which it can first be watched; none if it always could.
    launch: Option<u64>,
}

impl Audience {
    /// Draws titles from a seed.
    pub fn draw(taste: &Taste, seed: u64) -> Self {
        let mut chance = Chance::of(seed, 0xA0D1);
        let mut ranks: Vec<u32> = (0..taste.titles).collect();
        for at in (1..ranks.len()).rev() {
            ranks.swap(at, chance.below(at as u32 + 1) as usize);
        }
        let launches = (taste.launches_a_day * taste.days as f64) as usize;
        let old = ranks.len().saturating_sub(launches);
        let titles = ranks.iter().enumerate().map(|(at, rank)| Title {
            weight: f64::from(rank + 1).powf(-taste.exponent),
            // Titles come out at midnight.
            launch: (at >= old).then(|| u64::from(chance.below(taste.days as u32)) * 24),
        });
        Self {
            seed,
            titles: titles.collect(),
        }
    }

    /// How many titles there are.
    pub fn len(&self) -> usize {
        self.titles.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.titles.is_empty()
    }

    /// When a title came out; none if it always could be watched.
    pub fn launch(&self, title: usize) -> Option<u64> {
        self.titles[title].launch
    }

    /// How much each title is watched in an hour, beside the others.
    pub fn weights(&self, hour: u64) -> Vec<f64> {
        let numbered = self.titles.iter().enumerate();
        numbered
            .map(|(at, title)| title.weight * self.change(at, title, hour))
            .collect()
    }

    fn change(&self, at: usize, title: &Title, hour: u64) -> f64 {
        let new = match title.launch {
            Some(launch) if hour < launch => return 0.0,
            Some(launch) => BOOST * (-((hour - launch) as f64) / (24.0 * BOOST_DAYS)).exp(),
            None => 0.0,
        };
        (1.0 + new) * (DRIFT * self.drift(at as u64, hour)).exp()
    }

    /// A number around 0 that turns every few days, and goes straight from turn to turn.
    fn drift(&self, title: u64, hour: u64) -> f64 {
        let turn = |n: u64| Chance::of(self.seed ^ mix(title), n).normal();
        let (hours, part) = (DRIFT_DAYS * 24, hour % (DRIFT_DAYS * 24));
        let (from, to) = (turn(hour / hours), turn(hour / hours + 1));
        from + (to - from) * part as f64 / hours as f64
    }
}

/// Views of an hour over those of the mean hour. Hour 0 is a Monday's midnight.
pub fn pace(hour: u64) -> f64 {
    HOURS[(hour % 24) as usize] * DAYS[(hour / 24 % 7) as usize] / mean_hour()
}

fn mean_hour() -> f64 {
    HOURS.iter().sum::<f64>() / 24.0 * (DAYS.iter().sum::<f64>() / 7.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audience() -> Audience {
        let taste = Taste {
            titles: 1_000,
            exponent: 1.0,
            launches_a_day: 2.0,
            days: 28,
        };
        Audience::draw(&taste, 7)
    }

    #[test]
    fn a_week_has_its_hours_and_the_evening_most() {
        let hours: Vec<f64> = (0..168).map(pace).collect();
        assert!((hours.iter().sum::<f64>() / 168.0 - 1.0).abs() < 1e-9);
        assert!(hours[21] > 4.0 * hours[4]);
    }

    #[test]
    fn a_title_is_not_watched_before_it_comes_out_and_most_right_after() {
        let audience = audience();
        let new: Vec<usize> = (0..audience.len())
            .filter(|at| audience.launch(*at).is_some())
            .collect();
        assert_eq!(new.len(), 56);
        for title in new {
            let launch = audience.launch(title).unwrap();
            if launch > 0 {
                assert!(audience.weights(launch - 1)[title].abs() < f64::EPSILON);
            }
            let (first, later) = (
                audience.weights(launch)[title],
                audience.weights(launch + 480)[title],
            );
            assert!(first > 3.0 * later);
        }
    }

    #[test]
    fn a_tenth_of_the_titles_is_most_of_what_is_watched() {
        let mut weights = audience().weights(300);
        weights.sort_unstable_by(|a, b| b.total_cmp(a));
        let (top, all): (f64, f64) = (weights[..100].iter().sum(), weights.iter().sum());
        assert!((0.55..0.85).contains(&(top / all)), "{}", top / all);
    }
}
