//! What the driver's errors mean to a caller of the engine.

use std::error::Error;

use data_engine::EngineError;
use scylla::errors::{
    ConnectionPoolError, DbError, ExecutionError, NewSessionError, PrepareError,
    RequestAttemptError, SchemaAgreementError,
};

use crate::Cluster;

/// A read that the servers gave up, as each error of theirs does not say why.
#[derive(Debug, thiserror::Error)]
#[error(
    "a replica gave up reading: where items are deleted one by one, it passes at most tombstone_failure_threshold of them; delete ranges instead, lower gc_grace_seconds, or raise the threshold"
)]
struct ReadGivenUp(#[source] ExecutionError);

/// An answer that is not what the statement asked for.
#[derive(Debug, thiserror::Error)]
#[error("the answer to {asked} cannot be read")]
struct Unreadable {
    asked: &'static str,
    source: Box<dyn Error + Send + Sync>,
}

/// A request that failed.
pub(crate) fn failed(error: ExecutionError) -> EngineError {
    if is_unavailable(&error) {
        EngineError::Unavailable(error.into())
    } else if is_read_given_up(&error) {
        EngineError::Failed(ReadGivenUp(error).into())
    } else {
        EngineError::Failed(error.into())
    }
}

/// A statement that was not prepared.
pub(crate) fn not_prepared(error: PrepareError) -> EngineError {
    failed(error.into())
}

/// An answer without what was asked for.
pub(crate) fn unreadable(
    asked: &'static str,
) -> impl Fn(Box<dyn Error + Send + Sync>) -> EngineError {
    move |source| EngineError::Failed(Unreadable { asked, source }.into())
}

/// A session that was not established: refused credentials are for a person, anything else may pass.
pub(crate) fn not_connected(cluster: &Cluster, error: &NewSessionError) -> EngineError {
    let refusals = |error: &&(dyn Error + 'static)| {
        let answer = error.downcast_ref::<DbError>();
        answer.is_some_and(|it| matches!(it, DbError::AuthenticationError | DbError::Unauthorized))
    };
    let causes = causes(error);
    let told = causes.last().map(ToString::to_string).unwrap_or_default();
    if causes.iter().any(refusals) || told.contains("uthentication") {
        return EngineError::Open {
            place: cluster.to_string(),
            reason: format!(
                "the cluster refuses the credentials ({told}); give it user:password in the address"
            ),
        };
    }
    EngineError::Unavailable(format!("no node of {cluster} answers: {told}").into())
}

/// An error and what it came from, the first cause last.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    let mut causes = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        causes.push(cause);
        next = cause.source();
    }
    causes
}

/// Whether the cluster did not answer, or answered that it cannot now: a write may have been applied.
fn is_unavailable(error: &ExecutionError) -> bool {
    match error {
        ExecutionError::EmptyPlan
        | ExecutionError::RequestTimeout(_)
        | ExecutionError::ConnectionPoolError(_)
        | ExecutionError::PrepareError(PrepareError::ConnectionPoolError(_))
        | ExecutionError::SchemaAgreementError(
            SchemaAgreementError::Timeout(_)
            | SchemaAgreementError::ConnectionPoolError(ConnectionPoolError::Broken { .. }),
        ) => true,
        ExecutionError::PrepareError(PrepareError::AllAttemptsFailed { first_attempt })
        | ExecutionError::LastAttemptError(first_attempt) => is_unavailable_attempt(first_attempt),
        _ => false,
    }
}

fn is_unavailable_attempt(error: &RequestAttemptError) -> bool {
    match error {
        RequestAttemptError::BrokenConnectionError(_)
        | RequestAttemptError::UnableToAllocStreamId => true,
        RequestAttemptError::DbError(error, _) => matches!(
            error,
            DbError::Unavailable { .. }
                | DbError::Overloaded
                | DbError::IsBootstrapping
                | DbError::ReadTimeout { .. }
                | DbError::WriteTimeout { .. }
                | DbError::WriteFailure { .. }
                | DbError::RateLimitReached { .. }
                | DbError::Other(CAS_WRITE_UNKNOWN)
        ),
        _ => false,
    }
}

/// Cassandra's code for a lightweight transaction of unknown outcome, which the driver has no name for.
const CAS_WRITE_UNKNOWN: i32 = 0x1700;

fn is_read_given_up(error: &ExecutionError) -> bool {
    use RequestAttemptError::DbError as Answer;
    matches!(
        error,
        ExecutionError::LastAttemptError(Answer(DbError::ReadFailure { .. }, _))
    )
}

#[cfg(test)]
mod tests {
    use scylla::errors::WriteType;
    use scylla::statement::Consistency;

    use super::*;

    fn answered(error: DbError) -> EngineError {
        failed(ExecutionError::LastAttemptError(
            RequestAttemptError::DbError(error, String::new()),
        ))
    }

    #[test]
    fn what_may_pass_is_unavailable() {
        let timeout = DbError::WriteTimeout {
            consistency: Consistency::LocalQuorum,
            received: 0,
            required: 1,
            write_type: WriteType::Cas,
        };
        for error in [timeout, DbError::Overloaded, DbError::Other(0x1700)] {
            assert!(matches!(answered(error), EngineError::Unavailable(_)));
        }
        let silent = failed(ExecutionError::EmptyPlan);
        assert!(matches!(silent, EngineError::Unavailable(_)));
    }

    #[test]
    fn what_will_not_pass_has_failed() {
        for error in [
            DbError::Invalid,
            DbError::SyntaxError,
            DbError::Unauthorized,
        ] {
            assert!(matches!(answered(error), EngineError::Failed(_)));
        }
    }

    #[test]
    fn a_read_that_is_given_up_says_what_to_do() {
        let given_up = answered(DbError::ReadFailure {
            consistency: Consistency::LocalQuorum,
            received: 0,
            required: 1,
            numfailures: 1,
            data_present: false,
        });
        let EngineError::Failed(cause) = given_up else {
            panic!("a failed read is no matter of waiting");
        };
        assert!(cause.to_string().contains("tombstone_failure_threshold"));
    }
}
