//! The faulty engine.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use data_engine::{
    Cell, Change, Durability, Engine, EngineError, Mutation, Page, PageLimit, Range, Stamp, Stamps,
    TableKind, TokenRange,
};
use futures::FutureExt as _;
use parking_lot::Mutex;
use platform_clock::SharedClock;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::sync::Notify;

use crate::faults::{Fate, Faults};
use crate::journal::{Cut, Done, Journal};

/// An engine that fails in every way a caller has to expect, as its seed says.
#[derive(Debug)]
pub struct FaultyEngine {
    state: Mutex<State>,
    stamps: Stamps,
    died: Notify,
}

#[derive(Debug)]
struct State {
    journal: Journal,
    faults: Faults,
    rng: StdRng,
    /// Writes that are on their way for longer than their callers waited.
    late: Vec<(Done, Durability)>,
    /// Calls until the machine dies; `None`: it lives.
    calls_left: Option<u64>,
}

impl FaultyEngine {
    /// An engine with no tables.
    pub fn new(seed: u64, faults: Faults, clock: SharedClock) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                journal: Journal::new(clock.clone()),
                faults,
                rng: StdRng::seed_from_u64(seed),
                late: Vec::new(),
                calls_left: None,
            }),
            stamps: Stamps::new(clock),
            died: Notify::new(),
        })
    }

    /// Returns when the machine has died.
    pub(crate) async fn died(&self) {
        self.died.notified().await;
    }

    /// Lets the machine die at the given call from now on, if at any.
    pub(crate) fn die_after(&self, calls: Option<u64>) {
        // A life that ended by itself at its last call leaves the word of a death behind.
        let _old = self.died.notified().now_or_never();
        self.state.lock().calls_left = calls;
    }

    /// Begins the next life with what outlives the cut.
    pub(crate) fn restart(&self, cut: Cut) {
        let mut state = self.state.lock();
        let State { journal, rng, .. } = &mut *state;
        journal.cut(cut, rng);
        state.calls_left = None;
        // What was on its way goes with the machine it was on.
        if cut == Cut::PowerLoss {
            state.late.clear();
        }
    }

    /// From now on nothing goes wrong, and what was late arrives.
    pub(crate) fn heal(&self) {
        self.state.lock().faults = Faults::NONE;
        self.arrive();
    }

    /// Lets everything that is late arrive.
    pub(crate) fn arrive(&self) {
        let mut state = self.state.lock();
        for (one, durability) in std::mem::take(&mut state.late) {
            state.deliver(one, durability);
        }
    }

    /// Counts a call and lets others go first. Never returns on a dead machine.
    async fn begin(&self) {
        let turns = {
            let mut state = self.state.lock();
            if let Some(left) = &mut state.calls_left {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    self.died.notify_one();
                }
            }
            let State { faults, rng, .. } = &mut *state;
            faults.wait(rng)
        };
        self.wait(turns).await;
    }

    async fn wait(&self, turns: u32) {
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        if self.state.lock().calls_left == Some(0) {
            std::future::pending::<()>().await;
        }
    }

    /// Applies a write as its fate will have it.
    async fn change(&self, one: Done, durability: Durability) -> Result<bool, EngineError> {
        self.begin().await;
        let (answer, turns) = {
            let mut state = self.state.lock();
            state.deliver_some();
            let State { faults, rng, .. } = &mut *state;
            let (fate, turns) = (faults.fate(rng), faults.wait(rng));
            let answer = match fate {
                Fate::Fine => state.journal.apply(one, durability),
                Fate::Twice => {
                    state.late.push((one.clone(), durability));
                    state.journal.apply(one, durability)
                }
                Fate::Refused => Err(unknown()),
                Fate::AnswerLost => state.journal.apply(one, durability).and(Err(unknown())),
                Fate::Late => {
                    state.late.push((one, durability));
                    Err(unknown())
                }
            };
            (answer, turns)
        };
        self.wait(turns).await;
        answer
    }

    async fn read<T>(
        &self,
        read: impl AsyncFnOnce(&dyn Engine) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        self.begin().await;
        let (answer, turns) = {
            let mut state = self.state.lock();
            state.deliver_some();
            let State { faults, rng, .. } = &mut *state;
            let (is_unread, turns) = (faults.is_unread(rng), faults.wait(rng));
            let answer = if is_unread {
                Err(unknown())
            } else {
                read(&state.journal.model)
                    .now_or_never()
                    .expect("the memory engine never waits")
            };
            (answer, turns)
        };
        self.wait(turns).await;
        answer
    }
}

impl State {
    /// Now and then something late arrives.
    fn deliver_some(&mut self) {
        if !self.late.is_empty() && self.rng.random_range(0..4) == 0 {
            let index = self.rng.random_range(0..self.late.len());
            let (one, durability) = self.late.swap_remove(index);
            self.deliver(one, durability);
        }
    }

    /// A table may be gone by the time a late write arrives: then it changes nothing.
    fn deliver(&mut self, one: Done, durability: Durability) {
        let _changed = self.journal.apply(one, durability);
    }
}

fn unknown() -> EngineError {
    EngineError::Unavailable("the answer did not come".into())
}

#[async_trait]
impl Engine for FaultyEngine {
    async fn open(&self, table: &str, kind: TableKind) -> Result<(), EngineError> {
        self.begin().await;
        let open = Done::Open(table.to_owned(), kind);
        let opened = self.state.lock().journal.apply(open, Durability::Power);
        opened.map(drop)
    }

    async fn drop_table(&self, table: &str) -> Result<(), EngineError> {
        self.begin().await;
        let gone = Done::Drop(table.to_owned());
        let dropped = self.state.lock().journal.apply(gone, Durability::Power);
        dropped.map(drop)
    }

    fn stamp(&self) -> Stamp {
        self.stamps.next()
    }

    async fn get(
        &self,
        table: &str,
        partition: &[u8],
        item: &[u8],
    ) -> Result<Option<Cell>, EngineError> {
        self.read(async |model| model.get(table, partition, item).await)
            .await
    }

    async fn range(
        &self,
        table: &str,
        partition: &[u8],
        range: &Range,
        limit: PageLimit,
    ) -> Result<Page, EngineError> {
        self.read(async |model| model.range(table, partition, range, limit).await)
            .await
    }

    async fn partitions(
        &self,
        table: &str,
        tokens: TokenRange,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Bytes>, EngineError> {
        self.read(async |model| model.partitions(table, tokens, after, limit).await)
            .await
    }

    async fn write(
        &self,
        table: &str,
        partition: &[u8],
        mutations: Vec<Mutation>,
        stamp: Stamp,
        durability: Durability,
    ) -> Result<(), EngineError> {
        let partition = Bytes::copy_from_slice(partition);
        let write = Done::Write(table.to_owned(), partition, mutations, stamp);
        self.change(write, durability).await.map(drop)
    }

    async fn write_if(
        &self,
        table: &str,
        partition: &[u8],
        item: &[u8],
        expected: Option<&[u8]>,
        changes: Vec<Change>,
        durability: Durability,
    ) -> Result<bool, EngineError> {
        let write = Done::WriteIf {
            table: table.to_owned(),
            partition: Bytes::copy_from_slice(partition),
            item: Bytes::copy_from_slice(item),
            expected: expected.map(Bytes::copy_from_slice),
            changes,
        };
        self.change(write, durability).await
    }
}
