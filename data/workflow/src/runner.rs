//! Runs a workflow's function to its end and records how it ended.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;

use parking_lot::RwLock;
use serde_json::Value;

use crate::context::Context;
use crate::error::{StepError, WorkflowError};
use crate::status::State;

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
    let Some((_, header)) = records.header(&id).await? else {
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
    let state = match function(context, header.input).await {
        Ok(()) => State::Done,
        Err(error) => State::Failed {
            reason: error.sentence().to_owned(),
        },
    };
    records.set_state(&id, &state).await?;
    Ok(state)
}
