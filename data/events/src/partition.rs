//! One partition on disk: appends that share a sync, and reads of what is acknowledged.

mod open;
mod places;
mod queue;
mod read;
mod retain;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use platform_clock::SharedClock;
use tokio::sync::watch;

use self::places::Places;
use self::queue::Queue;
use crate::{Ends, EventError, NewEvent, Offset, TopicSettings, check};

pub use self::open::TornTail;

/// Which partition of which topic.
#[derive(Debug, Clone)]
pub(crate) struct Id {
    pub(crate) topic: Arc<str>,
    pub(crate) partition: u32,
}

impl Id {
    fn broken(&self) -> EventError {
        EventError::Broken {
            topic: self.topic.to_string(),
            partition: self.partition,
        }
    }

    fn damaged(&self, offset: Offset, segment: &Path, byte: u64) -> EventError {
        EventError::Damaged {
            topic: self.topic.to_string(),
            partition: self.partition,
            offset,
            segment: segment.to_owned(),
            byte,
        }
    }
}

/// A segment there is.
#[derive(Debug, Clone, Copy)]
struct Segment {
    base: Offset,
    bytes: u64,
    /// Whether batches may be added to it: not to those of format 1, nor after a damaged header.
    appendable: bool,
}

#[derive(Debug)]
pub(crate) struct Partition {
    id: Id,
    folder: PathBuf,
    settings: TopicSettings,
    clock: SharedClock,
    queue: Queue,
    /// What is acknowledged. Only the writer and retention change it.
    ends: watch::Sender<Ends>,
    /// In order; never empty.
    segments: RwLock<Vec<Segment>>,
    places: Places,
    /// The highest origin on the disk.
    origin: Mutex<Option<Offset>>,
}

impl Partition {
    /// Appends events in one batch and returns the first one's offset once they are on the disk.
    pub(crate) async fn append(
        self: &Arc<Self>,
        events: &[NewEvent],
    ) -> Result<Offset, EventError> {
        let now = self.clock.now();
        check::events(events, now)?;
        if events.is_empty() {
            return Ok(self.ends().next);
        }
        let done = self.queue.push(self, events, now).await?;
        done.await.unwrap_or_else(|_| Err(self.id.broken()))
    }

    pub(crate) fn ends(&self) -> Ends {
        *self.ends.borrow()
    }

    /// Returns when there is an event at or after `from`.
    pub(crate) async fn wait(&self, from: Offset) {
        let mut ends = self.ends.subscribe();
        let reached = ends.wait_for(|ends| ends.next > from).await;
        // The sender is this partition's own.
        debug_assert!(reached.is_ok());
    }

    /// Ends the writer once it has answered what it was asked; nothing is appended afterwards.
    pub(crate) fn close(&self) {
        self.queue.close();
    }
}
