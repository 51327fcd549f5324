//! The night before the day: what is expected, what lies where, and what is moved for it.

use std::time::Duration;

use contracts_delivery::{ReleaseId, Tier};
use data_objects::ContentHash;
use delivery_fill::{
    Candidate, Forecast, Held, History, Hours, Launch, Ranked, Wanted, Window, place, plan, seed_of,
};
use delivery_routes::Announcer;
use delivery_steering::decision::Holdings;
use serde::Serialize;

use crate::audience::{Audience, pace};
use crate::chance::Chance;
use crate::limits::{DAY, DEVICE_FILES, DEVICES, FILL_MBPS, PLAY_S, TITLE_HOURS};
use crate::tally::Fetched;
use crate::world::World;

/// What a night came to, on the whole continent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Filled {
    /// Bytes moved.
    pub moved: Fetched,
    /// Bytes placed on all boxes.
    pub held: f64,
}

impl Filled {
    pub(crate) fn add(&mut self, other: &Self) {
        self.moved.merge(&other.moved);
        self.held += other.held;
    }
}

/// The titles of a continent as files.
#[derive(Debug)]
pub(crate) struct Stock {
    pub(crate) releases: Vec<ReleaseId>,
    /// Hours of each title's picture.
    hours: Vec<f64>,
}

impl Stock {
    pub(crate) fn draw(titles: usize, seed: u64) -> Self {
        let mut chance = Chance::of(seed, 0x570C);
        let (least, more) = TITLE_HOURS;
        let release = |at: usize| ReleaseId(ContentHash::of(&(at as u64).to_be_bytes()));
        Self {
            releases: (0..titles).map(release).collect(),
            hours: (0..titles)
                .map(|_| least + chance.exponential(more))
                .collect(),
        }
    }

    /// Bytes of the one rendition that a play on that kind of device is sent.
    pub(crate) fn sent_bytes(&self, file: u32) -> f64 {
        let (title, device) = split(file);
        self.hours[title] * 3_600.0 * f64::from(DEVICES[device].mean_kbps) * 125.0
    }

    /// Bytes of a title's files for one kind of device.
    fn bytes(&self, file: u32) -> u64 {
        let (title, device) = split(file);
        (self.hours[title] * 3_600.0 * f64::from(DEVICES[device].stored_kbps) * 125.0) as u64
    }

    /// Bytes of all files.
    pub(crate) fn all_bytes(&self) -> f64 {
        let files = 0..(self.hours.len() * DEVICES.len()) as u32;
        files.map(|file| self.bytes(file) as f64).sum()
    }

    fn candidates(&self, forecast: &Forecast) -> Vec<Candidate> {
        let files = 0..(self.hours.len() * DEVICES.len()) as u32;
        let candidate = |file: u32| {
            let (title, device) = split(file);
            let views = f64::from(forecast.views.get(title).copied().unwrap_or(0.0));
            let kind = &DEVICES[device];
            Candidate {
                file,
                seed: seed_of(&file.to_be_bytes()),
                bytes: self.bytes(file),
                served: views * kind.part * f64::from(kind.mean_kbps) * 125.0 * PLAY_S,
            }
        };
        files.map(candidate).collect()
    }
}

/// The number of a title's files for one kind of device.
pub(crate) const fn file_of(title: u32, device: u8) -> u32 {
    title * DEVICES.len() as u32 + device as u32
}

/// A title and a kind of device, of the number of their files.
const fn split(file: u32) -> (usize, usize) {
    (file as usize / DEVICES.len(), file as usize % DEVICES.len())
}

/// Which of a release's files a kind of device may be sent, a bit each.
pub(crate) const fn wanted(device: usize) -> u64 {
    ((1 << DEVICE_FILES) - 1) << (device as u32 * DEVICE_FILES)
}

/// Counts four weeks of views, and places what the day is expected to need: first what the day before was, then the
/// difference, as far as a night goes.
pub(crate) fn fill(
    world: &World,
    stock: &Stock,
    audience: &Audience,
    views_a_day: f64,
    seed: u64,
) -> (Holdings, Filled) {
    let launches: Vec<Launch> = (0..audience.len())
        .filter_map(|title| {
            Some(Launch {
                title,
                hour: audience.launch(title)?,
                weight: 1.0,
            })
        })
        .collect();
    let mut history = watched(audience, views_a_day, seed);
    let before = Targets::of(world, stock, &Forecast::of(&history, &launches));
    watch(&mut history, audience, views_a_day, DAY - 1, seed);
    let after = Targets::of(world, stock, &Forecast::of(&history, &launches));
    let mut holdings = Holdings::default();
    for release in &stock.releases {
        holdings.describe(*release, DEVICES.len() * DEVICE_FILES as usize);
    }
    let mut filled = Filled::default();
    let mut held_above = vec![false; stock.hours.len() * DEVICES.len()];
    // From the top down: what an exchange was given feeds the networks around it.
    for tier in [Tier::Exchange, Tier::Isp] {
        for site in world.sites.iter().filter(|site| site.tier == tier) {
            let mut beside = vec![false; held_above.len()];
            for by in site.boxes.0..site.boxes.1 {
                for file in &before.boxes[by as usize] {
                    beside[*file as usize] = true;
                }
            }
            for by in site.boxes.0..site.boxes.1 {
                let (from, to) = (&before.boxes[by as usize], &after.boxes[by as usize]);
                let storage = world.boxes[by as usize].facts.storage_bytes;
                let kept = after.carry_out(stock, from, to, storage, |file, bytes| {
                    let bytes = bytes as f64;
                    if std::mem::replace(&mut beside[file as usize], true) {
                        filled.moved.beside += bytes;
                    } else if tier == Tier::Isp && held_above[file as usize] {
                        filled.moved.above += bytes;
                    } else {
                        filled.moved.origin += bytes;
                    }
                });
                filled.held += kept
                    .iter()
                    .map(|file| stock.bytes(*file) as f64)
                    .sum::<f64>();
                tell(&mut holdings, stock, Announcer(by), &kept);
            }
            if tier == Tier::Exchange {
                held_above
                    .iter_mut()
                    .zip(beside)
                    .for_each(|(above, it)| *above |= it);
            }
        }
    }
    (holdings, filled)
}

/// What every box should hold on a day.
struct Targets {
    boxes: Vec<Vec<u32>>,
    density: Vec<f64>,
}

impl Targets {
    fn of(world: &World, stock: &Stock, forecast: &Forecast) -> Self {
        let candidates = stock.candidates(forecast);
        let density = candidates.iter().map(Candidate::density).collect();
        let (ranked, busiest) = (Ranked::of(candidates), f64::from(forecast.busiest_hour));
        let mut boxes = vec![Vec::new(); world.boxes.len()];
        for site in world.sites.iter().filter(|site| site.tier != Tier::Origin) {
            let range = site.boxes.0 as usize..site.boxes.1 as usize;
            let facts: Vec<_> = world.boxes[range.clone()]
                .iter()
                .map(|one| one.facts)
                .collect();
            let placed = place(&ranked, &facts, site.part, busiest);
            for (by, files) in range.zip(placed.boxes) {
                boxes[by] = files;
            }
        }
        Self { boxes, density }
    }

    /// What a box holds once it has carried out what fits into its night. Each fetch is told.
    fn carry_out(
        &self,
        stock: &Stock,
        from: &[u32],
        to: &[u32],
        storage: u64,
        mut fetched: impl FnMut(u32, u64),
    ) -> Vec<u32> {
        let held: Vec<Held> = from
            .iter()
            .map(|file| Held {
                file: *file,
                bytes: stock.bytes(*file),
                watched: false,
                density: self.density[*file as usize],
            })
            .collect();
        let wanted: Vec<Wanted> = to
            .iter()
            .map(|file| Wanted {
                file: *file,
                bytes: stock.bytes(*file),
                density: self.density[*file as usize],
            })
            .collect();
        let night = Window {
            hours: Hours::OFF_PEAK,
            rate_mbps: FILL_MBPS,
        };
        let budget = night.bytes_in(Duration::from_hours(4));
        let plan = plan(&wanted, &held, storage, budget);
        let gone: std::collections::HashSet<u32> = plan.evict.into_iter().collect();
        let mut kept: Vec<u32> = from
            .iter()
            .copied()
            .filter(|file| !gone.contains(file))
            .collect();
        for file in plan.fetch {
            fetched(file, stock.bytes(file));
            kept.push(file);
        }
        kept
    }
}

/// Says what a box holds, title by title.
fn tell(holdings: &mut Holdings, stock: &Stock, by: Announcer, kept: &[u32]) {
    let mut files = kept.to_vec();
    files.sort_unstable();
    let same_title = |a: &u32, b: &u32| split(*a).0 == split(*b).0;
    for of_title in files.chunk_by(same_title) {
        let title = split(of_title[0]).0;
        let bits = of_title
            .iter()
            .fold(0, |bits, file| bits | wanted(split(*file).1));
        holdings
            .set(stock.releases[title], by, bits)
            .expect("every release was described with all its files");
    }
}

/// Four weeks of views, up to the night before the day before.
fn watched(audience: &Audience, views_a_day: f64, seed: u64) -> History {
    let mut history = History::beginning((DAY - 29) * 24);
    for day in DAY - 29..DAY - 1 {
        watch(&mut history, audience, views_a_day, day, seed);
    }
    history
}

fn watch(history: &mut History, audience: &Audience, views_a_day: f64, day: u64, seed: u64) {
    let mut chance = Chance::of(seed, 0x0000_71E3 ^ day << 32);
    history.advance((day + 1) * 24);
    let weights = audience.weights(day * 24 + 12);
    let all: f64 = weights.iter().sum();
    for hour in day * 24..(day + 1) * 24 {
        let views = views_a_day / 24.0 * pace(hour);
        for (title, weight) in weights.iter().enumerate() {
            let count = chance.poisson(views * weight / all);
            if count > 0 {
                history.count(title, hour, count);
            }
        }
    }
}
