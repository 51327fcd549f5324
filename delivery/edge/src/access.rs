//! What was sent, told to the control plane, and to the cache, which keeps what is asked for.

use std::sync::Arc;

use contracts_delivery::AccessEvent;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use crate::appliance::Inner;
use crate::limits::{ACCESS_BATCH, ACCESS_PERIOD};

/// Takes what event loops note until all of them have ended, and tells it in batches. What cannot be told now is
/// lost, and counted: an appliance keeps no log of its own.
pub(crate) async fn carry(appliance: Arc<Inner>, mut noted: mpsc::Receiver<Vec<AccessEvent>>) {
    let mut waiting: Vec<AccessEvent> = Vec::new();
    let mut failing = false;
    while let Some(events) = noted.recv().await {
        take(&appliance, &mut waiting, events);
        let until = Instant::now() + ACCESS_PERIOD;
        while waiting.len() < ACCESS_BATCH
            && let Ok(Some(events)) = timeout_at(until, noted.recv()).await
        {
            take(&appliance, &mut waiting, events);
        }
        while !waiting.is_empty() {
            let batch = waiting.split_off(waiting.len().saturating_sub(ACCESS_BATCH));
            tell(&appliance, batch, &mut failing).await;
        }
    }
}

fn take(appliance: &Inner, waiting: &mut Vec<AccessEvent>, events: Vec<AccessEvent>) {
    let used = events.iter().filter(|event| event.sent > 0);
    appliance
        .library
        .touch(used.map(|event| (event.file.hash, event.session)));
    waiting.extend(events);
}

async fn tell(appliance: &Inner, batch: Vec<AccessEvent>, failing: &mut bool) {
    let count = batch.len() as u64;
    match appliance.tell(batch).await {
        Ok(()) => *failing = false,
        Err(error) => {
            appliance.metrics.access_lost.inc_by(count);
            if !std::mem::replace(failing, true) {
                tracing::warn!(%error, "cannot tell what was sent; it is counted and forgotten until this works again");
            }
        }
    }
}
