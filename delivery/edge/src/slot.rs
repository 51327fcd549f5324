//! One of the responses an appliance may send at once.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use prometheus_client::metrics::gauge::Gauge;

use crate::metrics::EdgeMetrics;

/// Held until the response has ended, however it ends.
pub(crate) struct StreamSlot {
    streams: Gauge,
    _permit: OwnedSemaphorePermit,
}

impl StreamSlot {
    /// `None` when the appliance sends as much as it can.
    pub(crate) fn take(streams: &Arc<Semaphore>, metrics: &EdgeMetrics) -> Option<Self> {
        let permit = Arc::clone(streams).try_acquire_owned().ok()?;
        metrics.streams.inc();
        Some(Self {
            streams: metrics.streams.clone(),
            _permit: permit,
        })
    }
}

impl Drop for StreamSlot {
    fn drop(&mut self) {
        self.streams.dec();
    }
}
