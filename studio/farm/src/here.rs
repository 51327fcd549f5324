//! The encoders of this process: they read the master where it lies and write where it is wanted.

use std::sync::Arc;

use media_ffmpeg::{MediaInput, Tools};
use studio_encode::{EncodeError, EncodedChunk, encode_or_safer};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::Farm;
use crate::board::Lease;
use crate::farm::{FarmError, Job};

/// Their name on the board.
const HERE: &str = "this process";

impl Farm {
    /// Encodes chunk after chunk until `stop`. Each waits for one of `places` first, which other work of
    /// this process takes too.
    pub async fn work_here(
        &self,
        tools: Arc<Tools>,
        places: Arc<Semaphore>,
        stop: CancellationToken,
    ) {
        let working = async {
            loop {
                // No place is taken while there is nothing to do.
                self.anything().await;
                // The semaphore is never closed.
                let Ok(_place) = places.acquire().await else {
                    return;
                };
                if let Some((lease, job)) = self.claim(HERE, true) {
                    self.work_at(&tools, lease, &job).await;
                }
            }
        };
        stop.run_until_cancelled(working).await;
    }

    async fn work_at(&self, tools: &Tools, lease: Lease, job: &Job) {
        let made = job
            .cancelled
            .run_until_cancelled(self.encode(tools, lease, job));
        if let Some(outcome) = made.await {
            self.finish(lease, outcome).await;
        }
    }

    async fn encode(
        &self,
        tools: &Tools,
        lease: Lease,
        job: &Job,
    ) -> Result<EncodedChunk, FarmError> {
        let order = &job.order;
        let input = MediaInput::open(&order.master).map_err(|error| EncodeError::Disk {
            path: order.master.clone(),
            source: std::io::Error::other(error),
        })?;
        let told = |frames| {
            self.beat(lease, frames);
        };
        Ok(encode_or_safer(tools, &input, &order.task, &order.out, told).await?)
    }
}
