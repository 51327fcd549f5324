//! A consumer's state and its next offset, stored together, so that each event is in the state exactly once.
//!
//! A log delivers at least once. A consumer that writes its state and then commits its offset counts events
//! twice after a crash in between. Here both are items of one partition of a [`CasTable`], changed by one
//! conditional write: it stands whole or not at all, and only if no other consumer came first. What the
//! group commits on the log is then a hint for lag and retention, no more.

use bytes::Bytes;
use data_engine::{CasTable, Change, Durability, EngineError};

use crate::{Delivery, Event, Offset};

/// The item that holds the next offset. An item of the state must not have this key.
pub const NEXT_ITEM: &[u8] = b"\0next-offset";

/// Why state was not stored.
#[derive(Debug, thiserror::Error)]
pub enum HandoffError {
    /// Another consumer stored these events' outcome first; load again and go on from there.
    #[error(
        "another consumer took {topic}, partition {partition} over from {expected}: load its state again"
    )]
    Overtaken {
        /// The topic.
        topic: String,
        /// The partition.
        partition: u32,
        /// The offset that this consumer went on from.
        expected: Offset,
    },
    /// The delivery begins beyond the first event that is not in the state, so that storing it would leave
    /// events out for good. Nothing was changed: seek the consumer to `expected` and take what comes then.
    #[error(
        "a delivery of {topic}, partition {partition} begins at {found}, and the state at {expected}: seek to {expected}"
    )]
    Gap {
        /// The topic.
        topic: String,
        /// The partition.
        partition: u32,
        /// The first event that is not in the state.
        expected: Offset,
        /// The first event of the delivery.
        found: Offset,
    },
    /// The stored offset is none; the store was written by something else.
    #[error("the next offset of {topic}, partition {partition} cannot be read")]
    Damaged {
        /// The topic.
        topic: String,
        /// The partition.
        partition: u32,
    },
    /// A change of the state would overwrite the offset beside it.
    #[error("an item of the state has the offset's own key")]
    ReservedItem,
    /// The store failed; it says whether a retry may help.
    #[error("the consumer's state could not be read or stored")]
    Store(#[from] EngineError),
}

/// Where the consumers of a group keep what they make of a topic: a partition of the table for each
/// partition of the topic.
#[derive(Debug, Clone)]
pub struct Handoff {
    table: CasTable,
    group: String,
    topic: String,
}

/// A partition's state as a consumer goes on from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    partition: u32,
    next: Offset,
    /// Whether anything was ever stored.
    stored: bool,
}

impl Held {
    /// The first event that is not in the state.
    pub fn next(&self) -> Offset {
        self.next
    }

    /// The events of a delivery that are not in the state yet.
    pub fn fresh<'a>(&self, delivery: &'a Delivery) -> &'a [Event] {
        let known = delivery
            .events
            .partition_point(|event| event.offset < self.next);
        &delivery.events[known..]
    }

    /// Where the delivery begins, if events lie between it and the state that retention did not drop.
    fn gap(&self, delivery: &Delivery) -> Option<Offset> {
        let found = delivery.events.first()?.offset;
        let reached = self.next.0.saturating_add(delivery.missed);
        (found.0 > reached).then_some(found)
    }
}

impl Handoff {
    /// A group's state of a topic, in a table that may hold others' too.
    pub fn new(table: CasTable, group: &str, topic: &str) -> Self {
        Self {
            table,
            group: group.to_owned(),
            topic: topic.to_owned(),
        }
    }

    /// The key of the table's partition that holds a topic's partition: state is read under it.
    pub fn key(&self, partition: u32) -> Bytes {
        // Neither name has a slash.
        format!("{}/{}/{partition}", self.group, self.topic).into()
    }

    /// Where a consumer goes on with a partition. Pass [`Held::next`] to [`crate::Consumer::seek`].
    pub async fn load(&self, partition: u32) -> Result<Held, HandoffError> {
        let stored = self.table.get(self.key(partition), NEXT_ITEM).await?;
        let next = stored
            .as_deref()
            .map(|bytes| self.decode(partition, bytes))
            .transpose()?;
        Ok(Held {
            partition,
            next: next.unwrap_or_default(),
            stored: next.is_some(),
        })
    }

    /// Changes the state and moves the next offset past the delivery, both or neither. Call it once per
    /// delivery, with what its [`Held::fresh`] events change; a repeat of a call that was given up on is
    /// refused as overtaken.
    ///
    /// # Errors
    /// [`HandoffError::Gap`] when the delivery leaves events out, [`HandoffError::Overtaken`] when another
    /// consumer came first; neither changes anything.
    pub async fn store(
        &self,
        held: &mut Held,
        delivery: &Delivery,
        mut changes: Vec<Change>,
        durability: Durability,
    ) -> Result<(), HandoffError> {
        let item = |change: &Change| match change {
            Change::Put { item, .. } | Change::Delete { item } => item == NEXT_ITEM,
        };
        if changes.iter().any(item) {
            return Err(HandoffError::ReservedItem);
        }
        if let Some(found) = held.gap(delivery) {
            return Err(self.left_out(held, found));
        }
        let end = delivery.events.last().map(|event| event.offset.next());
        let next = end.unwrap_or_default().max(held.next);
        let expected = held.stored.then(|| encode(held.next));
        changes.push(Change::put(NEXT_ITEM, encode(next)));
        let key = self.key(held.partition);
        let stored = self
            .table
            .write_if(key, NEXT_ITEM, expected.as_deref(), changes, durability);
        if !stored.await? {
            return Err(HandoffError::Overtaken {
                topic: self.topic.clone(),
                partition: held.partition,
                expected: held.next,
            });
        }
        held.next = next;
        held.stored = true;
        Ok(())
    }

    fn left_out(&self, held: &Held, found: Offset) -> HandoffError {
        HandoffError::Gap {
            topic: self.topic.clone(),
            partition: held.partition,
            expected: held.next,
            found,
        }
    }

    fn decode(&self, partition: u32, bytes: &[u8]) -> Result<Offset, HandoffError> {
        let next = bytes.try_into().map(u64::from_be_bytes).map(Offset);
        next.map_err(|_| HandoffError::Damaged {
            topic: self.topic.clone(),
            partition,
        })
    }
}

fn encode(next: Offset) -> Bytes {
    Bytes::copy_from_slice(&next.0.to_be_bytes())
}
