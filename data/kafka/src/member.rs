//! A member of a group, by Kafka's own protocol.
//!
//! The client's consumer is used for its membership and its commits alone: its partitions are paused, and
//! events are read as everybody reads them. A task polls it, as the protocol wants, for as long as the owner
//! shows that it is there; then it falls silent, and the brokers give its partitions to others.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use data_events::limits::SESSION_TIMEOUT;
use data_events::{Assignment, EventError, Membership, Offset};
use krafka::Kafka;
use krafka::consumer::{
    AutoOffsetReset, Consumer, ConsumerRebalanceListener, OffsetAndMetadata, TopicPartition,
};
use parking_lot::Mutex;
use platform_clock::SharedClock;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::error::{is_fence, typed};
use crate::limits::MEMBER_POLL;

pub(crate) struct Member {
    consumer: Arc<Consumer>,
    share: watch::Receiver<Assignment>,
    beat: Arc<Mutex<Duration>>,
    clock: SharedClock,
    group: String,
    topic: String,
    partitions: u32,
    polling: JoinHandle<()>,
}

/// Keeps the share as the brokers change it.
struct Listener(watch::Sender<Assignment>);

impl Listener {
    fn change(&self, change: impl FnOnce(&mut Vec<u32>)) {
        self.0.send_modify(|share| {
            share.generation += 1;
            change(&mut share.partitions);
            share.partitions.sort_unstable();
            share.partitions.dedup();
        });
    }

    fn remove(&self, partitions: &[TopicPartition]) {
        let gone = |partition: &u32| {
            partitions
                .iter()
                .any(|it| it.partition.cast_unsigned() == *partition)
        };
        self.change(|share| share.retain(|partition| !gone(partition)));
    }
}

impl ConsumerRebalanceListener for Listener {
    async fn on_partitions_assigned(&self, partitions: &[TopicPartition]) {
        let came = partitions.iter().map(|it| it.partition.cast_unsigned());
        self.change(|share| share.extend(came));
    }

    async fn on_partitions_revoked(&self, partitions: &[TopicPartition]) {
        self.remove(partitions);
    }

    async fn on_partitions_lost(&self, partitions: &[TopicPartition]) {
        self.remove(partitions);
    }
}

impl Member {
    pub(crate) async fn join(
        kafka: &Kafka,
        (group, topic, partitions): (&str, &str, u32),
        clock: SharedClock,
    ) -> Result<Self, EventError> {
        let (told, share) = watch::channel(Assignment::default());
        let failed = typed("join a group", topic);
        let consumer = kafka
            .consumer(group)
            .auto_offset_reset(AutoOffsetReset::Earliest)
            .enable_auto_commit(false)
            .session_timeout(SESSION_TIMEOUT)
            .max_poll_interval(SESSION_TIMEOUT)
            .heartbeat_interval(SESSION_TIMEOUT / 20)
            .rebalance_listener(Listener(told))
            .build()
            .await
            .map_err(&failed)?;
        consumer.subscribe([topic]).await.map_err(&failed)?;
        let consumer = Arc::new(consumer);
        let beat = Arc::new(Mutex::new(clock.monotonic()));
        let polling = poll(
            Arc::clone(&consumer),
            Arc::clone(&beat),
            Arc::clone(&clock),
            topic.to_owned(),
        );
        Ok(Self {
            consumer,
            share,
            beat,
            clock,
            group: group.to_owned(),
            topic: topic.to_owned(),
            partitions,
            polling: tokio::spawn(polling),
        })
    }

    fn fenced(&self, generation: u64) -> EventError {
        EventError::Fenced {
            group: self.group.clone(),
            generation,
        }
    }
}

/// Keeps the membership going while its owner is there.
async fn poll(
    consumer: Arc<Consumer>,
    beat: Arc<Mutex<Duration>>,
    clock: SharedClock,
    topic: String,
) {
    while !consumer.is_closed() {
        let silent = clock.monotonic().saturating_sub(*beat.lock());
        if silent >= SESSION_TIMEOUT {
            tokio::time::sleep(MEMBER_POLL).await;
            continue;
        }
        match consumer.poll(MEMBER_POLL).await {
            Ok(_) => {
                let assigned = consumer.assignment().await;
                if let Some(partitions) = assigned.get(&topic) {
                    consumer.pause(&topic, partitions).await;
                }
            }
            Err(error) => {
                tracing::debug!(topic, %error, "a group's member could not poll");
                tokio::time::sleep(MEMBER_POLL).await;
            }
        }
    }
}

/// What a group has committed.
pub(crate) async fn committed(
    consumer: &Consumer,
    topic: &str,
    partitions: u32,
) -> Result<BTreeMap<u32, Offset>, EventError> {
    let all: Vec<_> = (0..partitions)
        .map(|partition| (topic, partition.cast_signed()))
        .collect();
    let committed = consumer
        .committed(&all)
        .await
        .map_err(typed("tell what is committed", topic))?;
    let positions = committed
        .into_iter()
        .filter(|(_, position)| position.offset >= 0);
    let positions = positions.map(|((_, partition), position)| {
        (
            partition.cast_unsigned(),
            Offset(position.offset.cast_unsigned()),
        )
    });
    Ok(positions.collect())
}

#[async_trait]
impl Membership for Member {
    async fn heartbeat(&self) -> Result<Assignment, EventError> {
        *self.beat.lock() = self.clock.monotonic();
        Ok(self.share.borrow().clone())
    }

    async fn changed(&self, generation: u64) {
        let mut share = self.share.clone();
        // The sender lives in the consumer, which this member holds.
        let _ = share.wait_for(|share| share.generation != generation).await;
    }

    async fn committed(&self) -> Result<BTreeMap<u32, Offset>, EventError> {
        committed(&self.consumer, &self.topic, self.partitions).await
    }

    async fn commit(
        &self,
        generation: u64,
        offsets: &BTreeMap<u32, Offset>,
    ) -> Result<(), EventError> {
        let share = self.share.borrow().clone();
        let own = offsets
            .keys()
            .all(|partition| share.partitions.contains(partition));
        if share.generation != generation || !own {
            return Err(self.fenced(generation));
        }
        let offsets = offsets.iter().map(|(partition, next)| {
            let place = TopicPartition::new(self.topic.clone(), partition.cast_signed());
            (place, OffsetAndMetadata::new(next.0.cast_signed()))
        });
        let committed = self.consumer.commit_offsets(offsets).await;
        committed.map_err(|error| {
            if is_fence(&error) {
                self.fenced(generation)
            } else {
                typed("commit", &self.topic)(error)
            }
        })
    }

    async fn leave(self: Box<Self>) -> Result<(), EventError> {
        self.polling.abort();
        self.consumer
            .close()
            .await
            .map_err(typed("leave a group", &self.topic))
    }
}

impl Drop for Member {
    /// Leaves without waiting; brokers that do not hear it give the share to others after the timeout.
    fn drop(&mut self) {
        self.polling.abort();
        let consumer = Arc::clone(&self.consumer);
        if consumer.is_closed() {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = consumer.close().await {
                    tracing::debug!(%error, "a group's member could not say that it leaves");
                }
            });
        }
    }
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("Member");
        let debug = debug
            .field("group", &self.group)
            .field("topic", &self.topic);
        debug.finish_non_exhaustive()
    }
}
