//! Copies topics from one log to another, which may be a region away.
//!
//! A stream per partition, so that a long line is filled by many at once, as many as
//! [`MirrorSettings::streams`] allows. Partition `p` is copied to partition `p`, in order; each copy carries
//! the offset it came from ([`crate::Event::origin`]), and the end of the copy says where to go on. So a
//! stream that stops anywhere resumes without a gap, and without a duplicate as far as the destination can
//! tell what it acknowledged: [`crate::EventLog`] refuses what it has been given before.
//!
//! No peer can hang a stream: every call has a deadline, and after one that failed the stream waits longer
//! each time, looks again at the copy's end, and goes on. [`Mirror::states`] shows each stream and its lag.

mod commit;
mod state;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use futures::future::{join_all, try_join_all};
use platform_entropy::SharedEntropy;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use self::state::Board;
use self::stream::Stream;
use crate::{EventError, SharedLog, TopicSettings, check};

pub use self::state::{Activity, StreamState};

/// What is copied, and how hard a mirror tries.
#[derive(Debug, Clone)]
pub struct MirrorSettings {
    /// The group that remembers, at the source, how far the copy is.
    pub group: String,
    /// The topics.
    pub topics: Vec<String>,
    /// Partitions that are copied at once; the others wait for their turn.
    pub streams: usize,
    /// Events copied at once.
    pub batch: usize,
    /// How long a log may take for one call.
    pub deadline: Duration,
    /// How long to wait after a first failure; doubled after each more, with jitter.
    pub retry_from: Duration,
    /// The longest wait.
    pub retry_up_to: Duration,
}

impl MirrorSettings {
    /// Copies these topics at the usual pace.
    pub fn new(group: &str, topics: Vec<String>) -> Self {
        Self {
            group: group.to_owned(),
            topics,
            streams: 32,
            batch: 1_000,
            deadline: Duration::from_secs(30),
            retry_from: Duration::from_millis(100),
            retry_up_to: Duration::from_secs(30),
        }
    }
}

/// A mirror; copies while [`Mirror::run`] is awaited.
#[derive(Debug)]
pub struct Mirror {
    source: SharedLog,
    destination: SharedLog,
    settings: MirrorSettings,
    entropy: SharedEntropy,
    board: Arc<Board>,
}

impl Mirror {
    /// A mirror that has not begun.
    ///
    /// # Errors
    /// [`EventError::BadName`].
    pub fn new(
        source: SharedLog,
        destination: SharedLog,
        settings: MirrorSettings,
        entropy: SharedEntropy,
    ) -> Result<Self, EventError> {
        check::name(&settings.group)?;
        for topic in &settings.topics {
            check::name(topic)?;
        }
        Ok(Self {
            source,
            destination,
            settings,
            entropy,
            board: Arc::default(),
        })
    }

    /// Every stream that has begun, by topic and partition.
    pub fn states(&self) -> Vec<StreamState> {
        self.board.states()
    }

    /// Returns once every stream has copied all that the source held when it last looked.
    pub async fn caught_up(&self) {
        self.board.caught_up().await;
    }

    /// Copies until it is dropped. Dropping it at any point loses nothing.
    ///
    /// # Errors
    /// What no retry mends: a topic that the source does not have, a destination whose partitions differ.
    pub async fn run(&self) -> Result<(), EventError> {
        let places = Arc::new(Semaphore::new(self.settings.streams.max(1)));
        let mut streams = Vec::new();
        for topic in &self.settings.topics {
            for partition in 0..self.prepare(topic).await? {
                let stream = Stream::new(self, topic, partition);
                streams.push(stream.run(Arc::clone(&places)));
            }
        }
        let topics = &self.settings.topics;
        let commits = topics.iter().map(|topic| commit::commit(self, topic));
        let copied = try_join_all(streams);
        tokio::select! {
            copied = copied => copied.map(drop),
            _ = join_all(commits) => Ok(()),
        }
    }

    /// Creates a topic's copy; says how many partitions there are.
    async fn prepare(&self, topic: &str) -> Result<u32, EventError> {
        let mut failures = 0;
        loop {
            let prepare = async {
                let partitions = self.source.partitions(topic).await?;
                let settings = TopicSettings::partitions(partitions);
                self.destination.create(topic, &settings).await?;
                Ok::<_, EventError>(partitions)
            };
            match timeout(self.settings.deadline, prepare).await {
                Ok(Err(error)) if !error.is_transient() => return Err(error),
                Ok(Ok(partitions)) => return Ok(partitions),
                Ok(Err(error)) => tracing::warn!(topic, %error, "a mirror cannot begin"),
                Err(_) => tracing::warn!(topic, "a mirror cannot begin: a log does not answer"),
            }
            failures += 1;
            tokio::time::sleep(self.pause(failures)).await;
        }
    }

    /// How long to wait after so many failures in a row: between half of the step and all of it.
    fn pause(&self, failures: u32) -> Duration {
        let doubled = self
            .settings
            .retry_from
            .saturating_mul(1 << failures.saturating_sub(1).min(16));
        let step = doubled.min(self.settings.retry_up_to);
        step.mul_f64(0.5 + platform_entropy::unit(&*self.entropy) / 2.0)
    }
}
