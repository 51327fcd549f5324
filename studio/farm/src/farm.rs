//! The farm as those who need chunks see it, and what claims lead to.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use contracts_studio::Priority;
use parking_lot::Mutex;
use platform_clock::SharedClock;
use studio_encode::{ChunkTask, EncodeError, EncodedChunk};
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use crate::board::{Board, Lease};
use crate::limits::BEAT;

/// A chunk that is wanted.
#[derive(Debug, Clone)]
pub struct Order {
    /// Whether it goes before others.
    pub priority: Priority,
    /// The same for every try at the same chunk.
    pub name: String,
    /// What to do.
    pub task: Arc<ChunkTask>,
    /// The master.
    pub master: PathBuf,
    /// Where the chunk goes, an MP4. Nothing else writes there.
    pub out: PathBuf,
}

/// Why there is no chunk.
#[derive(Debug, thiserror::Error)]
pub enum FarmError {
    /// It could not be encoded here.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// It could not be encoded elsewhere.
    #[error("worker {worker}: {message}")]
    Worker {
        /// Who tried.
        worker: String,
        /// Why it failed, in one sentence.
        message: String,
        /// Whether another try can help.
        transient: bool,
    },
    /// Too many workers died over it.
    #[error("{what} was lost with {workers} workers one after another; look at what ended them")]
    Lost {
        /// The chunk.
        what: String,
        /// How many.
        workers: u32,
    },
}

impl FarmError {
    /// Whether another try can help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Encode(error) => error.is_transient() || error.is_out_of_space(),
            Self::Worker { transient, .. } => *transient,
            Self::Lost { .. } => false,
        }
    }
}

/// What those who wait for a chunk hear.
pub(crate) enum News {
    /// Frames done.
    Frames(u64),
    /// The end of it.
    Over(Result<EncodedChunk, FarmError>),
}

/// An order on the board.
pub(crate) struct Job {
    pub(crate) order: Order,
    news: mpsc::Sender<News>,
    /// Nobody wants it any more.
    pub(crate) cancelled: CancellationToken,
}

/// The farm. Cheap to clone.
#[derive(Clone)]
pub struct Farm(Arc<Shared>);

struct Shared {
    clock: SharedClock,
    state: Mutex<State>,
    offered: Notify,
}

#[derive(Default)]
struct State {
    board: Board,
    jobs: HashMap<u64, Arc<Job>>,
}

/// Takes an order off the board when nobody waits for it any more.
struct Standing<'a> {
    farm: &'a Farm,
    offer: u64,
}

impl Drop for Standing<'_> {
    fn drop(&mut self) {
        let mut state = self.farm.0.state.lock();
        state.board.remove(self.offer);
        if let Some(job) = state.jobs.remove(&self.offer) {
            job.cancelled.cancel();
        }
    }
}

/// News that wait to be heard: progress is dropped where there are more, the end never is.
const NEWS: usize = 16;

impl Farm {
    /// A farm with nothing on its board.
    pub fn new(clock: SharedClock) -> Self {
        Self(Arc::new(Shared {
            clock,
            state: Mutex::default(),
            offered: Notify::new(),
        }))
    }

    /// Offers a chunk and waits for it. Dropping the future takes it off the board, and ends the encoder
    /// that was at it.
    ///
    /// # Errors
    /// [`FarmError`]; it says whether another try can help.
    pub async fn make(
        &self,
        order: Order,
        mut on_progress: impl FnMut(u64) + Send,
    ) -> Result<EncodedChunk, FarmError> {
        let (news, mut heard) = mpsc::channel(NEWS);
        let what = order.task.what();
        let standing = self.offer(order, news);
        while let Some(next) = heard.recv().await {
            match next {
                News::Frames(frames) => on_progress(frames),
                News::Over(outcome) => return outcome,
            }
        }
        drop(standing);
        let workers = crate::limits::LOSSES;
        Err(FarmError::Lost { what, workers })
    }

    fn offer(&self, order: Order, news: mpsc::Sender<News>) -> Standing<'_> {
        let mut state = self.0.state.lock();
        let offer = state.board.add(order.priority, order.name.clone());
        let job = Job {
            order,
            news,
            cancelled: CancellationToken::new(),
        };
        state.jobs.insert(offer, Arc::new(job));
        drop(state);
        self.0.offered.notify_waiters();
        Standing { farm: self, offer }
    }

    /// Waits until there may be something to claim: until an offer comes, or at most a moment, as work
    /// that was lost comes back without anybody offering it.
    pub(crate) async fn anything(&self) {
        let offered = self.0.offered.notified();
        tokio::pin!(offered);
        offered.as_mut().enable();
        if !self.0.state.lock().board.has_free() {
            let _looked_again = tokio::time::timeout(BEAT, offered).await;
        }
    }

    /// Claims the next chunk, if there is one. Claims that do not last run out unless renewed.
    pub(crate) fn claim(&self, worker: &str, lasting: bool) -> Option<(Lease, Arc<Job>)> {
        let now = self.0.clock.now();
        let mut state = self.0.state.lock();
        for lost in state.board.expire(now) {
            tracing::warn!(
                worker = lost.worker,
                offer = lost.offer,
                "a worker was lost with its chunk"
            );
            if lost.given_up {
                // Its end of the line closed tells who waits.
                state.jobs.remove(&lost.offer);
            }
        }
        let lease = state.board.claim(worker, lasting, now)?;
        let job = Arc::clone(state.jobs.get(&lease.offer)?);
        Some((lease, job))
    }

    /// Renews a lease and passes on how far the worker is; whether it should go on.
    pub(crate) fn beat(&self, lease: Lease, frames: u64) -> bool {
        let now = self.0.clock.now();
        let mut state = self.0.state.lock();
        let holds = state.board.beat(lease, now);
        if let Some(job) = state.jobs.get(&lease.offer).filter(|_| holds) {
            // Where many wait to be heard the next one says the same and more.
            let _heard = job.news.try_send(News::Frames(frames));
        }
        holds
    }

    /// The job that a lease holds.
    pub(crate) fn job(&self, lease: Lease) -> Option<Arc<Job>> {
        let state = self.0.state.lock();
        let job = state.jobs.get(&lease.offer).map(Arc::clone);
        job.filter(|_| state.board.holds(lease))
    }

    /// Ends an order, as long as the lease holds; whether it did.
    pub(crate) async fn finish(
        &self,
        lease: Lease,
        outcome: Result<EncodedChunk, FarmError>,
    ) -> bool {
        let job = {
            let mut state = self.0.state.lock();
            if !state.board.finish(lease, outcome.is_err()) {
                return false;
            }
            state.jobs.remove(&lease.offer)
        };
        match job {
            // Nobody listens when the order was dropped this very moment.
            Some(job) => job.news.send(News::Over(outcome)).await.is_ok(),
            None => false,
        }
    }
}

/// Where a worker's chunk lies until it is checked.
pub(crate) fn incoming(out: &Path, lease: Lease) -> PathBuf {
    out.with_extension(format!("{}.incoming.mp4", lease.claim))
}
