//! What was done to the engine, in order, and how much of it outlives a cut.

use bytes::Bytes;
use data_engine::{
    Change, Durability, Engine, EngineError, MemoryEngine, Mutation, Stamp, TableKind,
};
use futures::FutureExt as _;
use platform_clock::SharedClock;
use rand::RngExt as _;
use rand::rngs::StdRng;

/// How a life of the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The process dies; what was acknowledged at any level stays.
    Crash,
    /// The machine loses power; of what was not made durable the latest part goes.
    PowerLoss,
}

/// One thing done.
#[derive(Debug, Clone)]
pub(crate) enum Done {
    Open(String, TableKind),
    Drop(String),
    Write(String, Bytes, Vec<Mutation>, Stamp),
    WriteIf {
        table: String,
        partition: Bytes,
        item: Bytes,
        expected: Option<Bytes>,
        changes: Vec<Change>,
    },
}

/// The model and how it came to be.
#[derive(Debug)]
pub(crate) struct Journal {
    clock: SharedClock,
    done: Vec<Done>,
    /// How many of them are durable.
    durable: usize,
    pub(crate) model: MemoryEngine,
}

impl Journal {
    pub(crate) fn new(clock: SharedClock) -> Self {
        Self {
            model: MemoryEngine::on(clock.clone()),
            clock,
            done: Vec::new(),
            durable: 0,
        }
    }

    /// Does one thing; whether a comparison held.
    pub(crate) fn apply(&mut self, one: Done, durability: Durability) -> Result<bool, EngineError> {
        let held = run(&self.model, &one)?;
        self.done.push(one);
        if durability == Durability::Power {
            self.durable = self.done.len();
        }
        Ok(held)
    }

    /// What is there after a cut.
    pub(crate) fn cut(&mut self, cut: Cut, rng: &mut StdRng) {
        if cut == Cut::PowerLoss {
            let kept = rng.random_range(self.durable..=self.done.len());
            self.done.truncate(kept);
        }
        self.model = MemoryEngine::on(self.clock.clone());
        for one in &self.done {
            run(&self.model, one).expect("what was done once can be done again");
        }
        self.durable = self.done.len();
    }
}

fn run(model: &MemoryEngine, one: &Done) -> Result<bool, EngineError> {
    let durability = Durability::Process;
    let running = async {
        match one.clone() {
            Done::Open(table, kind) => model.open(&table, kind).await.map(|()| true),
            Done::Drop(table) => model.drop_table(&table).await.map(|()| true),
            Done::Write(table, partition, mutations, stamp) => model
                .write(&table, &partition, mutations, stamp, durability)
                .await
                .map(|()| true),
            Done::WriteIf {
                table,
                partition,
                item,
                expected,
                changes,
            } => {
                let expected = expected.as_deref();
                model
                    .write_if(&table, &partition, &item, expected, changes, durability)
                    .await
            }
        }
    };
    running
        .now_or_never()
        .expect("the memory engine never waits")
}
