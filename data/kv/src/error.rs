//! Why a call was refused or failed.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use data_engine::EngineError;

/// What went wrong. The same on both sides of a connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KvError {
    /// There is no such namespace; create it, or correct the name.
    #[error("there is no namespace {name:?}")]
    UnknownNamespace {
        /// The name asked for.
        name: String,
    },
    /// A namespace's configuration cannot be used, or cannot replace the one that stands.
    #[error("namespace {name:?} cannot be configured so: {reason}")]
    BadNamespace {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An id, a key, a value or a request is over a limit; the same call will fail again.
    #[error("{what} has {size} {unit}; the limit is {limit}")]
    TooLarge {
        /// "id", "key", "value", "request", ...
        what: Cow<'static, str>,
        /// "bytes", "items", ...
        unit: Cow<'static, str>,
        /// Its size.
        size: u64,
        /// The most that is taken.
        limit: u64,
    },
    /// The request contradicts itself; the same call will fail again.
    #[error("the request cannot be carried out: {reason}")]
    Invalid {
        /// What is wrong with it.
        reason: String,
    },
    /// The token was generated too far ahead of the service's clock; set the client's clock.
    #[error("the idempotency token is {} s ahead of the service's clock; set the client's clock", ahead.as_secs())]
    ClockAhead {
        /// How far ahead.
        ahead: Duration,
    },
    /// The page token was not given for this request, or was changed on the way; begin again without one.
    #[error("the page token cannot be used: {reason}; begin again without it")]
    WrongPageToken {
        /// What is wrong with it.
        reason: String,
    },
    /// The page token was given by another namespace; use it there, or begin again without one.
    #[error("the page token was not given by namespace {namespace:?}; begin again without it")]
    ForeignPageToken {
        /// The namespace it was shown to.
        namespace: String,
    },
    /// A stored value cannot be read, now or later; restore it, or write the item again.
    #[error("item {key:?} of record {id:?} in namespace {namespace:?} is damaged: {reason}")]
    Damaged {
        /// The namespace.
        namespace: String,
        /// The record.
        id: Bytes,
        /// The item.
        key: Bytes,
        /// What was met.
        reason: String,
    },
    /// A newer version wrote this; use the version that did. Nothing was changed.
    #[error(
        "{what} has format {found}, and this version reads up to {reads}; use the one that wrote it"
    )]
    NewerFormat {
        /// What was read.
        what: String,
        /// The format found.
        found: u32,
        /// The newest this version reads.
        reads: u32,
    },
    /// The caller has not shown the service's secret; a retry does not help.
    #[error("the caller may not use this service: {reason}")]
    Refused {
        /// What was missing.
        reason: String,
    },
    /// The disk is full; nothing was written, and the call may be repeated once there is room.
    #[error("the disk is full; nothing was written")]
    Full,
    /// The time allowed ran out. A write may or may not have been applied; the same call with the same
    /// token is safe to repeat.
    #[error("the call was not answered in the time allowed; it can be repeated")]
    DeadlineExceeded,
    /// The store did not answer. A write may or may not have been applied; the same call with the same
    /// token is safe to repeat.
    #[error("the store did not answer, and the call can be repeated: {reason}")]
    Unavailable {
        /// What was met.
        reason: String,
    },
    /// The store failed in a way a retry may or may not cure.
    #[error("the store failed: {reason}")]
    Failed {
        /// What was met.
        reason: String,
    },
}

impl KvError {
    /// Whether the same call may succeed later without a change by the caller.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Full | Self::DeadlineExceeded | Self::Unavailable { .. } | Self::Failed { .. }
        )
    }

    /// A request that contradicts itself.
    pub(crate) fn invalid(reason: impl Into<String>) -> Self {
        Self::Invalid {
            reason: reason.into(),
        }
    }
}

impl From<EngineError> for KvError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::TooLarge {
                what,
                unit,
                size,
                limit,
            } => Self::TooLarge {
                what: what.into(),
                unit: unit.into(),
                size: size as u64,
                limit: limit as u64,
            },
            EngineError::ClockAhead { ahead } => Self::ClockAhead { ahead },
            EngineError::NewerFormat {
                place,
                found,
                reads,
            } => Self::NewerFormat {
                what: format!("the store in {place}"),
                found,
                reads,
            },
            EngineError::Full => Self::Full,
            EngineError::Unavailable(source) => Self::Unavailable {
                reason: chain(&*source),
            },
            error => Self::Failed {
                reason: chain(&error),
            },
        }
    }
}

/// An error and its causes on one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_engine_refuses_keeps_its_meaning() {
        let failed = EngineError::Failed("a stored row cannot be read".into());
        let failed = KvError::from(failed);
        assert_eq!(
            failed.to_string(),
            "the store failed: the store failed: a stored row cannot be read"
        );
        assert!(failed.is_transient());
        let ahead = Duration::from_secs(90);
        let refused = KvError::from(EngineError::ClockAhead { ahead });
        assert_eq!(refused, KvError::ClockAhead { ahead });
        assert!(!refused.is_transient());
    }
}
