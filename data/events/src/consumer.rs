//! A member of a group that reads its share of a topic. One for every engine.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::{self, FutureExt as _};

use crate::limits::{CONSUMER_EVENTS, HEARTBEAT};
use crate::{Assignment, Event, EventError, Membership, Offset, SharedLog};

/// Reads a topic beside the other members of its group, each partition by one of them at a time.
///
/// Every event is delivered at least once: those that were delivered and not committed when a member goes
/// are delivered again to whoever takes over. Dropping a consumer leaves the group.
#[derive(Debug)]
pub struct Consumer {
    log: SharedLog,
    topic: String,
    membership: Box<dyn Membership>,
    assignment: Assignment,
    /// What is delivered next, per partition of the share.
    positions: BTreeMap<u32, Offset>,
    /// The partition that was delivered from last, so that each has its turn.
    last: u32,
    limit: usize,
}

/// Events of one partition, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The partition.
    pub partition: u32,
    /// At least one.
    pub events: Vec<Event>,
    /// How many events retention dropped before the consumer came to them.
    pub missed: u64,
}

impl Consumer {
    /// Joins a group. `member` is a name for logs.
    pub async fn join(
        log: &SharedLog,
        group: &str,
        topic: &str,
        member: &str,
    ) -> Result<Self, EventError> {
        Ok(Self {
            log: Arc::clone(log),
            topic: topic.to_owned(),
            membership: log.join(group, topic, member).await?,
            assignment: Assignment::default(),
            positions: BTreeMap::new(),
            last: 0,
            limit: CONSUMER_EVENTS,
        })
    }

    /// The same, with at most so many events in a delivery.
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit.max(1);
        self
    }

    /// The partitions that the consumer reads, as of its last call.
    pub fn assignment(&self) -> &Assignment {
        &self.assignment
    }

    /// The next events; sleeps until there are some. Safe to give up. Calls must not be further apart than
    /// [`crate::limits::SESSION_TIMEOUT`], or the share is given to others.
    pub async fn next(&mut self) -> Result<Delivery, EventError> {
        loop {
            self.refresh().await?;
            if let Some(delivery) = self.poll().await? {
                return Ok(delivery);
            }
            self.sleep().await?;
        }
    }

    /// Remembers that everything delivered so far is done with. A fenced commit changes nothing; the next
    /// delivery begins with what the group has committed.
    ///
    /// # Errors
    /// [`EventError::Fenced`] when the share has changed since: what was delivered is delivered again, here
    /// or elsewhere.
    pub async fn commit(&mut self) -> Result<(), EventError> {
        let generation = self.assignment.generation;
        self.membership.commit(generation, &self.positions).await
    }

    /// Goes on with a partition from another place, for a consumer that keeps its offsets beside its state.
    /// A partition that is not in the share is left alone.
    pub fn seek(&mut self, partition: u32, next: Offset) {
        if let Some(position) = self.positions.get_mut(&partition) {
            *position = next;
        }
    }

    /// Leaves the group, so that others take over at once.
    pub async fn leave(self) -> Result<(), EventError> {
        self.membership.leave().await
    }

    /// Says that the consumer is there, and looks at its share; returns it.
    pub async fn refresh(&mut self) -> Result<&Assignment, EventError> {
        let assignment = self.membership.heartbeat().await?;
        if assignment.generation != self.assignment.generation {
            let committed = self.membership.committed().await?;
            self.positions.clear();
            for partition in &assignment.partitions {
                let next = match committed.get(partition) {
                    Some(next) => *next,
                    None => self.log.ends(&self.topic, *partition).await?.first,
                };
                self.positions.insert(*partition, next);
            }
            self.assignment = assignment;
        }
        Ok(&self.assignment)
    }

    /// Events of the first partition after the last one's that has some.
    async fn poll(&mut self) -> Result<Option<Delivery>, EventError> {
        let after = self.positions.range(self.last + 1..);
        let turns: Vec<_> = after.chain(self.positions.range(..=self.last)).collect();
        for (partition, position) in turns {
            let (partition, mut missed) = (*partition, 0);
            let read = self
                .log
                .read(&self.topic, partition, *position, self.limit)
                .await;
            let events = match read {
                Err(EventError::Retired { first, .. }) => {
                    missed = first.0.saturating_sub(position.0);
                    tracing::warn!(
                        topic = self.topic,
                        partition,
                        missed,
                        "events were retired before they were read"
                    );
                    self.log
                        .read(&self.topic, partition, first, self.limit)
                        .await?
                }
                read => read?,
            };
            if let Some(last) = events.last() {
                self.positions.insert(partition, last.offset.next());
                self.last = partition;
                return Ok(Some(Delivery {
                    partition,
                    events,
                    missed,
                }));
            }
        }
        Ok(None)
    }

    /// Until a partition has more, the share changes, or it is time for a sign of life.
    async fn sleep(&self) -> Result<(), EventError> {
        let changed = self.membership.changed(self.assignment.generation);
        let mut woken = vec![changed.map(Ok).boxed()];
        for (partition, position) in &self.positions {
            woken.push(self.log.wait(&self.topic, *partition, *position).boxed());
        }
        let woken = tokio::time::timeout(HEARTBEAT, future::select_all(woken)).await;
        woken.map_or(Ok(()), |(woken, ..)| woken)
    }
}
