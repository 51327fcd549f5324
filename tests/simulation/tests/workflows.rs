//! Workflows: whatever cuts them short, each ends once, and what a later step has seen never changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use data_workflow::{
    Context, Item, Policy, State, StepError, WorkflowError, WorkflowStatus, Workflows,
};
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use tests_simulation::{Faults, World, each_seed};

const LIVES: u8 = 4;
const FILMS: [&str; 2] = ["one", "two"];
const SHOTS: u64 = 3;

/// Enough tries that work which fails by chance never fails for good.
const PATIENT: Policy = Policy {
    attempts: 50,
    first_pause: Duration::from_millis(1),
    longest_pause: Duration::from_secs(1),
};

/// What was seen of all workflows from outside the store.
#[derive(Debug, Default)]
struct Seen {
    made: u64,
    /// Outputs that a later step was given.
    outputs: BTreeMap<String, u64>,
    /// Steps and items that were answered for: their records are durable.
    finished: BTreeSet<String>,
    ended: BTreeSet<String>,
}

#[derive(Debug, Clone)]
struct Watch(Arc<Mutex<(Seen, StdRng)>>);

impl Watch {
    fn new(seed: u64) -> Self {
        let rng = StdRng::seed_from_u64(seed);
        Self(Arc::new(Mutex::new((Seen::default(), rng))))
    }

    /// Does a step's or an item's work: it takes some turns, may fail, and never has the same output twice.
    async fn work(&self, name: String) -> Result<u64, StepError> {
        let turns = {
            let (seen, rng) = &mut *self.0.lock();
            assert!(!seen.finished.contains(&name), "{name} is done again");
            rng.random_range(0..4)
        };
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        let (seen, rng) = &mut *self.0.lock();
        if rng.random_range(0..10) == 0 {
            return Err(StepError::Transient("the child was killed".into()));
        }
        seen.made += 1;
        Ok(seen.made)
    }

    /// A later step is given an output.
    fn see(&self, name: String, output: u64) {
        let (seen, _) = &mut *self.0.lock();
        let first = *seen.outputs.entry(name.clone()).or_insert(output);
        assert_eq!(first, output, "the output of {name} changed");
        seen.finished.insert(name);
    }

    fn end(&self, film: &str) {
        let (seen, _) = &mut *self.0.lock();
        seen.ended.insert(film.to_owned());
    }

    fn has_ended(&self, film: &str) -> bool {
        self.0.lock().0.ended.contains(film)
    }
}

/// A few steps and a fan-out, each given what came before.
async fn film(context: Context, watch: Watch) -> Result<(), StepError> {
    let id = context.id().to_owned();
    assert!(!watch.has_ended(&id), "{id} runs after its end");
    let name = |step: &str| format!("{id}/{step}");
    for step in ["receive", "inspect"] {
        let work = |_| watch.work(name(step));
        let output = context.step(step, PATIENT, work).await?;
        watch.see(name(step), output);
    }
    let shots = (0..SHOTS).map(|shot| Item {
        key: format!("shot/{shot}"),
        weight: 1,
        input: shot,
    });
    let encode = |shot: u64, share| {
        let work = watch.work(name(&format!("encode/{shot}")));
        async move { Ok((work.await?, share)) }
    };
    let encoded: Vec<u64> = context
        .fan_out("encode", PATIENT, 2, shots.collect(), encode)
        .await?;
    for (shot, output) in (0..SHOTS).zip(encoded) {
        watch.see(name(&format!("encode/{shot}")), output);
    }
    let publish = |_| watch.work(name("publish"));
    let published = context.step("publish", PATIENT, publish).await?;
    watch.see(name("publish"), published);
    Ok(())
}

async fn status(workflows: &Workflows, id: &str) -> Option<WorkflowStatus> {
    loop {
        match workflows.status(id).await {
            Ok(status) => return status,
            Err(error) => assert!(error.is_transient(), "{error}"),
        }
    }
}

/// Starts every film, or goes on with it, and waits for the end of all.
async fn life(world: Opening, watch: Watch) -> Result<(), WorkflowError> {
    let (engine, clock) = world;
    let workflows = Workflows::open(&engine, clock, 2).await?;
    let watched = watch.clone();
    workflows.register("film", move |context, ()| film(context, watched.clone()));
    while let Err(error) = workflows.resume().await {
        assert!(error.is_transient(), "{error}");
    }
    for film in FILMS {
        while let Err(error) = workflows.start("film", film, &()).await {
            assert!(error.is_transient(), "{error}");
        }
    }
    for film in FILMS {
        for look in 0.. {
            assert!(look < 1_000, "{film} does not end");
            let status = status(&workflows, film).await;
            let status = status.expect("what was started is there");
            match status.state {
                State::Done => break,
                State::Open => tokio::time::sleep(Duration::from_secs(1)).await,
                State::Failed { reason } => panic!("{film} failed: {reason}"),
            }
            assert!(!watch.has_ended(film), "{film} ends twice");
        }
        watch.end(film);
    }
    Ok(())
}

type Opening = (data_engine::SharedEngine, platform_clock::SharedClock);

fn history(seed: u64) {
    let mut world = World::new(seed, Faults::MANY);
    let watch = Watch::new(world.rng.next_u64());
    for _ in 0..LIVES {
        let opening = (world.shared_engine(), world.shared_clock());
        let lived = world.live(life(opening, watch.clone()));
        assert!(!matches!(lived, Ok(Err(_))), "{lived:?}");
    }
    let opening = (world.shared_engine(), world.shared_clock());
    let settled = world.settle(life(opening, watch.clone()));
    settled.expect("a healed engine answers");
    let told = &watch.0.lock().0;
    assert_eq!(told.ended.len(), FILMS.len());
    assert_eq!(told.finished.len(), FILMS.len() * (3 + SHOTS as usize));
}

#[test]
fn workflows_end_once() {
    each_seed(history);
}
