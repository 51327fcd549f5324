//! The trait a log implements.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::{Ends, Event, EventError, Membership, NewEvent, Offset, Place, TopicSettings};

/// A log handle that is cheap to clone and to store.
pub type SharedLog = Arc<dyn Log>;

/// Appends, reads, and groups of consumers.
#[async_trait]
pub trait Log: Send + Sync + std::fmt::Debug {
    /// Creates a topic. One that exists with as many partitions stays as it is, its retention included.
    ///
    /// # Errors
    /// [`EventError::WrongPartitions`] when it exists with another count.
    async fn create(&self, topic: &str, settings: &TopicSettings) -> Result<(), EventError>;

    /// Creates a topic unless there is one, whatever its partitions: for a caller that takes it as it is.
    async fn create_if_absent(
        &self,
        topic: &str,
        settings: &TopicSettings,
    ) -> Result<(), EventError> {
        match self.partitions(topic).await {
            Err(EventError::UnknownTopic(_)) => match self.create(topic, settings).await {
                // Another process was first.
                Err(EventError::WrongPartitions { .. }) => Ok(()),
                created => created,
            },
            found => found.map(drop),
        }
    }

    /// How many partitions a topic has.
    ///
    /// # Errors
    /// [`EventError::UnknownTopic`], as of every call below that names one.
    async fn partitions(&self, topic: &str) -> Result<u32, EventError>;

    /// Appends an event to the partition of its key, or to each partition in turn if the key is empty. The
    /// event is kept, as the engine keeps what it acknowledges, when this returns. A caller that gives up
    /// waiting does not know whether it was appended.
    async fn append(&self, topic: &str, key: Bytes, payload: Bytes) -> Result<Place, EventError>;

    /// Appends events to a partition, in order and acknowledged together; gives their offsets. When it
    /// fails, the events up to some one may stand: on [`crate::EventLog`] all or none do.
    ///
    /// # Errors
    /// [`EventError::Duplicate`] from an engine that sees that the event was copied here before.
    async fn append_batch(
        &self,
        topic: &str,
        partition: u32,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Offset>, EventError>;

    /// Acknowledged events of a partition from `from` on, at most `limit` of them and at most
    /// [`crate::limits::MAX_READ_BYTES`]; empty when `from` is the end.
    ///
    /// # Errors
    /// [`EventError::Retired`] below the first event there is, [`EventError::AfterEnd`] beyond the end.
    async fn read(
        &self,
        topic: &str,
        partition: u32,
        from: Offset,
        limit: usize,
    ) -> Result<Vec<Event>, EventError>;

    /// The first event that a partition holds and the offset after its last.
    async fn ends(&self, topic: &str, partition: u32) -> Result<Ends, EventError>;

    /// Returns when the partition has an event at or after `from`; sleeps until then. Safe to give up.
    async fn wait(&self, topic: &str, partition: u32, from: Offset) -> Result<(), EventError>;

    /// Joins a group that shares a topic's partitions among its members. `member` is a name for logs: two
    /// members may have the same. [`crate::Consumer`] joins and reads.
    async fn join(
        &self,
        group: &str,
        topic: &str,
        member: &str,
    ) -> Result<Box<dyn Membership>, EventError>;

    /// What a group reads next, of every partition that it has committed.
    async fn committed(
        &self,
        group: &str,
        topic: &str,
    ) -> Result<BTreeMap<u32, Offset>, EventError>;
}
