//! How a step fails, and how the workflows themselves may.

use data_engine::EngineError;

/// Why a step, and with it perhaps the workflow, did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// The same step will fail again: the workflow ends with this sentence.
    #[error("{0}")]
    Permanent(String),
    /// Another try may succeed. When the tries are used up, the workflow ends with this sentence.
    #[error("{0}")]
    Transient(String),
}

impl StepError {
    /// The sentence for people.
    pub fn sentence(&self) -> &str {
        match self {
            Self::Permanent(sentence) | Self::Transient(sentence) => sentence,
        }
    }
}

impl From<EngineError> for StepError {
    fn from(error: EngineError) -> Self {
        let sentence = format!("the workflow's own store failed: {error}");
        if error.is_transient() {
            Self::Transient(sentence)
        } else {
            Self::Permanent(sentence)
        }
    }
}

/// Why a call about a workflow failed.
#[derive(Debug, thiserror::Error)]
pub enum WorkflowError {
    /// No workflow has this id.
    #[error("there is no workflow {0}")]
    Unknown(String),
    /// Nothing is registered under this kind: a programming error, or a store from a newer version.
    #[error("workflow {id} is of kind {kind}, which this version does not know")]
    UnknownKind {
        /// The workflow.
        id: String,
        /// Its kind.
        kind: String,
    },
    /// The input cannot be written as JSON.
    #[error("the workflow's input cannot be stored")]
    Input(#[source] serde_json::Error),
    /// A stored record cannot be read.
    #[error("a stored record of workflow {id} cannot be read")]
    Record {
        /// The workflow.
        id: String,
        /// What the reader said.
        #[source]
        source: serde_json::Error,
    },
    /// The store failed; a retry may help.
    #[error(transparent)]
    Store(#[from] EngineError),
}

impl WorkflowError {
    /// Whether the same call may succeed later without a change by the caller.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_transient())
    }
}
