//! Topics of the cluster: created, counted, and where their partitions end.

use std::collections::BTreeMap;

use data_events::{Ends, EventError, Offset, TopicSettings, check};
use krafka::Kafka;
use krafka::admin::{AdminClient, CreateTopicsOptions, NewTopic};
use krafka::consumer::Consumer;
use krafka::error::{ErrorCode, KrafkaError};
use parking_lot::RwLock;

use crate::error::typed;
use crate::limits::{CREATED_PAUSE, MAX_MESSAGE_BYTES, MIN_SEGMENT_BYTES};

pub(crate) struct Topics {
    admin: AdminClient,
    /// Asks for metadata and offsets; fetches nothing.
    looker: Consumer,
    replication: i16,
    /// Partitions of the topics that were looked at; they are never fewer.
    known: RwLock<BTreeMap<String, u32>>,
}

impl Topics {
    pub(crate) async fn new(kafka: &Kafka, replication: i16) -> Result<Self, EventError> {
        let looker = kafka.consumer_without_group().build().await;
        Ok(Self {
            admin: kafka.admin(),
            looker: looker.map_err(typed("open", ""))?,
            replication,
            known: RwLock::default(),
        })
    }

    pub(crate) async fn create(
        &self,
        topic: &str,
        settings: &TopicSettings,
    ) -> Result<(), EventError> {
        check::name(topic)?;
        settings.check()?;
        let failed = typed("create a topic", topic);
        let new = self.described(topic, settings).map_err(&failed)?;
        let created = self
            .admin
            .create_topics([new], CreateTopicsOptions::default())
            .await;
        for (_, created) in created.map_err(&failed)? {
            match created {
                Ok(())
                | Err(KrafkaError::Broker {
                    code: ErrorCode::TopicAlreadyExists,
                    ..
                }) => {}
                Err(error) => return Err(failed(error)),
            }
        }
        let has = self.appeared(topic).await?;
        if has == settings.partitions {
            return Ok(());
        }
        Err(EventError::WrongPartitions {
            topic: topic.to_owned(),
            has,
            asked: settings.partitions,
        })
    }

    fn described(&self, topic: &str, settings: &TopicSettings) -> krafka::Result<NewTopic> {
        let bytes = settings.retain_bytes.map_or(-1, u64::cast_signed);
        let millis = settings
            .retain_for
            .map_or(-1, |keep| keep.as_millis() as i64);
        let segment = settings.segment_bytes.max(MIN_SEGMENT_BYTES);
        let new = NewTopic::new(topic, settings.partitions.cast_signed(), self.replication)?;
        Ok(new
            .with_config("max.message.bytes", MAX_MESSAGE_BYTES.to_string())
            .with_config("retention.bytes", bytes.to_string())
            .with_config("retention.ms", millis.to_string())
            .with_config("segment.bytes", segment.to_string()))
    }

    /// The partitions of a topic that exists, once the brokers have heard of it.
    async fn appeared(&self, topic: &str) -> Result<u32, EventError> {
        loop {
            match self.partitions(topic).await {
                Err(EventError::UnknownTopic(_)) => tokio::time::sleep(CREATED_PAUSE).await,
                found => {
                    let count = found?;
                    let mut reachable = true;
                    for partition in 0..count {
                        let ends = self
                            .looker
                            .fetch_watermarks(topic, partition.cast_signed())
                            .await;
                        reachable &= ends.is_ok();
                    }
                    if reachable {
                        return Ok(count);
                    }
                    tokio::time::sleep(CREATED_PAUSE).await;
                }
            }
        }
    }

    pub(crate) async fn partitions(&self, topic: &str) -> Result<u32, EventError> {
        check::name(topic)?;
        let known = self.known.read().get(topic).copied();
        if let Some(count) = known {
            return Ok(count);
        }
        let failed = typed("describe a topic", topic);
        let found = self
            .looker
            .fetch_metadata(Some(topic))
            .await
            .map_err(failed)?;
        let found = found.topics.iter().find(|found| found.name == topic);
        let count = found.map_or(0, |found| found.partition_count() as u32);
        if count == 0 {
            return Err(EventError::UnknownTopic(topic.to_owned()));
        }
        self.known.write().insert(topic.to_owned(), count);
        Ok(count)
    }

    /// Refuses a partition that there is not.
    pub(crate) async fn require(&self, topic: &str, partition: u32) -> Result<(), EventError> {
        check::partition(topic, partition, self.partitions(topic).await?)
    }

    pub(crate) async fn ends(&self, topic: &str, partition: u32) -> Result<Ends, EventError> {
        self.require(topic, partition).await?;
        let ends = self
            .looker
            .fetch_watermarks(topic, partition.cast_signed())
            .await;
        let (first, next) = ends.map_err(typed("tell a partition's ends", topic))?;
        Ok(Ends {
            first: Offset(first.max(0).cast_unsigned()),
            next: Offset(next.max(0).cast_unsigned()),
        })
    }
}
