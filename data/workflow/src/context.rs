//! What a workflow's function is given: durable steps and meters.

use std::future::Future;
use std::sync::Arc;

use platform_clock::SharedClock;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::StepError;
use crate::limits::STORE;
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
    /// # Errors
    /// The last failure when it is permanent or the tries are used up; a permanent one for a name that is
    /// empty, has a `/`, or was used before in this workflow.
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
        let meter = self.live.begin(name, started_at)?;
        let outcome = match stored(|| self.records.step(&self.id, name)).await {
            Ok(Some(output)) => {
                self.live.end(name, StepState::Done, started_at);
                return decode(name, output);
            }
            Ok(None) => retrying(policy, || work(meter.clone())).await,
            Err(error) => Err(error),
        };
        let output = match outcome {
            Ok(output) => self.record(name, &output, &meter, started_at).await,
            Err(error) => Err(error),
        };
        let state = match output {
            Ok(_) => StepState::Done,
            Err(_) => StepState::Stopped,
        };
        self.live.end(name, state, self.clock.now());
        decode(name, output?)
    }

    /// Makes a step's end durable, and gives the output that stands.
    pub(crate) async fn record(
        &self,
        name: &str,
        output: &impl Serialize,
        meter: &Meter,
        started_at: platform_clock::Timestamp,
    ) -> Result<Value, StepError> {
        let record = StepRecord {
            output: encode(name, output)?,
            total: meter.total().max(meter.done()),
            started_at,
            finished_at: self.clock.now(),
        };
        let finish = || self.records.finish_step(&self.id, name, record.clone());
        Ok(stored(finish).await?.output)
    }
}

/// Asks the workflows' own store until it answers, or for as long as [`STORE`] says.
pub(crate) async fn stored<T, E, F>(call: impl Fn() -> F) -> Result<T, StepError>
where
    E: Into<StepError>,
    F: Future<Output = Result<T, E>>,
{
    retrying(STORE, || async { call().await.map_err(Into::into) }).await
}

/// Tries until success, a permanent failure, or the end of the policy's tries.
pub(crate) async fn retrying<T, F>(policy: Policy, work: impl Fn() -> F) -> Result<T, StepError>
where
    F: Future<Output = Result<T, StepError>>,
{
    let is_transient = |error: &StepError| matches!(error, StepError::Transient(_));
    policy.run(is_transient, work).await
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
