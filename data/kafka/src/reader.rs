//! Reads a partition from any place, and on from there without asking twice.

use std::collections::VecDeque;
use std::time::Duration;

use data_events::limits::MAX_READ_BYTES;
use data_events::{Event, EventError, Offset};
use krafka::consumer::{AutoOffsetReset, Consumer};
use krafka::{Kafka, Result};
use tokio::time::timeout;

use crate::error::typed;
use crate::limits::CALL_TIMEOUT;
use crate::record;

/// How long a poll waits: what is read is known to be there, so it ends before this.
const POLL: Duration = Duration::from_secs(1);

pub(crate) struct Reader {
    consumer: Consumer,
    topic: String,
    partition: u32,
    /// What came and was not given yet.
    came: VecDeque<Event>,
    /// The offset that the next one given has, or one before it.
    next: Option<Offset>,
}

/// A consumer of one partition that commits nothing.
pub(crate) async fn consumer(
    kafka: &Kafka,
    topic: &str,
    partition: u32,
    wait: Duration,
) -> Result<Consumer> {
    let consumer = kafka
        .consumer_without_group()
        .auto_offset_reset(AutoOffsetReset::Earliest)
        .enable_auto_commit(false)
        .fetch_max_wait(wait)
        .fetch_max_bytes(MAX_READ_BYTES as i32)
        .max_partition_fetch_bytes(MAX_READ_BYTES as i32)
        .build()
        .await?;
    consumer
        .assign(topic, vec![partition.cast_signed()])
        .await?;
    Ok(consumer)
}

impl Reader {
    pub(crate) async fn open(
        kafka: &Kafka,
        topic: &str,
        partition: u32,
    ) -> std::result::Result<Self, EventError> {
        let consumer = consumer(kafka, topic, partition, POLL).await;
        Ok(Self {
            consumer: consumer.map_err(typed("read", topic))?,
            topic: topic.to_owned(),
            partition,
            came: VecDeque::new(),
            next: None,
        })
    }

    /// Events from `from` up to `until`, which is the end or before it.
    pub(crate) async fn read(
        &mut self,
        from: Offset,
        until: Offset,
        limit: usize,
    ) -> std::result::Result<Vec<Event>, EventError> {
        let read = timeout(CALL_TIMEOUT, self.fill(from, until, limit)).await;
        // A read that was given up on may have lost what came; the next one seeks.
        match read {
            Ok(Ok(events)) => Ok(events),
            Ok(Err(error)) => {
                self.next = None;
                Err(typed("read", &self.topic)(error))
            }
            Err(_) => {
                self.next = None;
                Err(EventError::Timeout { what: "read" })
            }
        }
    }

    async fn fill(&mut self, from: Offset, until: Offset, limit: usize) -> Result<Vec<Event>> {
        if self.next != Some(from) {
            self.came.clear();
            let at = from.0.cast_signed();
            self.consumer
                .seek(&self.topic, self.partition.cast_signed(), at)
                .await?;
        }
        self.next = None;
        let (mut events, mut bytes, mut at): (Vec<Event>, _, _) = (Vec::new(), 0, from);
        'reading: while events.len() < limit && at < until {
            while let Some(event) = self.came.front() {
                let size = event.key.len() + event.payload.len();
                if events.len() == limit || (bytes + size > MAX_READ_BYTES && !events.is_empty()) {
                    break 'reading;
                }
                bytes += size;
                at = event.offset.next();
                events.extend(self.came.pop_front());
            }
            if at < until && events.len() < limit {
                let came = self.consumer.poll(POLL).await?;
                let seen = self
                    .consumer
                    .position(&self.topic, self.partition.cast_signed())
                    .await;
                if came.is_empty() && seen.is_some_and(|seen| seen.cast_unsigned() >= until.0) {
                    // What is left has no events in it: marks of transactions.
                    break;
                }
                self.came.extend(came.into_iter().map(record::decode));
            }
        }
        self.next = Some(at);
        Ok(events)
    }
}
