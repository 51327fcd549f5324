//! Waits for a partition's next event, on a connection of its own: a broker answers a connection's requests
//! one after another, so one that waits would hold up the others.

use data_events::{EventError, Offset};
use krafka::Kafka;
use krafka::consumer::Consumer;

use crate::error::typed;
use crate::limits::WATCH_WAIT;
use crate::reader;

pub(crate) struct Watcher {
    consumer: Consumer,
    topic: String,
    partition: u32,
}

impl Watcher {
    pub(crate) async fn open(
        kafka: &Kafka,
        topic: &str,
        partition: u32,
    ) -> Result<Self, EventError> {
        let consumer = reader::consumer(kafka, topic, partition, WATCH_WAIT).await;
        Ok(Self {
            consumer: consumer.map_err(typed("wait", topic))?,
            topic: topic.to_owned(),
            partition,
        })
    }

    /// Returns when there is something at or after `from`. Safe to give up.
    pub(crate) async fn wait(&mut self, from: Offset) -> Result<(), EventError> {
        let failed = typed("wait", &self.topic);
        let partition = self.partition.cast_signed();
        let at = from.0.cast_signed();
        self.consumer
            .seek(&self.topic, partition, at)
            .await
            .map_err(&failed)?;
        while self
            .consumer
            .poll(WATCH_WAIT)
            .await
            .map_err(&failed)?
            .is_empty()
        {}
        Ok(())
    }
}
