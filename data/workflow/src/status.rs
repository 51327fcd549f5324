//! What can be seen of a workflow from outside.

use platform_clock::Timestamp;
use serde::{Deserialize, Serialize};

/// The state of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub enum State {
    /// Waiting for a place, or under way.
    Open,
    /// Finished.
    Done,
    /// Ended by a step; [`Workflows::retry`](crate::Workflows::retry) opens it again.
    Failed {
        /// Why, in one sentence.
        reason: String,
    },
}

/// The state of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Under way.
    Running,
    /// Finished; never redone.
    Done,
    /// Ended the workflow, or was cut short by its end.
    Stopped,
}

/// One step that was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepStatus {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub state: StepState,
    /// Work done.
    pub done: u64,
    /// Work in all; zero when it was never told.
    pub total: u64,
    /// Work that was already done when this process began or resumed the step: rates leave it out.
    pub done_before: u64,
    /// When this process began or resumed it, or when it was begun if it is finished.
    pub started_at: Timestamp,
    /// When it finished.
    pub finished_at: Option<Timestamp>,
}

/// A workflow as seen from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowStatus {
    /// How it stands.
    pub state: State,
    /// Whether its function is being run now (an open workflow may be waiting for a place).
    pub running: bool,
    /// The steps reached, in order of beginning.
    pub steps: Vec<StepStatus>,
}
