//! The fill of one block: from what an earlier run kept, or from upstream; verified, stored, handed out.

use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use contracts_delivery::{Upstream, UpstreamError};
use platform_clock::SharedClock;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;

use crate::library::Library;
use crate::limits::{
    AHEAD_FILLS, FAILURE_COOLDOWN, FILL_TIMEOUT, FILL_TRIES, NEAR_TIMEOUT, WAITED_FILLS,
};
use crate::metrics::EdgeMetrics;
use crate::upstreams::Upstreams;

use super::disk::DiskFile;
use super::{OpenFile, blocking};

/// What fills share.
pub(crate) struct Filler {
    pub(crate) metrics: EdgeMetrics,
    clock: SharedClock,
    upstreams: Arc<Upstreams>,
    /// Asked for room; gone when the appliance is.
    library: Weak<Library>,
    /// Fills under way, until the block is marked as stored.
    fills: TaskTracker,
    waited: Arc<Semaphore>,
    ahead: Arc<Semaphore>,
}

impl Filler {
    pub(crate) fn new(
        upstreams: Arc<Upstreams>,
        clock: SharedClock,
        metrics: EdgeMetrics,
        library: Weak<Library>,
    ) -> Self {
        Self {
            metrics,
            clock,
            upstreams,
            library,
            fills: TaskTracker::new(),
            waited: Arc::new(Semaphore::new(WAITED_FILLS)),
            ahead: Arc::new(Semaphore::new(AHEAD_FILLS)),
        }
    }

    pub(crate) fn now(&self) -> Duration {
        self.clock.monotonic()
    }

    /// Waits until no fill is under way: what was stored is then marked, and there after a restart.
    pub(crate) async fn settle(&self) {
        self.fills.close();
        self.fills.wait().await;
    }

    /// Blocks being fetched because somebody waits.
    pub(crate) fn waited_for(&self) -> u64 {
        WAITED_FILLS.saturating_sub(self.waited.available_permits()) as u64
    }

    /// Leave to fill a block nobody waits for yet; `None` when enough of them are under way.
    pub(crate) fn ahead_permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.ahead).try_acquire_owned().ok()
    }

    /// The disk cannot give a stored block: it takes no room any more, and is filled when it is asked for.
    pub(crate) fn lost(&self, file: &OpenFile, block: u32) {
        self.metrics.failed_blocks.inc();
        if file.lose(block)
            && let Some(library) = self.library.upgrade()
        {
            library.give_back(file.hash, file.block_range(block).len());
        }
    }

    /// Fills a block in a task of its own, so that it outlives whoever asked first.
    pub(crate) fn start(
        self: &Arc<Self>,
        file: &Arc<OpenFile>,
        block: u32,
        kept: bool,
        permit: Option<OwnedSemaphorePermit>,
    ) {
        let task = Fill {
            filler: Arc::clone(self),
            file: Arc::clone(file),
            block,
            open: true,
        };
        self.fills.spawn(task.run(kept, permit));
    }
}

/// One fill. Dropped without an end (a panic, a runtime going down), it ends as failed, so that the
/// block cannot stay in filling.
struct Fill {
    filler: Arc<Filler>,
    file: Arc<OpenFile>,
    block: u32,
    open: bool,
}

impl Fill {
    async fn run(mut self, kept: bool, permit: Option<OwnedSemaphorePermit>) {
        if kept && let Some(bytes) = self.check_kept().await {
            self.filled(&bytes, true);
            return;
        }
        let Some(_permit) = self.permit(permit).await else {
            return;
        };
        match self.fetch().await {
            Err(error) => self.failed(error),
            Ok(bytes) => {
                let stored_on = self.store(&bytes).await;
                self.filled(&bytes, stored_on.is_some());
                if let Some(disk) = stored_on {
                    self.mark(disk).await;
                }
            }
        }
    }

    async fn permit(&self, permit: Option<OwnedSemaphorePermit>) -> Option<OwnedSemaphorePermit> {
        match permit {
            Some(permit) => Some(permit),
            None => Arc::clone(&self.filler.waited).acquire_owned().await.ok(),
        }
    }

    /// The block as an earlier run stored it, if it is still what it was.
    async fn check_kept(&self) -> Option<Bytes> {
        let (file, block) = (Arc::clone(&self.file), self.block);
        let range = file.block_range(block);
        let checked = blocking(move || {
            let Some(disk) = &file.disk else {
                return Ok(None);
            };
            let bytes = disk.read(range.start, range.len())?;
            Ok(file
                .outboard
                .verify_block(u64::from(block), &bytes)
                .then_some(bytes))
        });
        let bytes = checked.await.ok().flatten();
        if bytes.is_none() {
            tracing::warn!(file = %self.file.hash, block, "a stored block was damaged; filling it");
            self.filler.metrics.failed_blocks.inc();
            if let Some(library) = self.filler.library.upgrade() {
                library.give_back(self.file.hash, range.len());
            }
        }
        bytes
    }

    /// The block, verified: from a neighbour that has it, else from the origin.
    async fn fetch(&self) -> Result<Bytes, UpstreamError> {
        let metrics = &self.filler.metrics;
        let (bytes, near) = match self.fetch_near().await {
            Some(bytes) => (bytes, true),
            None => (self.fetch_last().await?, false),
        };
        metrics.fill_blocks.inc();
        metrics.fill_bytes.inc_by(bytes.len() as u64);
        if near {
            metrics.neighbour_bytes.inc_by(bytes.len() as u64);
        }
        Ok(bytes)
    }

    async fn fetch_near(&self) -> Option<Bytes> {
        let (upstreams, file) = (&self.filler.upstreams, self.file.hash);
        for near in upstreams.near(file, self.filler.now()) {
            match self.fetch_once(near.upstream(), NEAR_TIMEOUT).await {
                Ok(bytes) => return Some(bytes),
                Err(error) => near.failed(file, error, self.filler.now()),
            }
        }
        None
    }

    async fn fetch_last(&self) -> Result<Bytes, UpstreamError> {
        let mut failed = UpstreamError::Down;
        for _ in 0..FILL_TRIES {
            let origin = self.filler.upstreams.last();
            match self.fetch_once(origin, FILL_TIMEOUT).await {
                Ok(bytes) => return Ok(bytes),
                // Waiting twice as long, or asking twice for what is not there, helps nobody.
                Err(error @ (UpstreamError::Timeout | UpstreamError::NotFound)) => {
                    return Err(error);
                }
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }

    async fn fetch_once(
        &self,
        upstream: &dyn Upstream,
        patience: Duration,
    ) -> Result<Bytes, UpstreamError> {
        let range = self.file.block_range(self.block);
        let read = upstream.read(self.file.hash, range);
        let read = tokio::time::timeout(patience, read).await;
        let bytes = read.map_err(|_| UpstreamError::Timeout)??;
        let (file, block) = (Arc::clone(&self.file), u64::from(self.block));
        let verified =
            blocking(move || Ok(file.outboard.verify_block(block, &bytes).then_some(bytes)));
        verified.await.ok().flatten().ok_or(UpstreamError::Wrong)
    }

    /// Stores the block if there is room; without it the block is served and not kept.
    async fn store(&self, bytes: &Bytes) -> Option<Arc<DiskFile>> {
        let disk = Arc::clone(self.file.disk.as_ref()?);
        let library = self.filler.library.upgrade()?;
        let (file, block, bytes) = (Arc::clone(&self.file), self.block, bytes.clone());
        let stored = blocking(move || {
            let room = library.make_room(&file, bytes.len() as u64);
            if room && let Err(error) = disk.write(block, &bytes) {
                library.give_back(file.hash, bytes.len() as u64);
                return Err(error);
            }
            Ok(room.then_some(disk))
        });
        let stored = stored.await.unwrap_or_else(|error| {
            tracing::warn!(file = %self.file.hash, %error, "cannot store a block; passing it through");
            self.filler.metrics.failed_blocks.inc();
            None
        });
        if stored.is_none() {
            self.filler.metrics.unstored_blocks.inc();
        }
        stored
    }

    async fn mark(&self, disk: Arc<DiskFile>) {
        let block = self.block;
        if let Err(error) = blocking(move || disk.mark(block)).await {
            // The block is good until the appliance stops, and is filled again after that.
            tracing::warn!(file = %self.file.hash, block, %error, "cannot record a stored block");
        }
    }

    fn filled(&mut self, bytes: &Bytes, stored: bool) {
        self.open = false;
        let waiters = self.file.blocks.lock().filled(self.block, stored);
        for waiter in waiters {
            // A player that went away no longer listens.
            let _ = waiter.send(Ok(bytes.clone()));
        }
    }

    fn failed(&mut self, error: UpstreamError) {
        self.open = false;
        self.filler.metrics.fill_failed(error);
        tracing::warn!(file = %self.file.hash, block = self.block, %error, "cannot fill a block");
        let until = self.filler.now() + FAILURE_COOLDOWN;
        let waiters = self.file.blocks.lock().failed(self.block, error, until);
        for waiter in waiters {
            let _ = waiter.send(Err(error));
        }
    }
}

impl Drop for Fill {
    fn drop(&mut self) {
        if self.open {
            self.failed(UpstreamError::Down);
        }
    }
}
