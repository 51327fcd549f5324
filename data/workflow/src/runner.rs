//! Runs a workflow's function to its end and records how it ended.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use futures::FutureExt as _;
use parking_lot::RwLock;
use serde_json::Value;

use crate::context::Context;
use crate::error::{StepError, WorkflowError};
use crate::limits::STORE;
use crate::status::State;

/// The reason of a workflow that panicked.
const PANICKED: &str = "something failed on our side; the log says what, and trying again may help";

pub(crate) type RunFuture = Pin<Box<dyn Future<Output = Result<(), StepError>> + Send>>;
pub(crate) type Function = Arc<dyn Fn(Context, Value) -> RunFuture + Send + Sync>;

/// The functions by kind.
#[derive(Default)]
pub(crate) struct Registry(RwLock<HashMap<String, Function>>);

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.read().keys()).finish()
    }
}

impl Registry {
    pub(crate) fn add(&self, kind: &str, function: Function) {
        self.0.write().insert(kind.to_owned(), function);
    }

    fn get(&self, kind: &str) -> Option<Function> {
        self.0.read().get(kind).map(Arc::clone)
    }
}

/// Runs the workflow of `context` if it is open; how it stands afterwards.
pub(crate) async fn drive(registry: &Registry, context: Context) -> Result<State, WorkflowError> {
    let id = Arc::clone(&context.id);
    let records = context.records.clone();
    let Some((_, header)) = asked(|| records.header(&id)).await? else {
        return Err(WorkflowError::Unknown(id.to_string()));
    };
    if header.state != State::Open {
        return Ok(header.state);
    }
    let Some(function) = registry.get(&header.kind) else {
        return Err(WorkflowError::UnknownKind {
            id: id.to_string(),
            kind: header.kind,
        });
    };
    // A panic is a fault of ours: it ends this workflow with a reason, not the process.
    let outcome = AssertUnwindSafe(function(context, header.input))
        .catch_unwind()
        .await;
    let state = match outcome {
        Ok(Ok(())) => State::Done,
        Ok(Err(error)) => State::Failed {
            reason: error.sentence().to_owned(),
        },
        Err(_) => State::Failed {
            reason: PANICKED.to_owned(),
        },
    };
    asked(|| records.set_state(&id, &state)).await?;
    Ok(state)
}

/// Asks the workflows' own store until it answers, or for as long as [`STORE`] says.
pub(crate) async fn asked<T, F>(call: impl Fn() -> F) -> Result<T, WorkflowError>
where
    F: Future<Output = Result<T, WorkflowError>>,
{
    STORE.run(WorkflowError::is_transient, call).await
}
