//! What happens to plays, told to the event log.

use async_trait::async_trait;
use contracts_delivery::SessionId;
use contracts_membership::PlayEvent;

/// The log did not take an event.
#[derive(Debug, thiserror::Error)]
#[error("the event log did not take the event: {0}")]
pub struct PlayLogError(pub String);

/// Where events of plays go: the topic [`contracts_membership::PLAYS_TOPIC`] of the event log, keyed by
/// session.
#[async_trait]
pub trait PlayLog: Send + Sync {
    /// Appends an event of `session`.
    async fn append(&self, session: SessionId, event: &PlayEvent) -> Result<(), PlayLogError>;
}

/// Tells the log. A play goes on when the log cannot be written.
pub(crate) async fn tell(log: &dyn PlayLog, session: SessionId, event: PlayEvent) {
    if let Err(error) = log.append(session, &event).await {
        tracing::warn!(?session, %error, "an event of a play is lost");
    }
}
