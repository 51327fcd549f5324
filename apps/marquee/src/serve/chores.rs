//! What is done now and then, or all the time, for as long as the service runs.

use std::sync::Arc;
use std::time::Duration;

use platform_http::Shutdown;
use tokio::task::JoinSet;

use super::membership::Membership;
use super::studio::Workplace;

/// How often: plays that fell silent free their place after a minute.
const INTERVAL: Duration = Duration::from_mins(1);

/// Takes in catalogue edits of other processes, ends silent plays, forgets expired sign-ins, removes expired uploads.
pub(crate) fn start(
    tasks: &mut JoinSet<()>,
    membership: &Membership,
    workplace: Option<&Workplace>,
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
    let uploads = workplace.map(|workplace| Arc::clone(&workplace.uploads));
    tasks.spawn(async move {
        let mut ticks = tokio::time::interval(INTERVAL);
        while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
            if let Err(error) = playback.sweep().await {
                tracing::warn!(%error, "cannot end silent plays");
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
