//! One disk sync for every writer that waits for one.

use std::sync::atomic::{AtomicU64, Ordering};

use fjall::{Database, PersistMode};
use tokio::sync::Mutex;

use super::failed;
use crate::EngineError;

/// Group commit. A writer that has committed takes a ticket, then queues; whoever is first in the queue
/// syncs for every ticket taken by then, and the others find their work done.
#[derive(Debug, Default)]
pub(super) struct GroupSync {
    tickets: AtomicU64,
    /// The last ticket known to be on disk.
    synced: Mutex<u64>,
}

impl GroupSync {
    /// Returns when everything the caller committed before is on the disk.
    pub(super) async fn wait(&self, database: &Database) -> Result<(), EngineError> {
        let ticket = self.tickets.fetch_add(1, Ordering::SeqCst) + 1;
        let mut synced = self.synced.lock().await;
        if *synced >= ticket {
            return Ok(());
        }
        let covered = self.tickets.load(Ordering::SeqCst);
        let database = database.clone();
        tokio::task::spawn_blocking(move || database.persist(PersistMode::SyncAll))
            .await
            .map_err(|error| EngineError::Failed(error.into()))?
            .map_err(failed)?;
        *synced = covered;
        Ok(())
    }
}
