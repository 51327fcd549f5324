//! One partition's stream.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::Mirror;
use super::state::{Activity, StreamState};
use crate::{Event, EventError, NewEvent, Offset};

pub(super) struct Stream<'a> {
    mirror: &'a Mirror,
    topic: &'a str,
    partition: u32,
}

impl<'a> Stream<'a> {
    pub(super) fn new(mirror: &'a Mirror, topic: &'a str, partition: u32) -> Self {
        let stream = Self {
            mirror,
            topic,
            partition,
        };
        stream.show(|_| {});
        stream
    }

    /// Copies, and begins again after what a retry may mend.
    pub(super) async fn run(self, places: Arc<Semaphore>) -> Result<(), EventError> {
        let mut failures = 0;
        loop {
            let place = places.acquire().await;
            let copied = self.copy(&mut failures).await;
            // Others may have the place until there is more.
            drop(place);
            let error = match copied {
                Ok(next) => {
                    self.sleep(next).await;
                    continue;
                }
                Err(error) => error,
            };
            if !may_mend(&error) {
                return Err(error);
            }
            failures += 1;
            let reason = error.to_string();
            tracing::warn!(
                topic = self.topic,
                partition = self.partition,
                failures,
                reason,
                "a mirror's stream failed"
            );
            self.show(|state| state.activity = Activity::Retrying { failures, reason });
            tokio::time::sleep(self.mirror.pause(failures)).await;
        }
    }

    /// Copies from where the copy ends to where the source does; gives that place.
    async fn copy(&self, failures: &mut u32) -> Result<Offset, EventError> {
        self.show(|state| state.activity = Activity::Resuming);
        let mut next = self.resume().await?;
        loop {
            let ends = self
                .within(
                    "tell its end",
                    self.mirror.source.ends(self.topic, self.partition),
                )
                .await?;
            if next < ends.first {
                let missed = ends.first.0 - next.0;
                tracing::warn!(
                    topic = self.topic,
                    partition = self.partition,
                    missed,
                    "events were retired before they were copied"
                );
                self.show(|state| state.missed += missed);
                next = ends.first;
            }
            let lag = ends.next.0.saturating_sub(next.0);
            let activity = if lag == 0 {
                Activity::Idle
            } else {
                Activity::Copying
            };
            self.show(|state| (state.next, state.lag, state.activity) = (next, lag, activity));
            if lag == 0 {
                *failures = 0;
                return Ok(next);
            }
            let limit = self.mirror.settings.batch.max(1);
            let read = self
                .mirror
                .source
                .read(self.topic, self.partition, next, limit);
            let events = self.within("read", read).await?;
            let Some(last) = events.last().map(|event| event.offset) else {
                // A log whose last offsets hold no events says so with an empty read.
                next = ends.next;
                continue;
            };
            let copied = events.len() as u64;
            self.append(events).await?;
            next = last.next();
            *failures = 0;
            self.show(|state| state.copied += copied);
        }
    }

    /// The first event that the copy does not have. The copy's own end knows; a copy that is empty, perhaps
    /// by retention, goes by what the group has committed.
    async fn resume(&self) -> Result<Offset, EventError> {
        let (topic, partition) = (self.topic, self.partition);
        let copy = &self.mirror.destination;
        let ends = self
            .within("tell its end", copy.ends(topic, partition))
            .await?;
        if ends.first < ends.next {
            let last = Offset(ends.next.0 - 1);
            let tail = self
                .within("read", copy.read(topic, partition, last, 1))
                .await?;
            if let Some(origin) = tail.last().and_then(|event| event.origin) {
                return Ok(origin.next());
            }
            return Err(EventError::Refused {
                what: "be a mirror's copy",
                reason: format!("{topic}, partition {partition} ends with an event of its own"),
            });
        }
        let group = &self.mirror.settings.group;
        let committed = self.mirror.source.committed(group, topic);
        let committed = self.within("tell what is committed", committed).await?;
        Ok(committed.get(&partition).copied().unwrap_or_default())
    }

    async fn append(&self, events: Vec<Event>) -> Result<(), EventError> {
        let copies = events.into_iter().map(|event| NewEvent {
            key: event.key,
            payload: event.payload,
            at: Some(event.at),
            origin: Some(event.offset),
        });
        let copies = copies.collect();
        let append = self
            .mirror
            .destination
            .append_batch(self.topic, self.partition, copies);
        self.within("append", append).await.map(drop)
    }

    /// Returns when there is more to copy. A log that never answers is asked again after the deadline.
    async fn sleep(&self, next: Offset) {
        let more = self.mirror.source.wait(self.topic, self.partition, next);
        if let Ok(Err(error)) = timeout(self.mirror.settings.deadline, more).await {
            tracing::debug!(topic = self.topic, %error, "a mirror's source cannot tell whether there is more");
            tokio::time::sleep(self.mirror.pause(1)).await;
        }
    }

    async fn within<T>(
        &self,
        what: &'static str,
        call: impl Future<Output = Result<T, EventError>>,
    ) -> Result<T, EventError> {
        let answered = timeout(self.mirror.settings.deadline, call).await;
        answered.unwrap_or(Err(EventError::Timeout { what }))
    }

    fn show(&self, change: impl FnOnce(&mut StreamState)) {
        self.mirror.board.change(self.topic, self.partition, change);
    }
}

/// Whether looking again may help: after a race with an append that was given up on, it does.
fn may_mend(error: &EventError) -> bool {
    error.is_transient()
        || matches!(
            error,
            EventError::Duplicate { .. }
                | EventError::Retired { .. }
                | EventError::AfterEnd { .. }
                | EventError::Fenced { .. }
        )
}
