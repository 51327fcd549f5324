//! The log in memory, for tests of the crates above.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::{Mutex, RwLock};
use platform_clock::SharedClock;
use tokio::sync::watch;

use crate::group::{Groups, MemoryStore};
use crate::limits::{MAX_READ_BYTES, MAX_TOPICS};
use crate::partitioner::Turns;
use crate::{
    Ends, Event, EventError, Log, Membership, NewEvent, Offset, Place, TopicSettings, check,
};

/// A log that forgets everything when dropped and never retires what it holds; it behaves as the one on disk
/// does otherwise.
#[derive(Debug)]
pub struct MemoryLog {
    clock: SharedClock,
    topics: RwLock<BTreeMap<String, Arc<Topic>>>,
    groups: Groups,
}

#[derive(Debug)]
struct Topic {
    settings: TopicSettings,
    partitions: Vec<Partition>,
    turns: Turns,
}

#[derive(Debug, Default)]
struct Partition {
    events: Mutex<Vec<Event>>,
    /// How many there are.
    count: watch::Sender<u64>,
}

impl MemoryLog {
    /// A log with no topics.
    pub fn new(clock: SharedClock) -> Self {
        let groups = Groups::new(Arc::clone(&clock), Arc::new(MemoryStore::default()));
        Self {
            clock,
            topics: RwLock::default(),
            groups,
        }
    }

    fn topic(&self, name: &str) -> Result<Arc<Topic>, EventError> {
        check::name(name)?;
        let found = self.topics.read().get(name).cloned();
        found.ok_or_else(|| EventError::UnknownTopic(name.to_owned()))
    }
}

impl Topic {
    fn partition(&self, topic: &str, partition: u32) -> Result<&Partition, EventError> {
        check::partition(topic, partition, self.settings.partitions)?;
        Ok(&self.partitions[partition as usize])
    }
}

impl Partition {
    fn ends(&self) -> Ends {
        Ends {
            first: Offset(0),
            next: Offset(*self.count.borrow()),
        }
    }

    fn append(
        &self,
        (topic, partition): (&str, u32),
        new: Vec<NewEvent>,
        clock: &SharedClock,
    ) -> Result<Vec<Offset>, EventError> {
        let now = clock.now();
        check::events(&new, now)?;
        let mut events = self.events.lock();
        let last = events.iter().rev().find_map(|event| event.origin);
        check::origins(topic, partition, last, &new)?;
        let mut offsets = Vec::with_capacity(new.len());
        for event in new {
            let offset = Offset(events.len() as u64);
            offsets.push(offset);
            events.push(Event {
                offset,
                at: event.at.unwrap_or(now),
                key: event.key,
                payload: event.payload,
                origin: event.origin,
            });
        }
        self.count.send_replace(events.len() as u64);
        Ok(offsets)
    }

    fn read(&self, from: Offset, limit: usize) -> Vec<Event> {
        let events = self.events.lock();
        let mut bytes = 0;
        let rest = events.iter().skip(from.0 as usize).take(limit);
        let fitting = rest.take_while(|event| {
            bytes += event.key.len() + event.payload.len();
            bytes <= MAX_READ_BYTES
        });
        fitting.cloned().collect()
    }
}

#[async_trait]
impl Log for MemoryLog {
    async fn create(&self, topic: &str, settings: &TopicSettings) -> Result<(), EventError> {
        check::name(topic)?;
        settings.check()?;
        let mut topics = self.topics.write();
        if let Some(there) = topics.get(topic) {
            return there.settings.require_same(topic, settings);
        }
        if topics.len() >= MAX_TOPICS {
            return Err(EventError::TooMany {
                what: "topics",
                limit: MAX_TOPICS,
            });
        }
        let partitions = (0..settings.partitions).map(|_| Partition::default());
        let created = Topic {
            settings: settings.clone(),
            partitions: partitions.collect(),
            turns: Turns::default(),
        };
        topics.insert(topic.to_owned(), Arc::new(created));
        Ok(())
    }

    async fn partitions(&self, topic: &str) -> Result<u32, EventError> {
        Ok(self.topic(topic)?.settings.partitions)
    }

    async fn append(&self, topic: &str, key: Bytes, payload: Bytes) -> Result<Place, EventError> {
        let found = self.topic(topic)?;
        let partition = found.turns.partition(&key, found.settings.partitions);
        let event = vec![NewEvent::new(key, payload)];
        let offsets = self.append_batch(topic, partition, event).await?;
        Ok(Place {
            partition,
            offset: offsets[0],
        })
    }

    async fn append_batch(
        &self,
        topic: &str,
        partition: u32,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Offset>, EventError> {
        let found = self.topic(topic)?;
        let to = found.partition(topic, partition)?;
        to.append((topic, partition), events, &self.clock)
    }

    async fn read(
        &self,
        topic: &str,
        partition: u32,
        from: Offset,
        limit: usize,
    ) -> Result<Vec<Event>, EventError> {
        let found = self.topic(topic)?;
        let held = found.partition(topic, partition)?;
        check::offset(topic, partition, from, held.ends())?;
        Ok(held.read(from, limit))
    }

    async fn ends(&self, topic: &str, partition: u32) -> Result<Ends, EventError> {
        Ok(self.topic(topic)?.partition(topic, partition)?.ends())
    }

    async fn wait(&self, topic: &str, partition: u32, from: Offset) -> Result<(), EventError> {
        let found = self.topic(topic)?;
        let mut count = found.partition(topic, partition)?.count.subscribe();
        // The sender lives in the topic, which is held here.
        let _ = count.wait_for(|count| *count > from.0).await;
        Ok(())
    }

    async fn join(
        &self,
        group: &str,
        topic: &str,
        member: &str,
    ) -> Result<Box<dyn Membership>, EventError> {
        let partitions = self.partitions(topic).await?;
        self.groups.join(group, topic, member, partitions).await
    }

    async fn committed(
        &self,
        group: &str,
        topic: &str,
    ) -> Result<BTreeMap<u32, Offset>, EventError> {
        check::name(group)?;
        self.topic(topic)?;
        self.groups.committed(group, topic).await
    }
}

#[cfg(test)]
mod tests {
    use platform_clock::{ManualClock, Timestamp};

    use super::*;

    #[tokio::test]
    async fn keeps_what_every_log_promises() {
        let clock = ManualClock::at(Timestamp::from_millis(1_700_000_000_000));
        crate::conformance::suite(Arc::new(MemoryLog::new(clock)), "suite").await;
    }
}
