//! Lives of a process, one after another, from one seed.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::Duration;

use data_engine::SharedEngine;
use platform_clock::{ManualClock, SharedClock, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::{Cut, Faults, FaultyEngine};

/// When every world begins.
const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// Histories of each test when nothing else is said.
const HISTORIES: u64 = 2_000;

/// Most engine calls of a life that is cut short.
const MAX_CALLS: u64 = 120;

/// A clock, an engine, and chance.
#[derive(Debug)]
pub struct World {
    /// The engine.
    pub engine: Arc<FaultyEngine>,
    /// The clock of everything in this world.
    pub clock: Arc<ManualClock>,
    /// Chance for the test's own choices.
    pub rng: StdRng,
}

impl World {
    /// The world of a seed.
    pub fn new(seed: u64, faults: Faults) -> Self {
        let clock = ManualClock::at(START);
        Self {
            engine: FaultyEngine::new(seed, faults, clock.clone()),
            clock,
            rng: StdRng::seed_from_u64(!seed),
        }
    }

    /// The engine, as the abstractions take it.
    pub fn shared_engine(&self) -> SharedEngine {
        self.engine.clone()
    }

    /// The clock, as the abstractions take it.
    pub fn shared_clock(&self) -> SharedClock {
        self.clock.clone()
    }

    /// Runs a life that may end at any engine call. Gives its result, or how it was cut short; what it
    /// held in memory and every task it spawned is gone then.
    pub fn live<T>(&mut self, life: impl Future<Output = T>) -> Result<T, Cut> {
        let calls = self.rng.random_range(1..MAX_CALLS);
        self.engine.die_after(Some(calls));
        let ended = run(async {
            tokio::select! {
                biased;
                () = self.engine.died() => None,
                lived = life => Some(lived),
            }
        });
        self.engine.die_after(None);
        self.clock.advance(Duration::from_millis(2));
        if let Some(lived) = ended {
            return Ok(lived);
        }
        let cut = match self.rng.random_range(0..2) {
            0 => Cut::Crash,
            _ => Cut::PowerLoss,
        };
        self.engine.restart(cut);
        Err(cut)
    }

    /// Lets time pass between lives. Nothing is under way for so long: what is late arrives first.
    pub fn pass(&self, time: Duration) {
        self.engine.arrive();
        self.clock.advance(time);
    }

    /// Runs the last life: nothing goes wrong any more.
    pub fn settle<T>(&mut self, life: impl Future<Output = T>) -> T {
        self.engine.heal();
        run(life)
    }
}

/// One thread, and timers that end when nothing else is left to do: the same order of events each time.
fn run<T>(life: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.expect("a runtime starts").block_on(life)
}

/// Runs a history for each seed: those of `MARQUEE_HISTORIES`, or the one of `MARQUEE_SEED`.
///
/// # Panics
/// When a history does, after printing its seed.
#[expect(
    clippy::disallowed_methods,
    reason = "a test is told its seeds by whoever runs it, and has no configuration"
)]
pub fn each_seed(history: impl Fn(u64)) {
    let number = |name: &str| std::env::var(name).ok().and_then(|it| it.parse().ok());
    let seeds = match number("MARQUEE_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("MARQUEE_HISTORIES").unwrap_or(HISTORIES),
    };
    for seed in seeds {
        let ran = catch_unwind(AssertUnwindSafe(|| history(seed)));
        if let Err(panic) = ran {
            let test = std::thread::current().name().unwrap_or_default().to_owned();
            let hint = format!("MARQUEE_SEED={seed} cargo test -p tests-simulation {test}");
            let _printed = std::io::Write::write_all(
                &mut std::io::stderr(),
                format!("this history failed; replay it with: {hint}\n").as_bytes(),
            );
            resume_unwind(panic);
        }
    }
}
