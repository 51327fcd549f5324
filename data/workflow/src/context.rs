//! What a workflow's function is given: durable steps and meters.

use std::future::Future;
use std::sync::Arc;

use platform_clock::SharedClock;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::StepError;
use crate::live::LiveSteps;
use crate::meter::Meter;
use crate::policy::Policy;
use crate::record::{Records, StepRecord};
use crate::status::StepState;

/// A running workflow's hold on its records.
#[derive(Debug, Clone)]
pub struct Context {
    pub(crate) id: Arc<str>,
    pub(crate) records: Records,
    pub(crate) clock: SharedClock,
    pub(crate) live: Arc<LiveSteps>,
}

impl Context {
    /// The workflow's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Runs `work` once and for all: a finished step answers with what it returned then. `work` is given
    /// a meter to tell its progress, and may be run again after a failure or a crash.
    ///
    /// Names must be unique within the workflow and free of `/`.
    ///
    /// # Errors
    /// The last failure when it is permanent or the tries are used up.
    pub async fn step<T, F>(
        &self,
        name: &str,
        policy: Policy,
        work: impl Fn(Meter) -> F + Send,
    ) -> Result<T, StepError>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T, StepError>> + Send,
    {
        let started_at = self.clock.now();
        let meter = self.live.begin(name, 0, 0, started_at);
        if let Some(output) = self.records.step(&self.id, name).await? {
            self.live.end(name, StepState::Done, started_at);
            return decode(name, output);
        }
        let outcome = retrying(policy, || work(meter.clone())).await;
        let finished = match outcome {
            Ok(output) => self
                .record(name, &output, &meter, started_at)
                .await
                .map(|()| output),
            Err(error) => Err(error),
        };
        let state = if finished.is_ok() {
            StepState::Done
        } else {
            StepState::Stopped
        };
        self.live.end(name, state, self.clock.now());
        finished
    }

    pub(crate) async fn record(
        &self,
        name: &str,
        output: &impl Serialize,
        meter: &Meter,
        started_at: platform_clock::Timestamp,
    ) -> Result<(), StepError> {
        let record = StepRecord {
            output: encode(name, output)?,
            total: meter.total().max(meter.done()),
            started_at,
            finished_at: self.clock.now(),
        };
        Ok(self.records.finish_step(&self.id, name, &record).await?)
    }
}

/// Tries until success, a permanent failure, or the end of the policy's tries.
pub(crate) async fn retrying<T, F>(policy: Policy, work: impl Fn() -> F) -> Result<T, StepError>
where
    F: Future<Output = Result<T, StepError>>,
{
    let mut failures = 0;
    loop {
        let error = match work().await {
            Err(error @ StepError::Transient(_)) => error,
            outcome => return outcome,
        };
        failures += 1;
        let Some(pause) = policy.pause_after(failures) else {
            return Err(error);
        };
        tracing::warn!(%error, failures, pause_ms = pause.as_millis(), "step failed, trying again");
        tokio::time::sleep(pause).await;
    }
}

pub(crate) fn encode(name: &str, output: &impl Serialize) -> Result<Value, StepError> {
    serde_json::to_value(output).map_err(|error| {
        StepError::Permanent(format!(
            "the output of step {name} cannot be stored: {error}"
        ))
    })
}

pub(crate) fn decode<T: DeserializeOwned>(name: &str, output: Value) -> Result<T, StepError> {
    serde_json::from_value(output).map_err(|error| {
        StepError::Permanent(format!(
            "the stored output of step {name} cannot be read: {error}"
        ))
    })
}
