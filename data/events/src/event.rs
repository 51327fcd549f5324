//! Events and their places.

use std::fmt;

use bytes::Bytes;
use platform_clock::Timestamp;
use serde::{Deserialize, Serialize};

/// An event's place in its partition: 0 for the first, then higher for each.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Offset(pub u64);

impl Offset {
    /// The place after this one; the last place stays where it is.
    #[must_use]
    pub fn next(self) -> Self {
        self.plus(1)
    }

    /// The place so many after this one, saturating.
    #[must_use]
    pub fn plus(self, count: u64) -> Self {
        Self(self.0.saturating_add(count))
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where an event of a topic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Its partition, from 0.
    pub partition: u32,
    /// Its place in the partition.
    pub offset: Offset,
}

/// An event of a topic's partition. Its bytes may share memory with the events read beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its place.
    pub offset: Offset,
    /// When it was first appended, by the wall clock.
    pub at: Timestamp,
    /// What it is about.
    pub key: Bytes,
    /// What happened.
    pub payload: Bytes,
    /// Its offset in the log that a mirror copied it from.
    pub origin: Option<Offset>,
}

/// An event to append.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewEvent {
    /// What it is about.
    pub key: Bytes,
    /// What happened.
    pub payload: Bytes,
    /// When; the log's clock says, if nothing does.
    pub at: Option<Timestamp>,
    /// Its offset in the log that it is copied from; a mirror says.
    pub origin: Option<Offset>,
}

impl NewEvent {
    /// An event that happens now.
    pub fn new(key: impl Into<Bytes>, payload: impl Into<Bytes>) -> Self {
        Self {
            key: key.into(),
            payload: payload.into(),
            at: None,
            origin: None,
        }
    }

    /// Bytes of its key and payload.
    pub fn bytes(&self) -> usize {
        self.key.len() + self.payload.len()
    }
}

/// What a partition holds: events from `first` up to, and without, `next`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ends {
    /// The first event that retention has left.
    pub first: Offset,
    /// The offset that the next event gets.
    pub next: Offset,
}
