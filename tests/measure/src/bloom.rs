//! Checks of the filter that says which partitions are split.

use std::hint::black_box;

use data_timeseries::SplitFilter;

use crate::figure::Figure;
use crate::ground::Ground;
use crate::limits::{CHECKS, FILTERED, LONG_ROUNDS};
use crate::plan::Plan;
use crate::rounds::median;
use tests_figures::Report;

/// Keys looked up in turn: more than any cache keeps ready.
const KEYS: u64 = 65_536;

/// As long as a series' id, a time bucket and an event bucket.
fn keys(first: u64) -> Vec<[u8; 40]> {
    let key = |number: u64| {
        let mut key = [0; 40];
        key.copy_from_slice(&blake3::hash(&number.to_be_bytes()).as_bytes().repeat(2)[..40]);
        key
    };
    (first..first + KEYS).map(key).collect()
}

/// Nanoseconds of a check.
fn check(ground: &Ground, filter: &SplitFilter, keys: &[[u8; 40]]) -> f64 {
    let round = |_| {
        let began = ground.clock.monotonic();
        for key in keys.iter().cycle().take(CHECKS as usize) {
            black_box(filter.may_hold(1, black_box(key)));
        }
        let took = ground.clock.monotonic().saturating_sub(began);
        took.as_nanos() as f64 / CHECKS as f64
    };
    median((0..LONG_ROUNDS).map(round))
}

pub(crate) fn measure(plan: &Plan, ground: &Ground, report: &mut Report) {
    if !plan.wants(Figure::Bloom) {
        return;
    }
    let filter = SplitFilter::with_capacity(FILTERED as usize);
    let held = keys(0);
    for key in &held {
        filter.insert(1, key);
    }
    for number in KEYS..FILTERED {
        filter.insert(1, &number.to_be_bytes());
    }
    let (present, absent) = (
        check(ground, &filter, &held),
        check(ground, &filter, &keys(FILTERED)),
    );
    let how = format!(
        "a key that is there {present:.1} ns, one that is not {absent:.1} ns; {FILTERED} partitions"
    );
    report.add(Figure::Bloom, present.max(absent), &how);
}
