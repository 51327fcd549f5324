//! The trait a log implements.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::{Event, EventError, Offset};

/// A log handle that is cheap to clone and to store.
pub type SharedLog = Arc<dyn Log>;

/// Appends, reads, and remembers how far a group has read.
#[async_trait]
pub trait Log: Send + Sync + std::fmt::Debug {
    /// Appends an event to a topic, which it creates if it is new. The event is on the disk when this
    /// returns. A caller that gives up waiting does not know whether it was appended.
    async fn append(&self, topic: &str, key: Bytes, payload: Bytes) -> Result<Offset, EventError>;

    /// Acknowledged events from `from` on, at most `limit` of them and at most
    /// [`crate::limits::MAX_READ_BYTES`]; empty when there are none yet.
    async fn read(&self, topic: &str, from: Offset, limit: usize)
    -> Result<Vec<Event>, EventError>;

    /// Remembers, durably, what the group reads next from the topic.
    async fn commit(&self, group: &str, topic: &str, next: Offset) -> Result<(), EventError>;

    /// What the group reads next from the topic; the first event for a group that committed nothing.
    async fn position(&self, group: &str, topic: &str) -> Result<Offset, EventError>;
}
