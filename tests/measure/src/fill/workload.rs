//! Requests to one site over five weeks: equal blocks, popular ones more often, new ones most.

use std::collections::HashSet;

use delivery_fill::{Forecast, History, Launch};
use delivery_simulation::{Audience, Chance, Taste, Weighted, pace};

use super::policies::{Appliance, Policy};
use crate::limits::{
    BLOCKS, DAY_REQUESTS, HELD_BACK_DAYS, NEW_BLOCKS, PINNED_PART, QUICK_BLOCKS,
    QUICK_DAY_REQUESTS, WARM_DAYS,
};
use crate::plan::Plan;

/// Days before the first held-back one.
const KNOWN_DAYS: u64 = 28;

/// The hour at which the night's placement is made.
const NIGHT: u64 = 2;

/// What was asked for, hour by hour.
pub(super) struct Workload {
    audience: Audience,
    launches: Vec<Launch>,
    /// Of every hour the titles asked for, in order.
    hours: Vec<Vec<u32>>,
    day_requests: f64,
}

impl Workload {
    pub(super) fn draw(plan: &Plan, seed: u64) -> Self {
        let days = KNOWN_DAYS + HELD_BACK_DAYS;
        let taste = Taste {
            titles: plan.pick(BLOCKS, QUICK_BLOCKS),
            exponent: 1.0,
            launches_a_day: NEW_BLOCKS,
            days,
        };
        let audience = Audience::draw(&taste, seed);
        let launches = (0..audience.len()).filter_map(|title| {
            Some(Launch {
                title,
                hour: audience.launch(title)?,
                weight: 1.0,
            })
        });
        let launches = launches.collect();
        let day_requests = plan.pick(DAY_REQUESTS, QUICK_DAY_REQUESTS);
        let mut chance = Chance::of(seed, 0xF111);
        let hours = (0..days * 24).map(|hour| {
            let titles = Weighted::of(&audience.weights(hour));
            let count = chance.poisson(day_requests / 24.0 * pace(hour));
            (0..count).map(|_| titles.draw(&mut chance)).collect()
        });
        let hours = hours.collect();
        Self {
            audience,
            launches,
            hours,
            day_requests,
        }
    }

    pub(super) fn titles(&self) -> usize {
        self.audience.len()
    }

    pub(super) fn describe(&self) -> String {
        format!(
            "{} equal blocks, {NEW_BLOCKS} new a day, {:.0} requests a day, {HELD_BACK_DAYS} days after {WARM_DAYS} to \
             warm up",
            self.titles(),
            self.day_requests
        )
    }

    /// Everything asked for from the beginning of the warming up on.
    pub(super) fn requests(&self) -> impl Iterator<Item = u32> {
        let from = ((KNOWN_DAYS - WARM_DAYS) * 24) as usize;
        self.hours[from..].iter().flatten().copied()
    }

    fn counts(&self, hours: std::ops::Range<u64>) -> Vec<f32> {
        let mut counts = vec![0.0; self.titles()];
        for title in self.hours[hours.start as usize..hours.end as usize]
            .iter()
            .flatten()
        {
            counts[*title as usize] += 1.0;
        }
        counts
    }

    /// The titles most asked for on a day.
    pub(super) fn top_of_day(&self, day: u64, count: usize) -> HashSet<usize> {
        top(&self.counts(day * 24..(day + 1) * 24), count)
            .into_iter()
            .collect()
    }

    /// Those of the day before.
    pub(super) fn counted_yesterday(&self, day: u64, count: usize) -> Vec<usize> {
        top(&self.counts((day - 1) * 24..day * 24), count)
    }

    /// Those that the days before let expect.
    pub(super) fn foreseen(&self, day: u64, count: usize) -> Vec<usize> {
        top(&self.forecast(day * 24).views, count)
    }

    fn forecast(&self, end: u64) -> Forecast {
        let begin = end.saturating_sub(KNOWN_DAYS * 24);
        let mut history = History::beginning(begin);
        history.advance(end);
        for hour in begin..end {
            for title in &self.hours[hour as usize] {
                history.count(*title as usize, hour, 1);
            }
        }
        Forecast::of(&history, &self.launches)
    }

    /// The part of the held-back requests that a cache has, once it is warm.
    pub(super) fn hits(&self, policy: &mut impl Policy) -> f64 {
        self.rate(|_, title| policy.ask(title))
    }

    /// The same where most of the room is placed every night, and the rest is as on an appliance.
    pub(super) fn placed(&self, capacity: usize) -> f64 {
        let pinned = (capacity as f64 * PINNED_PART) as usize;
        let mut rest = Appliance::new(capacity - pinned);
        let mut placed: HashSet<u32> = HashSet::new();
        let mut asked = 0;
        self.rate(|hour, title| {
            if hour % 24 == NIGHT && asked != hour {
                asked = hour;
                let best = top(&self.forecast(hour).views, pinned);
                placed = best.into_iter().map(|title| title as u32).collect();
            }
            placed.contains(&title) || rest.ask(title)
        })
    }

    fn rate(&self, mut has: impl FnMut(u64, u32) -> bool) -> f64 {
        let (mut hits, mut all) = (0_u64, 0_u64);
        for hour in (KNOWN_DAYS - WARM_DAYS) * 24..self.hours.len() as u64 {
            let counted = hour >= KNOWN_DAYS * 24;
            for title in &self.hours[hour as usize] {
                let hit = has(hour, *title);
                hits += u64::from(counted && hit);
                all += u64::from(counted);
            }
        }
        hits as f64 / all.max(1) as f64
    }
}

/// The days that no forecast has seen.
pub(super) fn held_back() -> impl Iterator<Item = u64> {
    KNOWN_DAYS..KNOWN_DAYS + HELD_BACK_DAYS
}

/// The numbers of the greatest.
fn top(values: &[f32], count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|a, b| values[*b].total_cmp(&values[*a]).then(a.cmp(b)));
    order.truncate(count);
    order
}
