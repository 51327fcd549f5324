//! The bounds of every call of a server: how many at once, and how long.

use std::time::Duration;

use tokio::sync::Semaphore;

use crate::CacheError;
use crate::limits::MAX_IN_FLIGHT;

/// One server's bounds.
#[derive(Debug)]
pub(crate) struct Gate {
    zone: String,
    timeout: Duration,
    room: Semaphore,
}

impl Gate {
    pub(crate) fn new(zone: String, timeout: Duration) -> Self {
        Self {
            zone,
            timeout,
            room: Semaphore::new(MAX_IN_FLIGHT),
        }
    }

    /// The server's name, for messages.
    pub(crate) fn zone(&self) -> &str {
        &self.zone
    }

    /// Makes the call within the bounds.
    pub(crate) async fn pass<T>(
        &self,
        call: impl Future<Output = Result<T, CacheError>>,
    ) -> Result<T, CacheError> {
        let _room = self.room.try_acquire().map_err(|_| CacheError::Busy {
            zone: self.zone.clone(),
        })?;
        let late = |_| CacheError::Timeout {
            zone: self.zone.clone(),
            after: self.timeout,
        };
        tokio::time::timeout(self.timeout, call)
            .await
            .map_err(late)?
    }
}
