//! The steps of the workflows being run by this process.

use std::collections::HashMap;

use parking_lot::Mutex;
use platform_clock::Timestamp;

use crate::error::StepError;
use crate::meter::Meter;
use crate::status::{StepState, StepStatus};

/// One step reached in this process.
#[derive(Debug)]
struct LiveStep {
    name: String,
    state: StepState,
    meter: Meter,
    done_before: u64,
    started_at: Timestamp,
    finished_at: Option<Timestamp>,
}

/// The steps of one run, in order of beginning.
#[derive(Debug, Default)]
pub(crate) struct LiveSteps(Mutex<Vec<LiveStep>>);

impl LiveSteps {
    /// Notes that a step begins, and gives its meter.
    ///
    /// # Errors
    /// A permanent one when the name cannot be a step's: its records could be taken for another's.
    pub(crate) fn begin(&self, name: &str, now: Timestamp) -> Result<Meter, StepError> {
        let refused =
            |reason| StepError::Permanent(format!("no step can be called {name:?}: {reason}"));
        if name.is_empty() || name.contains('/') {
            return Err(refused("a name is not empty and has no '/'"));
        }
        let mut steps = self.0.lock();
        if steps.iter().any(|step| step.name == name) {
            return Err(refused("an earlier step of this workflow is"));
        }
        let meter = Meter::default();
        steps.push(LiveStep {
            name: name.to_owned(),
            state: StepState::Running,
            meter: meter.clone(),
            done_before: 0,
            started_at: now,
            finished_at: None,
        });
        Ok(meter)
    }

    /// Notes a step's work in all, and what of it was done before this process took it up.
    pub(crate) fn resume(&self, name: &str, total: u64, done_before: u64) {
        if let Some(step) = self.0.lock().iter_mut().find(|step| step.name == name) {
            step.meter.set_total(total);
            step.meter.set_done(done_before);
            step.done_before = done_before;
        }
    }

    /// Notes how a step ended.
    pub(crate) fn end(&self, name: &str, state: StepState, now: Timestamp) {
        if let Some(step) = self.0.lock().iter_mut().find(|step| step.name == name) {
            step.state = state;
            step.finished_at = (state == StepState::Done).then_some(now);
        }
    }

    pub(crate) fn statuses(&self) -> Vec<StepStatus> {
        let steps = self.0.lock();
        steps
            .iter()
            .map(|step| StepStatus {
                name: step.name.clone(),
                state: step.state,
                done: step.meter.done(),
                total: step.meter.total(),
                done_before: step.done_before,
                started_at: step.started_at,
                finished_at: step.finished_at,
            })
            .collect()
    }
}

/// A run that goes on in a task of its own.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) steps: std::sync::Arc<LiveSteps>,
    pub(crate) stop: tokio_util::sync::CancellationToken,
    pub(crate) stopped: tokio::sync::watch::Receiver<bool>,
}

/// The runs of this process by workflow id.
pub(crate) type Runs = Mutex<HashMap<String, Run>>;
