//! Fill: whether the next day is foreseen, and what placing by it is worth beside caches that only look back.

mod policies;
mod workload;

use crate::figure::Figure;
use crate::ground::Ground;
use crate::limits::{CACHED_PART, FILL_SEED, FILL_SEEDS};
use crate::plan::Plan;
use delivery_simulation::{Report as Day, Scale, Spread, simulate};
use tests_figures::Report;

use policies::{Appliance, Belady, Lru, Sieve};
use workload::{Workload, held_back};

const HITS: [Figure; 2] = [Figure::HitOverLru, Figure::HitOverOptimum];
const DAYS: [Figure; 2] = [Figure::SimulatedDay, Figure::IspShare];

pub(crate) fn measure(plan: &Plan, ground: &Ground, report: &mut Report) {
    if plan.wants(Figure::RecallOverCounts) || plan.wants_any(&HITS) {
        let workload = Workload::draw(plan, FILL_SEED);
        let capacity = (workload.titles() as f64 * CACHED_PART) as usize;
        if plan.wants(Figure::RecallOverCounts) {
            recall(&workload, capacity, report);
        }
        if plan.wants_any(&HITS) {
            hits(plan, &workload, capacity, report);
        }
    }
    if plan.wants_any(&DAYS) {
        day(plan, ground, report);
    }
}

/// Of the titles that a held-back day watched most, how many were foreseen.
fn recall(workload: &Workload, capacity: usize, report: &mut Report) {
    let (mut foreseen, mut counted) = (0.0, 0.0);
    for day in held_back() {
        let truth = workload.top_of_day(day, capacity);
        let part = |guess: Vec<usize>| {
            let met = guess.iter().filter(|title| truth.contains(title)).count();
            met as f64 / capacity as f64
        };
        foreseen += part(workload.foreseen(day, capacity));
        counted += part(workload.counted_yesterday(day, capacity));
    }
    let days = held_back().count() as f64;
    let how = format!(
        "of the {capacity} titles most watched on {days} days, {:.4} were foreseen; last day's counts name {:.4}",
        foreseen / days,
        counted / days
    );
    report.add(Figure::RecallOverCounts, foreseen / counted, &how);
}

/// Hits of equal blocks at a tenth of the catalogue's bytes.
fn hits(plan: &Plan, workload: &Workload, capacity: usize, report: &mut Report) {
    let ours = workload.placed(capacity);
    let lru = workload.hits(&mut Lru::new(capacity));
    let sieve = workload.hits(&mut Sieve::new(capacity));
    let unplaced = workload.hits(&mut Appliance::new(capacity));
    let optimum = workload.hits(&mut Belady::new(capacity, workload.requests()));
    let how = format!(
        "placed nightly {ours:.4}, nothing placed {unplaced:.4}, LRU {lru:.4}, SIEVE {sieve:.4}, Belady {optimum:.4}; {}",
        workload.describe()
    );
    for (figure, value) in HITS.into_iter().zip([ours / lru, ours / optimum]) {
        if plan.wants(figure) {
            report.add(figure, value, &how);
        }
    }
}

/// The whole service's day.
fn day(plan: &Plan, ground: &Ground, report: &mut Report) {
    let scale = plan.pick(Scale::full(), Scale::quick());
    let seeds = FILL_SEED..FILL_SEED + plan.pick(FILL_SEEDS, 1);
    let days: Vec<Day> = seeds
        .map(|seed| simulate(&scale, seed, &ground.clock, &|_| {}))
        .collect();
    let spread = |of: &dyn Fn(&Day) -> f64| {
        let values: Vec<f64> = days.iter().map(of).collect();
        Spread::of(&values)
    };
    let took = spread(&|day| day.took_s);
    let share = spread(&|day| day.tally.served().parts()[0]);
    let plays = spread(&|day| day.tally.plays as f64 / 1e6);
    let how = format!(
        "{} boxes, {:.1} M plays simulated of {:.1} M, mean of {} seeds, the farthest {:.0} s off; the process took at \
         most {:.1} GiB",
        scale.boxes(),
        plays.mean,
        plays.mean * f64::from(scale.one_in),
        days.len(),
        took.off,
        memory_gib()
    );
    if plan.wants(Figure::SimulatedDay) {
        report.add(Figure::SimulatedDay, took.mean, &how);
    }
    if plan.wants(Figure::IspShare) {
        let how = format!("of the bytes; the farthest seed {:.4} off", share.off);
        report.add(Figure::IspShare, share.mean, &how);
    }
}

/// The most memory this process has had.
fn memory_gib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().split(' ').next()?.parse().ok());
    kib.unwrap_or(f64::NAN) / f64::from(1 << 20)
}
