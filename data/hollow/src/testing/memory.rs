//! A store in memory, and what may befall it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use data_objects::ContentHash;
use tokio::sync::Notify;

use crate::store::{Announcements, Blobs, HollowStore, StoreError};

/// Blobs and topics that are gone when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryStore {
    kept: Mutex<Kept>,
    appended: Notify,
}

#[derive(Debug, Default)]
struct Kept {
    blobs: BTreeMap<ContentHash, Bytes>,
    topics: BTreeMap<String, Topic>,
    marks: BTreeMap<String, u64>,
}

#[derive(Debug, Default)]
struct Topic {
    messages: Vec<(u64, Bytes)>,
    next: u64,
}

impl MemoryStore {
    /// An empty one.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// It as a dataset's store.
    pub fn store(self: &Arc<Self>) -> HollowStore {
        HollowStore {
            blobs: Arc::clone(self) as Arc<dyn Blobs>,
            announcements: Arc::clone(self) as Arc<dyn Announcements>,
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Kept) -> T) -> T {
        act(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The names of every blob.
    pub fn blobs(&self) -> Vec<ContentHash> {
        self.with(|kept| kept.blobs.keys().copied().collect())
    }

    /// Changes one byte of a blob.
    pub fn damage(&self, name: ContentHash) {
        self.with(|kept| {
            if let Some(blob) = kept.blobs.get_mut(&name) {
                let mut bytes = blob.to_vec();
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
                *blob = bytes.into();
            }
        });
    }

    /// Drops the first messages of a topic.
    pub fn retire(&self, topic: &str, below: u64) {
        self.with(|kept| {
            let topic = kept.topics.entry(topic.to_owned()).or_default();
            topic.messages.retain(|(place, _)| *place >= below);
        });
    }

    /// How many messages a topic has.
    pub fn messages(&self, topic: &str) -> usize {
        self.with(|kept| {
            kept.topics
                .get(topic)
                .map_or(0, |topic| topic.messages.len())
        })
    }
}

#[async_trait]
impl Blobs for MemoryStore {
    async fn put(&self, blob: Bytes) -> Result<ContentHash, StoreError> {
        let name = ContentHash::of(&blob);
        self.with(|kept| kept.blobs.insert(name, blob));
        Ok(name)
    }

    async fn get(&self, name: ContentHash) -> Result<Bytes, StoreError> {
        self.with(|kept| kept.blobs.get(&name).cloned())
            .ok_or(StoreError::NoSuchBlob(name))
    }

    async fn remove(&self, name: ContentHash) -> Result<(), StoreError> {
        self.with(|kept| kept.blobs.remove(&name));
        Ok(())
    }
}

#[async_trait]
impl Announcements for MemoryStore {
    async fn append(&self, topic: &str, message: Bytes) -> Result<u64, StoreError> {
        let place = self.with(|kept| {
            let topic = kept.topics.entry(topic.to_owned()).or_default();
            let place = topic.next;
            topic.messages.push((place, message));
            topic.next += 1;
            place
        });
        self.appended.notify_waiters();
        Ok(place)
    }

    async fn read(
        &self,
        topic: &str,
        from: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Bytes)>, StoreError> {
        Ok(self.with(|kept| {
            let topic = kept.topics.get(topic);
            let messages = topic.map_or(&[][..], |topic| &topic.messages);
            let rest = messages.iter().filter(|(place, _)| *place >= from);
            rest.take(limit).cloned().collect()
        }))
    }

    async fn wait(&self, topic: &str, from: u64) -> Result<(), StoreError> {
        loop {
            let appended = self.appended.notified();
            tokio::pin!(appended);
            appended.as_mut().enable();
            if !self.read(topic, from, 1).await?.is_empty() {
                return Ok(());
            }
            appended.await;
        }
    }

    async fn mark(&self, topic: &str, place: u64) -> Result<(), StoreError> {
        self.with(|kept| kept.marks.insert(topic.to_owned(), place));
        Ok(())
    }

    async fn marked(&self, topic: &str) -> Result<u64, StoreError> {
        Ok(self.with(|kept| kept.marks.get(topic).copied().unwrap_or_default()))
    }
}
