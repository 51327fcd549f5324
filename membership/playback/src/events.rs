//! What happens to plays, told to the event log.

use contracts_delivery::SessionId;
use contracts_membership::{PLAYS_TOPIC, PlayEvent};
use data_events::Log;

/// Tells the log. A play goes on when the log cannot be written: a film is worth more than its record.
pub(crate) async fn tell(log: &dyn Log, session: SessionId, event: &PlayEvent) {
    let payload = match serde_json::to_vec(event) {
        Ok(payload) => payload,
        Err(error) => {
            tracing::error!(?session, %error, "an event of a play cannot be written as JSON");
            return;
        }
    };
    let appended = log
        .append(PLAYS_TOPIC, session.to_string().into(), payload.into())
        .await;
    if let Err(error) = appended {
        tracing::warn!(?session, %error, "an event of a play is lost");
    }
}
