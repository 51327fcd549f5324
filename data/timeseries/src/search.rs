//! Searching a series' events by what their items hold.

use bytes::Bytes;
use serde::Serialize;

use crate::event::within;
use crate::limits::MAX_CONDITIONS;
use crate::namespace::Namespace;
use crate::read::{Budget, Keep, QueryHash};
use crate::{Event, EventPage, ReadQuery, TimeSeriesError};

/// What an event's item must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// The item's key.
    pub item: Bytes,
    /// What its value must be.
    pub test: Test,
}

/// What a value must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Test {
    /// Anything: the event has such an item.
    Exists,
    /// These bytes.
    Equals(Bytes),
    /// Beginning with these bytes.
    Prefix(Bytes),
    /// In the half-open range `[from, until)` of bytes; `None` is unbounded.
    Between {
        /// The first value inside.
        from: Option<Bytes>,
        /// The first value after.
        until: Option<Bytes>,
    },
}

impl Condition {
    /// An item must hold a value.
    pub fn equals(item: impl Into<Bytes>, value: impl Into<Bytes>) -> Self {
        Self::new(item, Test::Equals(value.into()))
    }

    /// An item must meet a test.
    pub fn new(item: impl Into<Bytes>, test: Test) -> Self {
        Self {
            item: item.into(),
            test,
        }
    }

    fn holds(&self, event: &Event) -> bool {
        event
            .item(&self.item)
            .is_some_and(|value| self.test.holds(value))
    }
}

impl Test {
    fn holds(&self, value: &Bytes) -> bool {
        match self {
            Self::Exists => true,
            Self::Equals(wanted) => value == wanted,
            Self::Prefix(prefix) => value.starts_with(prefix),
            Self::Between { from, until } => {
                from.as_ref().is_none_or(|from| from <= value)
                    && until.as_ref().is_none_or(|until| value < until)
            }
        }
    }
}

/// Whether an event meets every condition.
pub(crate) fn meets(event: &Event, conditions: &[Condition]) -> bool {
    conditions.iter().all(|condition| condition.holds(event))
}

/// Refuses too many conditions.
pub(crate) fn check(conditions: &[Condition]) -> Result<(), TimeSeriesError> {
    within("a search in conditions", conditions.len(), MAX_CONDITIONS)
}

/// Binds a page token to what was searched for.
pub(crate) fn bind(hash: QueryHash, conditions: &impl Serialize) -> QueryHash {
    let bytes = postcard::to_stdvec(conditions).expect("conditions hold only what postcard writes");
    hash.and(&bytes)
}

impl Namespace {
    /// A page of the events that meet every condition.
    pub(crate) async fn search(
        &self,
        series: &[u8],
        query: &ReadQuery,
        conditions: &[Condition],
    ) -> Result<EventPage, TimeSeriesError> {
        check(conditions)?;
        let hash = bind(
            QueryHash::new("search", &self.name, series, query),
            &conditions,
        );
        let mut events = Vec::new();
        let keep = |event| {
            if !meets(&event, conditions) {
                return Keep::Passed;
            }
            events.push(event);
            Keep::Kept
        };
        let next = self.scan_page((series, query), hash, Budget::search(query.limit), keep);
        let next = next.await?;
        Ok(EventPage { events, next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EventItem, EventTime};

    #[test]
    fn every_condition_must_hold() {
        let items = vec![
            EventItem::new("title", "1917"),
            EventItem::new("zone", "eu-1"),
        ];
        let event = Event::new(EventTime::default(), "e", items);
        let prefix = Condition::new("zone", Test::Prefix("eu".into()));
        let title = Condition::equals("title", "1917");
        assert!(meets(&event, &[]));
        assert!(meets(&event, &[prefix.clone(), title]));
        assert!(!meets(&event, &[prefix, Condition::equals("title", "191")]));
        assert!(!meets(&event, &[Condition::new("device", Test::Exists)]));
        let between = |from: &'static str, until: &'static str| Test::Between {
            from: Some(from.into()),
            until: Some(until.into()),
        };
        assert!(meets(
            &event,
            &[Condition::new("zone", between("eu-1", "eu-2"))]
        ));
        assert!(!meets(
            &event,
            &[Condition::new("zone", between("eu-0", "eu-1"))]
        ));
    }
}
