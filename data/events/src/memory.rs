//! The log in memory, for tests of the crates above.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::Mutex;
use platform_clock::SharedClock;

use crate::event::{check_name, check_size};
use crate::limits::{MAX_READ_BYTES, MAX_TOPICS};
use crate::{Event, EventError, Log, Offset};

/// A log that forgets everything when dropped; it behaves as the one on disk does otherwise.
#[derive(Debug)]
pub struct MemoryLog {
    clock: SharedClock,
    topics: Mutex<BTreeMap<String, Vec<Event>>>,
    positions: Mutex<BTreeMap<(String, String), Offset>>,
}

impl MemoryLog {
    /// A log with no topics.
    pub fn new(clock: SharedClock) -> Self {
        Self {
            clock,
            topics: Mutex::default(),
            positions: Mutex::default(),
        }
    }
}

#[async_trait]
impl Log for MemoryLog {
    async fn append(&self, topic: &str, key: Bytes, payload: Bytes) -> Result<Offset, EventError> {
        check_name(topic)?;
        check_size(&key, &payload)?;
        let mut topics = self.topics.lock();
        if topics.len() >= MAX_TOPICS && !topics.contains_key(topic) {
            return Err(EventError::TooManyTopics(MAX_TOPICS));
        }
        let events = topics.entry(topic.to_owned()).or_default();
        let offset = Offset(events.len() as u64);
        events.push(Event {
            offset,
            at: self.clock.now(),
            key,
            payload,
        });
        Ok(offset)
    }

    async fn read(
        &self,
        topic: &str,
        from: Offset,
        limit: usize,
    ) -> Result<Vec<Event>, EventError> {
        check_name(topic)?;
        let topics = self.topics.lock();
        let events = topics.get(topic).map_or(&[][..], Vec::as_slice);
        let mut bytes = 0;
        let rest = events
            .iter()
            .skip_while(|event| event.offset < from)
            .take(limit);
        let fitting = rest.take_while(|event| {
            bytes += event.key.len() + event.payload.len();
            bytes <= MAX_READ_BYTES
        });
        Ok(fitting.cloned().collect())
    }

    async fn commit(&self, group: &str, topic: &str, next: Offset) -> Result<(), EventError> {
        check_name(group)?;
        check_name(topic)?;
        self.positions
            .lock()
            .insert((group.to_owned(), topic.to_owned()), next);
        Ok(())
    }

    async fn position(&self, group: &str, topic: &str) -> Result<Offset, EventError> {
        check_name(group)?;
        check_name(topic)?;
        let positions = self.positions.lock();
        Ok(positions
            .get(&(group.to_owned(), topic.to_owned()))
            .copied()
            .unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use platform_clock::{ManualClock, Timestamp};

    use super::*;

    #[tokio::test]
    async fn keeps_what_every_log_promises() {
        let clock = ManualClock::at(Timestamp::from_millis(1));
        crate::conformance::suite(std::sync::Arc::new(MemoryLog::new(clock))).await;
    }
}
