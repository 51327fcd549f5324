//! The thread that sweeps, for as long as the store is open.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;

use fjall::Database;
use parking_lot::RwLock;
use platform_clock::SharedClock;

use super::stripes::Stripes;
use super::sweep::Pass;
use super::table::Table;
use crate::EngineError;
use crate::limits::{SWEEP_INTERVAL, SWEEP_PAUSE};

/// The open tables.
pub(super) type Tables = Arc<RwLock<HashMap<String, Arc<Table>>>>;

/// What a pass needs.
pub(super) struct Sweeping {
    pub(super) database: Database,
    pub(super) tables: Tables,
    pub(super) stripes: Arc<Stripes>,
    pub(super) clock: SharedClock,
}

impl Sweeping {
    /// One pass over every open table.
    pub(super) fn pass(&self, mut may_go_on: impl FnMut() -> bool) -> Result<(), EngineError> {
        let tables = self.tables.read().clone();
        for (name, table) in &tables {
            let pass = Pass {
                database: &self.database,
                stripes: &self.stripes,
                name,
                table,
                now: self.clock.now(),
            };
            pass.run(&mut may_go_on)?;
        }
        Ok(())
    }
}

/// A thread that makes a pass now and then. Dropping it ends the thread before the store is closed.
#[derive(Debug)]
pub(super) struct Sweeper {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sweeper {
    pub(super) fn start(sweeping: Sweeping) -> Result<Self, EngineError> {
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("rows-sweep".to_owned())
            .spawn(move || sweep(&sweeping, &stopped))
            .map_err(|error| EngineError::Failed(error.into()))?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that sweeps deleted rows panicked");
        }
    }
}

fn sweep(sweeping: &Sweeping, stopped: &Receiver<()>) {
    let waited = |timeout| stopped.recv_timeout(timeout) == Err(RecvTimeoutError::Timeout);
    while waited(SWEEP_INTERVAL) {
        if let Err(error) = sweeping.pass(|| waited(SWEEP_PAUSE)) {
            tracing::warn!(%error, "a sweep of deleted rows ended early; the next one goes on");
        }
    }
}
