//! The steps of the workflows being run by this process.

use std::collections::HashMap;

use parking_lot::Mutex;
use platform_clock::Timestamp;

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
    /// Notes that a step begins; its meter starts from `done_before`.
    pub(crate) fn begin(&self, name: &str, total: u64, done_before: u64, now: Timestamp) -> Meter {
        let meter = Meter::default();
        meter.set_total(total);
        meter.set_done(done_before);
        let mut steps = self.0.lock();
        steps.retain(|step| step.name != name);
        steps.push(LiveStep {
            name: name.to_owned(),
            state: StepState::Running,
            meter: meter.clone(),
            done_before,
            started_at: now,
            finished_at: None,
        });
        meter
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
