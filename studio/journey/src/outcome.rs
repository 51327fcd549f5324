//! Failures of the steps, sorted into those worth another try and those that end the title.

use std::fmt::Display;

use data_workflow::StepError;

/// A failure that a step's own crate has judged.
pub(crate) fn failure(error: &impl Display, transient: bool) -> StepError {
    if transient {
        StepError::Transient(error.to_string())
    } else {
        StepError::Permanent(error.to_string())
    }
}

/// A failure of the disk: there may be room, or a working disk, a moment later.
pub(crate) fn disk(what: &str) -> impl Fn(std::io::Error) -> StepError {
    move |error| {
        if error.kind() == std::io::ErrorKind::StorageFull {
            StepError::Transient(format!(
                "{what}: the disk is full; free some space, then retry the title"
            ))
        } else {
            StepError::Transient(format!("{what}: {error}"))
        }
    }
}
