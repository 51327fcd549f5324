//! The log on a cluster.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use data_events::{
    Ends, Event, EventError, Log, Membership, NewEvent, Offset, Place, TopicSettings, Turns, check,
};
use futures::future::try_join_all;
use krafka::Kafka;
use krafka::producer::{Acks, Producer};
use platform_clock::SharedClock;

use crate::error::typed;
use crate::limits::{
    BATCH_BYTES, CALL_TIMEOUT, CONNECT_TIMEOUT, DELIVERY_TIMEOUT, MAX_MESSAGE_BYTES,
    REQUEST_TIMEOUT, SEND_BUFFER_BYTES,
};
use crate::member::{self, Member};
use crate::reader::Reader;
use crate::readers::Slots;
use crate::record;
use crate::settings::KafkaSettings;
use crate::topics::Topics;
use crate::watcher::Watcher;

/// Events in a Kafka cluster. What is acknowledged has reached every replica in sync; an append that a
/// client repeats on its own is written once.
///
/// [`EventError::Duplicate`] is never told: brokers know nothing of origins. A copy made by a mirror is
/// without duplicates as long as an append that timed out does not arrive after the mirror looked again,
/// for which it would have to be under way for longer than [`crate::limits::DELIVERY_TIMEOUT`].
pub struct KafkaLog {
    settings: KafkaSettings,
    clock: SharedClock,
    /// Appends, and questions that are answered at once.
    producer: Producer,
    topics: Topics,
    /// Reads of what is there.
    fetching: Kafka,
    turns: Turns,
    readers: Slots<Reader>,
    watchers: Slots<Watcher>,
}

impl KafkaLog {
    /// Connects to a cluster.
    ///
    /// # Errors
    /// [`EventError::Unavailable`] or [`EventError::Timeout`] when no broker answers.
    pub async fn connect(settings: KafkaSettings, clock: SharedClock) -> Result<Self, EventError> {
        let asking = connect(&settings).await?;
        let producer = asking
            .producer()
            .acks(Acks::All)
            .idempotent(true)
            .linger(std::time::Duration::ZERO)
            .batch_size(BATCH_BYTES)
            .buffer_memory(SEND_BUFFER_BYTES)
            .max_request_size(MAX_MESSAGE_BYTES)
            .max_block(CALL_TIMEOUT)
            .delivery_timeout(DELIVERY_TIMEOUT)
            .build()
            .await
            .map_err(typed("open", ""))?;
        Ok(Self {
            topics: Topics::new(&asking, settings.replication).await?,
            fetching: connect(&settings).await?,
            producer,
            settings,
            clock,
            turns: Turns::default(),
            readers: Slots::default(),
            watchers: Slots::default(),
        })
    }
}

async fn connect(settings: &KafkaSettings) -> Result<Kafka, EventError> {
    let kafka = Kafka::builder(settings.brokers.clone())
        .client_id("marquee")
        .request_timeout(REQUEST_TIMEOUT)
        .connect_timeout(CONNECT_TIMEOUT)
        .allow_auto_create_topics(false)
        .connect();
    let connected = tokio::time::timeout(CALL_TIMEOUT, kafka).await;
    let connected = connected.map_err(|_| EventError::Timeout { what: "connect" })?;
    connected.map_err(typed("connect", ""))
}

#[async_trait]
impl Log for KafkaLog {
    async fn create(&self, topic: &str, settings: &TopicSettings) -> Result<(), EventError> {
        let created = tokio::time::timeout(CALL_TIMEOUT, self.topics.create(topic, settings)).await;
        created.unwrap_or(Err(EventError::Timeout {
            what: "create a topic",
        }))
    }

    async fn partitions(&self, topic: &str) -> Result<u32, EventError> {
        self.topics.partitions(topic).await
    }

    async fn append(&self, topic: &str, key: Bytes, payload: Bytes) -> Result<Place, EventError> {
        let partition = self
            .turns
            .partition(&key, self.topics.partitions(topic).await?);
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
        self.topics.require(topic, partition).await?;
        let now = self.clock.now();
        check::events(&events, now)?;
        let failed = typed("append", topic);
        let mut sent = Vec::with_capacity(events.len());
        for event in events {
            let record = record::encode(topic, partition, event, now);
            sent.push(self.producer.enqueue(record).await.map_err(&failed)?);
        }
        let acknowledged = try_join_all(sent).await.map_err(failed)?;
        let offsets = acknowledged
            .iter()
            .map(|record| Offset(record.offset.max(0).cast_unsigned()));
        Ok(offsets.collect())
    }

    async fn read(
        &self,
        topic: &str,
        partition: u32,
        from: Offset,
        limit: usize,
    ) -> Result<Vec<Event>, EventError> {
        let ends = self.ends(topic, partition).await?;
        check::offset(topic, partition, from, ends)?;
        if limit == 0 || from == ends.next {
            return Ok(Vec::new());
        }
        let slot = self.readers.of(topic, partition);
        let mut reader = slot.lock().await;
        let reader = match reader.take() {
            Some(open) => reader.insert(open),
            None => reader.insert(Reader::open(&self.fetching, topic, partition).await?),
        };
        reader.read(from, ends.next, limit).await
    }

    async fn ends(&self, topic: &str, partition: u32) -> Result<Ends, EventError> {
        self.topics.ends(topic, partition).await
    }

    async fn wait(&self, topic: &str, partition: u32, from: Offset) -> Result<(), EventError> {
        if self.ends(topic, partition).await?.next > from {
            return Ok(());
        }
        let slot = self.watchers.of(topic, partition);
        let mut watcher = slot.lock().await;
        let open = if let Some(open) = watcher.take() {
            open
        } else {
            let own = connect(&self.settings).await?;
            Watcher::open(&own, topic, partition).await?
        };
        let watcher = watcher.insert(open);
        watcher.wait(from).await
    }

    async fn join(
        &self,
        group: &str,
        topic: &str,
        _member: &str,
    ) -> Result<Box<dyn Membership>, EventError> {
        check::name(group)?;
        let partitions = self.topics.partitions(topic).await?;
        let clock = Arc::clone(&self.clock);
        // A broker holds the answer to whoever joins until the others have; two members on one connection
        // would wait for one another.
        let own = connect(&self.settings).await?;
        let member = Member::join(&own, (group, topic, partitions), clock).await?;
        Ok(Box::new(member))
    }

    async fn committed(
        &self,
        group: &str,
        topic: &str,
    ) -> Result<BTreeMap<u32, Offset>, EventError> {
        check::name(group)?;
        let partitions = self.topics.partitions(topic).await?;
        let consumer = self
            .fetching
            .consumer(group)
            .enable_auto_commit(false)
            .build()
            .await;
        let consumer = consumer.map_err(typed("tell what is committed", topic))?;
        let committed = member::committed(&consumer, topic, partitions).await;
        if let Err(error) = consumer.close().await {
            tracing::debug!(topic, %error, "a look at a group's positions did not close");
        }
        committed
    }
}

impl std::fmt::Debug for KafkaLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("KafkaLog");
        debug
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
