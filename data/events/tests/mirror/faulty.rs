//! A log whose calls fail, hang, or do what they were asked after their caller gave up; drawn from a seed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use data_events::{
    Ends, Event, EventError, Log, Membership, NewEvent, Offset, Place, SharedLog, TopicSettings,
};
use platform_entropy::{SharedEntropy, unit};

/// Faults are drawn until so many have been; then the log is well.
#[derive(Debug)]
pub(crate) struct Faulty {
    inner: SharedLog,
    entropy: SharedEntropy,
    left: AtomicU32,
}

enum Fault {
    None,
    Fails,
    /// It is done, and the answer is lost.
    Unheard,
    /// It never answers, and is never done.
    Hangs,
    /// It never answers, and is done later.
    Late,
}

impl Faulty {
    pub(crate) fn drawn_from(inner: SharedLog, entropy: SharedEntropy, faults: u32) -> SharedLog {
        Arc::new(Self {
            inner,
            entropy,
            left: AtomicU32::new(faults),
        })
    }

    /// A log that takes topics and then never answers again.
    pub(crate) fn hung(inner: SharedLog) -> SharedLog {
        let entropy = platform_entropy::SeededEntropy::shared(0);
        Arc::new(Self {
            inner,
            entropy,
            left: AtomicU32::new(u32::MAX),
        })
    }

    fn draw(&self) -> Fault {
        if self.left.load(Ordering::SeqCst) == u32::MAX {
            return Fault::Hangs;
        }
        let take = |left: u32| left.checked_sub(1);
        let drawn = unit(&*self.entropy);
        if drawn > 0.5
            || self
                .left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, take)
                .is_err()
        {
            return Fault::None;
        }
        match (drawn * 8.0) as u32 {
            0 => Fault::Fails,
            1 => Fault::Unheard,
            2 => Fault::Hangs,
            _ => Fault::Late,
        }
    }

    async fn ask<T>(
        &self,
        answer: impl Future<Output = Result<T, EventError>>,
    ) -> Result<T, EventError> {
        match self.draw() {
            Fault::None => answer.await,
            Fault::Fails | Fault::Unheard => Err(EventError::Timeout { what: "answer" }),
            Fault::Hangs | Fault::Late => std::future::pending().await,
        }
    }
}

#[async_trait]
impl Log for Faulty {
    async fn create(&self, topic: &str, settings: &TopicSettings) -> Result<(), EventError> {
        if self.left.load(Ordering::SeqCst) == u32::MAX {
            return self.inner.create(topic, settings).await;
        }
        self.ask(self.inner.create(topic, settings)).await
    }

    async fn partitions(&self, topic: &str) -> Result<u32, EventError> {
        self.ask(self.inner.partitions(topic)).await
    }

    async fn append(&self, topic: &str, key: Bytes, payload: Bytes) -> Result<Place, EventError> {
        self.inner.append(topic, key, payload).await
    }

    async fn append_batch(
        &self,
        topic: &str,
        partition: u32,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Offset>, EventError> {
        let append = self.inner.append_batch(topic, partition, events.clone());
        match self.draw() {
            Fault::None => append.await,
            Fault::Fails => Err(EventError::Timeout { what: "append" }),
            Fault::Unheard => {
                append.await?;
                Err(EventError::Timeout { what: "append" })
            }
            Fault::Hangs => std::future::pending().await,
            Fault::Late => {
                let (inner, topic) = (Arc::clone(&self.inner), topic.to_owned());
                let delay = std::time::Duration::from_secs((unit(&*self.entropy) * 40.0) as u64);
                tokio::spawn(async move {
                    tokio::time::sleep(delay).await;
                    inner.append_batch(&topic, partition, events).await
                });
                std::future::pending().await
            }
        }
    }

    async fn read(
        &self,
        topic: &str,
        partition: u32,
        from: Offset,
        limit: usize,
    ) -> Result<Vec<Event>, EventError> {
        self.ask(self.inner.read(topic, partition, from, limit))
            .await
    }

    async fn ends(&self, topic: &str, partition: u32) -> Result<Ends, EventError> {
        self.ask(self.inner.ends(topic, partition)).await
    }

    async fn wait(&self, topic: &str, partition: u32, from: Offset) -> Result<(), EventError> {
        self.ask(self.inner.wait(topic, partition, from)).await
    }

    async fn join(
        &self,
        group: &str,
        topic: &str,
        member: &str,
    ) -> Result<Box<dyn Membership>, EventError> {
        self.ask(self.inner.join(group, topic, member)).await
    }

    async fn committed(
        &self,
        group: &str,
        topic: &str,
    ) -> Result<BTreeMap<u32, Offset>, EventError> {
        self.ask(self.inner.committed(group, topic)).await
    }
}
