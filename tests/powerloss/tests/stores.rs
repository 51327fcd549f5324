//! Kills, power cuts and full disks against every embedded store: what it acknowledged is there, once and whole.
//!
//! `MARQUEE_SEED` runs one seed only; `MARQUEE_ACCIDENTS` says how many accidents of each kind each store
//! gets (10 by default); `MARQUEE_FIRST_SEED` moves the seeds, for a soak.

use std::path::Path;

use tests_powerloss::fuse_is_there;
use tests_powerloss::plan::{ACCIDENTS, Plan, Suite};
use tests_powerloss::trial::{self, Tally};
use tests_powerloss::workload::Store;

/// Accidents of each kind that each store gets, besides those of [`FOUND`].
const PER_STORE: u64 = 10;

/// Seeds that found something once, and what; 1 and 3, which every run begins with, found most.
///
/// - 32: the name of fjall's version file, left unsynced by a kill and then lost.
/// - 34 and 127: a journal whose last batch lacked its middle.
/// - 83: a journal whose last item lacked a part of its head.
const FOUND: [u64; 4] = [32, 34, 83, 127];

#[expect(
    clippy::disallowed_methods,
    reason = "cargo gives a test no arguments of its own"
)]
fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name}={text} is no number")),
    )
}

fn suffer(suite: Suite, store: Store) {
    let has_fuse = fuse_is_there();
    if suite != Suite::Kill && !has_fuse {
        return;
    }
    let victim = Path::new(env!("CARGO_BIN_EXE_powerloss-victim"));
    let first = variable("MARQUEE_FIRST_SEED").unwrap_or(1);
    let trials = variable("MARQUEE_ACCIDENTS")
        .unwrap_or(PER_STORE)
        .div_ceil(ACCIDENTS);
    let seeds: Vec<u64> = match variable("MARQUEE_SEED") {
        Some(seed) => vec![seed],
        None => (first..first + trials).chain(FOUND).collect(),
    };
    let mut total = Tally::default();
    let expected = seeds.len() as u64 * ACCIDENTS;
    for seed in seeds {
        let plan = Plan::new(suite, store, seed, has_fuse);
        let tally = trial::run(&plan, victim).unwrap_or_else(|report| panic!("{report}"));
        total.kills += tally.kills;
        total.cuts += tally.cuts;
        total.fills += tally.fills;
        total.refused += tally.refused;
        total.acknowledged += tally.acknowledged;
    }
    let met = match suite {
        Suite::Kill => total.kills,
        Suite::Power => total.cuts,
        Suite::Full => total.fills,
    };
    assert_eq!(met, expected, "every accident happened: {total:?}");
    assert!(
        suite != Suite::Full || total.refused > 0,
        "no disk was too small: {total:?}"
    );
    assert!(total.acknowledged > 0, "nothing was put at risk: {total:?}");
}

macro_rules! stores {
    ($($kill:ident $power:ident $full:ident $store:ident;)*) => {
        $(
            #[test]
            fn $kill() {
                suffer(Suite::Kill, Store::$store);
            }

            #[test]
            fn $power() {
                suffer(Suite::Power, Store::$store);
            }

            #[test]
            fn $full() {
                suffer(Suite::Full, Store::$store);
            }
        )*
    };
}

stores! {
    kill_bare power_bare full_bare Bare;
    kill_rows power_rows full_rows Rows;
    kill_counters power_counters full_counters Counters;
    kill_log power_log full_log Log;
    kill_objects power_objects full_objects Objects;
}
