//! The workflows of a store: starting, resuming, watching, stopping them.

use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use data_engine::{CasTable, SharedEngine};
use platform_clock::SharedClock;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

use crate::context::Context;
use crate::error::{StepError, WorkflowError};
use crate::limits::PAGE;
use crate::live::{LiveSteps, Run, Runs};
use crate::record::{Header, Records};
use crate::runner::{Registry, asked, drive};
use crate::status::{State, StepState, StepStatus, WorkflowStatus};

const TABLE: &str = "workflows";

/// The workflows of one store. Cheap to clone. Dropping the last clone does not stop runs:
/// [`Workflows::stop`] does.
#[derive(Debug, Clone)]
pub struct Workflows(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    records: Records,
    clock: SharedClock,
    registry: Registry,
    runs: Runs,
    places: Arc<Semaphore>,
    stop: CancellationToken,
}

impl Workflows {
    /// Opens the store's workflows; at most `at_once` of them run at a time, in order of starting.
    /// Nothing runs until [`Workflows::resume`].
    pub async fn open(
        engine: &SharedEngine,
        clock: SharedClock,
        at_once: usize,
    ) -> Result<Self, WorkflowError> {
        let table = CasTable::open(engine, TABLE).await?;
        Ok(Self(Arc::new(Inner {
            records: Records { table },
            clock,
            registry: Registry::default(),
            runs: Runs::default(),
            places: Arc::new(Semaphore::new(at_once.max(1))),
            stop: CancellationToken::new(),
        })))
    }

    /// Says which function runs workflows of a kind. Do this for every kind before [`Workflows::resume`].
    pub fn register<I, F>(
        &self,
        kind: &str,
        function: impl Fn(Context, I) -> F + Send + Sync + 'static,
    ) where
        I: DeserializeOwned + Send + 'static,
        F: Future<Output = Result<(), StepError>> + Send + 'static,
    {
        let function = Arc::new(function);
        let erased = move |context: Context, input| {
            let function = Arc::clone(&function);
            let run = async move {
                let input = serde_json::from_value(input).map_err(|error| {
                    StepError::Permanent(format!("the workflow's input cannot be read: {error}"))
                })?;
                function(context, input).await
            };
            Box::pin(run) as crate::runner::RunFuture
        };
        self.0.registry.add(kind, Arc::new(erased));
    }

    /// Runs every open workflow of the store, oldest first.
    pub async fn resume(&self) -> Result<(), WorkflowError> {
        let mut open = Vec::new();
        let mut after = None;
        loop {
            let ids = self
                .0
                .records
                .table
                .partitions(after.as_deref(), PAGE)
                .await?;
            let Some(last) = ids.last().cloned() else {
                break;
            };
            for id in &ids {
                let id = String::from_utf8_lossy(id).into_owned();
                if let Some((_, header)) = self.0.records.header(&id).await?
                    && header.state == State::Open
                {
                    open.push((header.created_at, id));
                }
            }
            after = Some(last);
        }
        open.sort();
        for (_, id) in open {
            self.spawn(id);
        }
        Ok(())
    }

    /// Starts a workflow; whether it was new. One that is already there stays as it is, and is run if it is
    /// open and nothing here runs it: so a call that failed is safe to repeat.
    pub async fn start(
        &self,
        kind: &str,
        id: &str,
        input: &(impl Serialize + Sync),
    ) -> Result<bool, WorkflowError> {
        let header = Header {
            kind: kind.to_owned(),
            input: serde_json::to_value(input).map_err(WorkflowError::Input)?,
            created_at: self.0.clock.now(),
            state: State::Open,
        };
        let records = &self.0.records;
        let lost = AtomicBool::new(false);
        let create = || async {
            let new = records.create(id, &header).await;
            lost.fetch_or(new.is_err(), Ordering::Relaxed);
            new
        };
        if asked(create).await? {
            self.spawn(id.to_owned());
            return Ok(true);
        }
        let held = asked(|| records.header(id)).await?;
        let held = held.map(|(_, header)| header);
        if held.as_ref().is_some_and(|it| it.state == State::Open) {
            self.spawn(id.to_owned());
        }
        // A try whose answer was lost may have added it.
        Ok(lost.into_inner() && held.as_ref() == Some(&header))
    }

    /// Opens a failed workflow again, from its first unfinished step. Others are left as they are.
    pub async fn retry(&self, id: &str) -> Result<(), WorkflowError> {
        let Some((_, header)) = self.0.records.header(id).await? else {
            return Err(WorkflowError::Unknown(id.to_owned()));
        };
        if let State::Failed { .. } = header.state {
            let run = self.0.runs.lock().remove(id);
            if let Some(mut run) = run {
                // An error means that the run's task is gone already.
                let _ = run.stopped.wait_for(|stopped| *stopped).await;
            }
            self.0.records.set_state(id, &State::Open).await?;
            self.spawn(id.to_owned());
        }
        Ok(())
    }

    /// Stops a workflow if it runs, and forgets it. Forgetting what is not there is fine.
    pub async fn remove(&self, id: &str) -> Result<(), WorkflowError> {
        let run = self.0.runs.lock().remove(id);
        if let Some(mut run) = run {
            run.stop.cancel();
            // An error means that the run's task is gone already.
            let _ = run.stopped.wait_for(|stopped| *stopped).await;
        }
        self.0.records.remove(id).await
    }

    /// How a workflow stands; `None` when there is none.
    pub async fn status(&self, id: &str) -> Result<Option<WorkflowStatus>, WorkflowError> {
        let Some((_, header)) = self.0.records.header(id).await? else {
            return Ok(None);
        };
        let live = self.0.runs.lock().get(id).map(|run| run.steps.statuses());
        let running =
            live.as_ref().is_some_and(|steps| !steps.is_empty()) && header.state == State::Open;
        let steps = match live {
            Some(steps) if !steps.is_empty() => steps,
            _ => self.finished_steps(id).await?,
        };
        Ok(Some(WorkflowStatus {
            state: header.state,
            running,
            steps,
        }))
    }

    /// Stops every run where it is; a later start resumes them.
    pub async fn stop(&self) {
        self.0.stop.cancel();
        let runs: Vec<Run> = self.0.runs.lock().drain().map(|(_, run)| run).collect();
        for mut run in runs {
            // An error means that the run's task is gone already.
            let _ = run.stopped.wait_for(|stopped| *stopped).await;
        }
    }

    async fn finished_steps(&self, id: &str) -> Result<Vec<StepStatus>, WorkflowError> {
        let mut records = self.0.records.steps(id).await?;
        records.sort_by_key(|(_, record)| record.started_at);
        let status = |(name, record): (String, crate::record::StepRecord)| StepStatus {
            name,
            state: StepState::Done,
            done: record.total,
            total: record.total,
            done_before: 0,
            started_at: record.started_at,
            finished_at: Some(record.finished_at),
        };
        Ok(records.into_iter().map(status).collect())
    }

    /// Runs a workflow, unless it is being run.
    fn spawn(&self, id: String) {
        let stop = self.0.stop.child_token();
        let (told, stopped) = watch::channel(false);
        let steps = Arc::new(LiveSteps::default());
        let run = Run {
            steps: Arc::clone(&steps),
            stop: stop.clone(),
            stopped,
        };
        match self.0.runs.lock().entry(id.clone()) {
            Entry::Occupied(old) if !*old.get().stopped.borrow() => return,
            entry => entry.insert_entry(run),
        };
        let inner = Arc::clone(&self.0);
        tokio::spawn(async move {
            let shown = tokio::select! {
                () = stop.cancelled() => false,
                shown = inner.run(&id, Arc::clone(&steps)) => shown,
            };
            if !shown {
                let mut runs = inner.runs.lock();
                if let Entry::Occupied(run) = runs.entry(id)
                    && Arc::ptr_eq(&run.get().steps, &steps)
                {
                    run.remove();
                }
            }
            // Nobody may be waiting for this.
            let _ = told.send(true);
        });
    }
}

impl Inner {
    /// Runs a workflow to its end; whether its steps are still worth showing: those of one that is done are in
    /// the store, those of one that failed say where.
    async fn run(&self, id: &str, live: Arc<LiveSteps>) -> bool {
        // The semaphore is never closed.
        let Ok(_place) = self.places.acquire().await else {
            return false;
        };
        let context = Context {
            id: id.into(),
            records: self.records.clone(),
            clock: Arc::clone(&self.clock),
            live,
        };
        match drive(&self.registry, context).await {
            Ok(State::Failed { reason }) => {
                tracing::warn!(workflow = id, reason, "workflow failed");
                true
            }
            Ok(_) => {
                tracing::info!(workflow = id, "workflow finished");
                false
            }
            Err(error) => {
                tracing::error!(workflow = id, %error, "workflow stopped and stays open");
                false
            }
        }
    }
}

#[cfg(test)]
mod tests;
