//! The client's errors as the log's.

use data_events::EventError;
use krafka::KrafkaError;
use krafka::error::ErrorCode;

/// What an error of the client means to a caller that wanted to `what`.
pub(crate) fn typed(what: &'static str, topic: &str) -> impl Fn(KrafkaError) -> EventError {
    move |error| match error {
        KrafkaError::Broker {
            code: ErrorCode::UnknownTopicOrPartition,
            ..
        } => EventError::UnknownTopic(topic.to_owned()),
        KrafkaError::Timeout { .. } | KrafkaError::DeliveryTimeout { .. } => {
            EventError::Timeout { what }
        }
        error if error.is_retriable() => EventError::Unavailable {
            what,
            reason: error.to_string(),
        },
        error => EventError::Refused {
            what,
            reason: error.to_string(),
        },
    }
}

/// Whether a commit was refused because the member's generation is over.
pub(crate) fn is_fence(error: &KrafkaError) -> bool {
    match error {
        KrafkaError::Fenced { .. } => true,
        KrafkaError::Broker { code, .. } => matches!(
            code,
            ErrorCode::IllegalGeneration
                | ErrorCode::UnknownMemberId
                | ErrorCode::RebalanceInProgress
                | ErrorCode::FencedInstanceId
        ),
        _ => false,
    }
}
