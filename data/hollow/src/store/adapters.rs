//! The stores of this workspace as a dataset uses them.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use data_events::{Event, EventError, Offset, SharedLog, TopicSettings};
use data_objects::limits::MAX_READ_BYTES;
use data_objects::{ContentHash, ObjectError, Objects, Pointers};

use crate::limits::MAX_BLOB_BYTES;
use crate::store::{Announcements, Blobs, HollowStore, StoreError};

/// A dataset's topics have one: their messages have one order.
const PARTITION: u32 = 0;

impl HollowStore {
    /// Blobs and marks in an object store, messages on a log. An object store whose owner collects what it does not
    /// know must be another one.
    pub fn new(objects: Objects, log: SharedLog) -> Self {
        Self {
            announcements: Arc::new(OnLog {
                log,
                marks: objects.pointers(),
            }),
            blobs: Arc::new(objects),
        }
    }
}

#[async_trait]
impl Blobs for Objects {
    async fn put(&self, blob: Bytes) -> Result<ContentHash, StoreError> {
        let stored = self.put_bytes(blob).await;
        stored.map(|info| info.hash).map_err(object)
    }

    async fn get(&self, name: ContentHash) -> Result<Bytes, StoreError> {
        let len = self.len(name).await.map_err(object)?;
        if len <= MAX_READ_BYTES {
            return self.read(name, 0..len).await.map_err(object);
        }
        let mut blob = BytesMut::with_capacity(len.min(MAX_BLOB_BYTES) as usize);
        while (blob.len() as u64) < len.min(MAX_BLOB_BYTES) {
            let start = blob.len() as u64;
            let end = len.min(start + MAX_READ_BYTES);
            blob.extend_from_slice(&self.read(name, start..end).await.map_err(object)?);
        }
        Ok(blob.freeze())
    }

    async fn remove(&self, name: ContentHash) -> Result<(), StoreError> {
        Self::remove(self, name).await.map_err(object)?;
        Ok(())
    }
}

fn object(error: ObjectError) -> StoreError {
    match error {
        ObjectError::NotFound(name) => StoreError::NoSuchBlob(name),
        error => StoreError::Failed {
            what: "the object store",
            transient: error.is_transient(),
            source: error.into(),
        },
    }
}

/// A log's topics of one partition each, and the objects' pointers for marks.
#[derive(Debug)]
struct OnLog {
    log: SharedLog,
    marks: Pointers,
}

impl OnLog {
    async fn create(&self, topic: &str) -> Result<(), StoreError> {
        let settings = TopicSettings::partitions(1);
        self.log.create(topic, &settings).await.map_err(event)
    }

    async fn events(&self, topic: &str, from: u64, limit: usize) -> Result<Vec<Event>, EventError> {
        match self.log.read(topic, PARTITION, Offset(from), limit).await {
            Err(EventError::UnknownTopic(_)) => Ok(Vec::new()),
            Err(EventError::Retired { first, .. }) => {
                self.log.read(topic, PARTITION, first, limit).await
            }
            read => read,
        }
    }
}

#[async_trait]
impl Announcements for OnLog {
    async fn append(&self, topic: &str, message: Bytes) -> Result<u64, StoreError> {
        let append = || self.log.append(topic, Bytes::new(), message.clone());
        let appended = match append().await {
            Err(EventError::UnknownTopic(_)) => {
                self.create(topic).await?;
                append().await
            }
            appended => appended,
        };
        appended.map(|place| place.offset.0).map_err(event)
    }

    async fn read(
        &self,
        topic: &str,
        from: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Bytes)>, StoreError> {
        let events = self.events(topic, from, limit).await.map_err(event)?;
        let messages = events
            .into_iter()
            .map(|event| (event.offset.0, event.payload));
        Ok(messages.collect())
    }

    async fn wait(&self, topic: &str, from: u64) -> Result<(), StoreError> {
        match self.log.wait(topic, PARTITION, Offset(from)).await {
            Err(EventError::UnknownTopic(_)) => self.create(topic).await?,
            waited => return waited.map_err(event),
        }
        let waited = self.log.wait(topic, PARTITION, Offset(from)).await;
        waited.map_err(event)
    }

    async fn mark(&self, topic: &str, place: u64) -> Result<(), StoreError> {
        let before = self.marks.get(topic).await.map_err(object)?;
        let version = before.as_ref().map(|pointer| &pointer.version);
        let value = Bytes::copy_from_slice(&place.to_le_bytes());
        // Whoever was first has marked a place that is as good.
        let set = self.marks.set_if(topic, version, value).await;
        set.map(drop).map_err(object)
    }

    async fn marked(&self, topic: &str) -> Result<u64, StoreError> {
        let pointer = self.marks.get(topic).await.map_err(object)?;
        let place = pointer.and_then(|pointer| pointer.value[..].try_into().ok());
        let place = place.map_or(0, u64::from_le_bytes);
        let ends = match self.log.ends(topic, PARTITION).await {
            Err(EventError::UnknownTopic(_)) => return Ok(0),
            ends => ends.map_err(event)?,
        };
        // Objects restored from a later moment than the log mark what it does not hold.
        Ok(if place < ends.next.0 { place } else { 0 })
    }
}

fn event(error: EventError) -> StoreError {
    StoreError::Failed {
        what: "the event log",
        transient: error.is_transient(),
        source: error.into(),
    }
}
