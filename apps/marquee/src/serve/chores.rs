//! What is done now and then, or all the time, for as long as the service runs.

use std::sync::Arc;
use std::time::Duration;

use data_events::EventLog;
use platform_http::Shutdown;
use tokio::task::JoinSet;

use super::ground::Ground;
use super::membership::Membership;
use super::studio::Workplace;

/// How often: plays that fell silent free their place after a minute, and views are shown a minute or two late.
const INTERVAL: Duration = Duration::from_mins(1);

/// How often events that are past what their topic keeps are dropped: that is days, and looking reads the
/// beginning of every segment.
const RETIRE_INTERVAL: Duration = Duration::from_hours(1);

/// Takes in catalogue edits of other processes, ends silent plays, counts views, forgets expired sign-ins,
/// removes expired uploads and events.
pub(crate) fn start(
    tasks: &mut JoinSet<()>,
    membership: &Membership,
    workplace: Option<&Workplace>,
    ground: &Ground,
    shutdown: Shutdown,
) {
    let (playback, accounts) = (
        Arc::clone(&membership.playback),
        Arc::clone(&membership.accounts),
    );
    let (catalog, stop) = (Arc::clone(&membership.catalog), shutdown.clone());
    tasks.spawn(async move {
        stop.run_until_cancelled(catalog.follow()).await;
    });
    if let Some(log) = &ground.embedded_log {
        tasks.spawn(retire(Arc::clone(log), shutdown.clone()));
    }
    let viewing = Arc::clone(&membership.viewing);
    let uploads = workplace.map(|workplace| Arc::clone(&workplace.uploads));
    tasks.spawn(async move {
        let mut ticks = tokio::time::interval(INTERVAL);
        while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
            if let Err(error) = playback.sweep().await {
                tracing::warn!(%error, "cannot end silent plays");
            }
            if let Err(error) = viewing.views().tend().await {
                tracing::warn!(%error, "cannot bring the counts of views up to date");
            }
            if let Err(error) = accounts.sweep().await {
                tracing::warn!(%error, "cannot forget expired sign-ins");
            }
            if let Some(uploads) = &uploads
                && let Err(error) = uploads.sweep().await
            {
                tracing::warn!(%error, "cannot remove expired uploads");
            }
        }
    });
}

/// A cluster's log drops by itself what its topics do not keep; the embedded one only where it is written to.
async fn retire(log: Arc<EventLog>, shutdown: Shutdown) {
    let mut ticks = tokio::time::interval(RETIRE_INTERVAL);
    while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
        match log.retire().await {
            Ok(0) => {}
            Ok(segments) => tracing::info!(segments, "dropped events that are kept no longer"),
            Err(error) => tracing::warn!(%error, "cannot drop events that are kept no longer"),
        }
    }
}
