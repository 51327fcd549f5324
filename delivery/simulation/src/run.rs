//! All continents, side by side on as many threads as there are cores, and what they come to together.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use platform_clock::SharedClock;
use serde::Serialize;

use crate::audience::{Audience, Taste};
use crate::day::{Day, Setting};
use crate::fault::Fault;
use crate::limits::{DAY, FAULT_HOURS, PLAY_S, TASTE};
use crate::night::{Filled, Stock, fill};
use crate::scale::Scale;
use crate::tally::{Served, Tally};
use crate::world::World;

/// A continent is ready.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Which, from 0.
    pub continent: u32,
    /// Of how many.
    pub of: u32,
    /// How long its night took to plan and its day to run.
    pub took: (Duration, Duration),
    /// Plays simulated.
    pub plays: u64,
}

/// A day of the whole service.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// How large it is.
    pub scale: Scale,
    /// Its seed.
    pub seed: u64,
    /// What was simulated, hours by the clock of the first continent.
    pub tally: Tally,
    /// What the night before moved.
    pub filled: Filled,
    /// Bytes of one continent's catalogue.
    pub catalogue_bytes: f64,
    /// Seconds it took.
    pub took_s: f64,
}

impl Report {
    /// Plays of the day, of which one in so many was simulated.
    pub fn plays(&self) -> f64 {
        self.tally.plays as f64 * f64::from(self.scale.one_in)
    }

    /// Most plays at once, worldwide.
    pub fn at_once(&self) -> f64 {
        let most = self.tally.at_once.iter().max().copied().unwrap_or(0);
        most as f64 * f64::from(self.scale.one_in)
    }

    /// Bits a second in the busiest hour, worldwide.
    pub fn busiest_bps(&self) -> f64 {
        let hours = self.tally.hours.iter().map(Served::all);
        hours.fold(0.0, f64::max) * 8.0 / 3_600.0 * f64::from(self.scale.one_in)
    }

    /// Bytes of the day.
    pub fn bytes(&self) -> f64 {
        self.tally.served().all() * f64::from(self.scale.one_in)
    }
}

/// What the loss of something changes on one continent, in the hours after.
#[derive(Debug, Clone, Serialize)]
pub struct Effect {
    /// What is lost, in words.
    pub fault: &'static str,
    /// The same hours without.
    pub before: Served,
    /// With.
    pub after: Served,
    /// Plays that were given another box.
    pub moved: f64,
    /// The part of all bytes that could not be sent in time, without and with.
    pub late: (f64, f64),
    /// The part of the plays that began on a full box, without and with.
    pub begun_full: (f64, f64),
    /// Plays that nobody could serve, of all.
    pub unserved: f64,
}

/// A number over some seeds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// How far the farthest is from it.
    pub off: f64,
}

impl Spread {
    /// Of some values.
    pub fn of(values: &[f64]) -> Self {
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        let off = values.iter().map(|value| (value - mean).abs());
        Self {
            mean,
            off: off.fold(0.0, f64::max),
        }
    }
}

/// Simulates a day. `progress` hears of each continent.
pub fn simulate(
    scale: &Scale,
    seed: u64,
    clock: &SharedClock,
    progress: &(dyn Fn(Progress) + Sync),
) -> Report {
    let (next, began) = (AtomicUsize::new(0), clock.monotonic());
    let done: Mutex<Vec<(usize, Tally, Filled, f64)>> = Mutex::default();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(scale.continents as usize) {
            scope.spawn(|| {
                loop {
                    let continent = next.fetch_add(1, Ordering::Relaxed);
                    if continent >= scale.continents as usize {
                        return;
                    }
                    let began = clock.monotonic();
                    let land = Continent::draw(scale, seed, continent);
                    let (holdings, filled) = land.night();
                    let night = clock.monotonic();
                    let setting = land.setting(scale, None, (0, 86_400));
                    let (tally, _) = Day::new(&setting, holdings).run();
                    progress(Progress {
                        continent: continent as u32,
                        of: scale.continents,
                        took: (
                            night.saturating_sub(began),
                            clock.monotonic().saturating_sub(night),
                        ),
                        plays: tally.plays,
                    });
                    done.lock()
                        .push((continent, tally, filled, land.stock.all_bytes()));
                }
            });
        }
    });
    let (mut tally, mut filled, mut catalogue_bytes) = (Tally::new(), Filled::default(), 0.0);
    let mut all = done.into_inner();
    all.sort_unstable_by_key(|(continent, ..)| *continent);
    for (continent, one, moved, bytes) in &all {
        let ahead = continent * 24 / scale.continents as usize;
        tally.merge(one, ahead);
        filled.add(moved);
        catalogue_bytes = f64::max(catalogue_bytes, *bytes);
    }
    Report {
        scale: scale.clone(),
        seed,
        tally,
        filled,
        catalogue_bytes,
        took_s: clock.monotonic().saturating_sub(began).as_secs_f64(),
    }
}

/// Simulates the evening of one continent, without and with each fault.
pub fn effect(scale: &Scale, seed: u64) -> Vec<Effect> {
    let land = Continent::draw(scale, seed, 0);
    let (mut holdings, _) = land.night();
    let span = (FAULT_HOURS.0 as u32 * 3_600, FAULT_HOURS.1 as u32 * 3_600);
    let mut evening = |fault| {
        let setting = land.setting(scale, fault, span);
        let (tally, back) = Day::new(&setting, std::mem::take(&mut holdings)).run();
        holdings = back;
        tally
    };
    let before = evening(None);
    let effects = Fault::ALL.map(|fault| {
        let after = evening(Some(fault));
        Effect {
            fault: fault.words(),
            before: before.served(),
            after: after.served(),
            moved: after.moved as f64 * f64::from(scale.one_in),
            late: (before.late(), after.late()),
            begun_full: (before.begun_full(), after.begun_full()),
            unserved: after.unserved as f64 / after.plays.max(1) as f64,
        }
    });
    effects.into()
}

struct Continent {
    world: World,
    stock: Stock,
    audience: Audience,
    plays_a_day: f64,
    seed: u64,
}

impl Continent {
    fn draw(scale: &Scale, seed: u64, number: usize) -> Self {
        let taste = Taste {
            titles: scale.titles,
            exponent: TASTE.0,
            launches_a_day: TASTE.1,
            days: DAY + 1,
        };
        let own = seed ^ (number as u64 + 1) << 32;
        Self {
            world: World::draw(scale, own),
            // One catalogue for all; each continent has its own taste.
            stock: Stock::draw(scale.titles as usize, seed),
            audience: Audience::draw(&taste, own),
            plays_a_day: scale.hours_a_day * 3_600.0 / PLAY_S / f64::from(scale.continents),
            seed: own,
        }
    }

    fn night(&self) -> (delivery_steering::decision::Holdings, Filled) {
        fill(
            &self.world,
            &self.stock,
            &self.audience,
            self.plays_a_day,
            self.seed,
        )
    }

    fn setting(&self, scale: &Scale, fault: Option<Fault>, span: (u32, u32)) -> Setting<'_> {
        Setting {
            world: &self.world,
            stock: &self.stock,
            audience: &self.audience,
            plays_a_day: self.plays_a_day / f64::from(scale.one_in),
            one_in: scale.one_in,
            fault,
            span,
            seed: self.seed,
        }
    }
}

#[cfg(test)]
mod tests {
    use platform_clock::SystemClock;

    use super::*;

    #[test]
    fn a_small_day_adds_up_and_is_the_same_from_the_same_seed() {
        let scale = Scale {
            isp_boxes: 40,
            exchange_boxes: 32,
            titles: 400,
            members: 115_000,
            hours_a_day: 200_000.0,
            ..Scale::quick()
        };
        let clock: SharedClock = SystemClock::shared();
        let report = simulate(&scale, 3, &clock, &|_| {});
        let again = simulate(&scale, 3, &clock, &|_| {});
        assert_eq!((&report.tally, report.filled), (&again.tally, again.filled));
        let other = simulate(&scale, 4, &clock, &|_| {});
        assert_ne!(report.tally, other.tally);
        // A Saturday has more than the mean day.
        let hours = report.plays() * PLAY_S / 3_600.0;
        assert!(
            (1.0..1.35).contains(&(hours / scale.hours_a_day)),
            "{hours}"
        );
        let parts = report.tally.served().parts();
        assert!(
            parts[0] > 0.5 && parts.iter().all(|part| (0.0..=1.0).contains(part)),
            "{parts:?}"
        );
        assert_eq!(report.tally.unserved, 0);
        assert!(report.filled.held > 0.0 && report.filled.moved.all() < report.filled.held);
    }

    #[test]
    fn what_is_lost_moves_plays_and_nobody_is_left_unserved() {
        let scale = Scale {
            isp_boxes: 80,
            exchange_boxes: 64,
            titles: 300,
            members: 115_000,
            hours_a_day: 200_000.0,
            ..Scale::quick()
        };
        for effect in effect(&scale, 5) {
            assert!(effect.moved > 0.0 && effect.unserved == 0.0, "{effect:?}");
            assert!(
                (effect.after.all() / effect.before.all() - 1.0).abs() < 0.1,
                "{effect:?}"
            );
        }
    }
}
