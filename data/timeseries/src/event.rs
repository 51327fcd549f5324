//! Events, and the edge where they are checked.

use bytes::Bytes;

use crate::limits::{
    MAX_EVENT_BYTES, MAX_EVENT_ID_BYTES, MAX_EVENT_ITEMS, MAX_ITEM_KEY_BYTES, MAX_SERIES_ID_BYTES,
};
use crate::{EventTime, TimeSeriesError};

/// One key and value of an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventItem {
    /// The key, at most [`MAX_ITEM_KEY_BYTES`].
    pub key: Bytes,
    /// The value.
    pub value: Bytes,
}

impl EventItem {
    /// An item.
    pub fn new(key: impl Into<Bytes>, value: impl Into<Bytes>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
        }
    }
}

/// What happened: one or more items at a time, under an id.
///
/// Time and id are the event's identity within its series: writing it again changes nothing. Writers that
/// disagree about its items leave the union of them, and of each item the greater value, in whatever order
/// they come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When it happened.
    pub time: EventTime,
    /// Which of the events of that time it is, at most [`MAX_EVENT_ID_BYTES`].
    pub id: Bytes,
    /// What it carries, at least one; read back in the order of their keys.
    pub items: Vec<EventItem>,
}

impl Event {
    /// An event.
    pub fn new(time: EventTime, id: impl Into<Bytes>, items: Vec<EventItem>) -> Self {
        Self {
            time,
            id: id.into(),
            items,
        }
    }

    /// An item's value.
    pub fn item(&self, key: impl AsRef<[u8]>) -> Option<&Bytes> {
        let found = self.items.iter().find(|item| item.key == key.as_ref());
        found.map(|item| &item.value)
    }

    /// Bytes of its id, and of its items' keys and values.
    pub fn bytes(&self) -> usize {
        let items = self.items.iter();
        self.id.len() + items.map(|it| it.key.len() + it.value.len()).sum::<usize>()
    }

    fn check(&self) -> Result<(), TimeSeriesError> {
        if self.items.is_empty() {
            return Err(TimeSeriesError::Empty { what: "an event" });
        }
        within("an event's id in bytes", self.id.len(), MAX_EVENT_ID_BYTES)?;
        within("an event's items", self.items.len(), MAX_EVENT_ITEMS)?;
        for item in &self.items {
            within("an item's key in bytes", item.key.len(), MAX_ITEM_KEY_BYTES)?;
        }
        within("an event in bytes", self.bytes(), MAX_EVENT_BYTES)
    }
}

/// An event and the series it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRecord {
    /// The series' id, at most [`MAX_SERIES_ID_BYTES`].
    pub series: Bytes,
    /// The event.
    pub event: Event,
}

impl EventRecord {
    /// A record.
    pub fn new(series: impl Into<Bytes>, event: Event) -> Self {
        Self {
            series: series.into(),
            event,
        }
    }

    /// Refuses what is empty or over a limit.
    pub(crate) fn check(&self) -> Result<(), TimeSeriesError> {
        check_series(&self.series)?;
        self.event.check()
    }
}

pub(crate) fn check_series(series: &[u8]) -> Result<(), TimeSeriesError> {
    if series.is_empty() {
        return Err(TimeSeriesError::Empty {
            what: "a series' id",
        });
    }
    within("a series' id in bytes", series.len(), MAX_SERIES_ID_BYTES)
}

pub(crate) fn within(what: &'static str, size: usize, limit: usize) -> Result<(), TimeSeriesError> {
    if size > limit {
        return Err(TimeSeriesError::TooLarge { what, size, limit });
    }
    Ok(())
}
