//! What a read asks for and gets.

use data_engine::Direction;

use super::PageToken;
use crate::limits::{MAX_PAGE_BYTES, MAX_PAGE_EVENTS};
use crate::{Event, TimeRange};

/// How much one page may hold; whichever bound is met first ends it. Both are brought down to
/// [`MAX_PAGE_EVENTS`] and [`MAX_PAGE_BYTES`]. A page holds at least one event when it comes to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventLimit {
    /// Most events.
    pub events: usize,
    /// Most bytes of them.
    pub bytes: usize,
}

impl Default for EventLimit {
    fn default() -> Self {
        Self {
            events: 1_000,
            bytes: 2 << 20,
        }
    }
}

impl EventLimit {
    pub(crate) fn held(self) -> Self {
        Self {
            events: self.events.clamp(1, MAX_PAGE_EVENTS),
            bytes: self.bytes.clamp(1, MAX_PAGE_BYTES),
        }
    }
}

/// A range of a series' events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadQuery {
    /// The events' times.
    pub range: TimeRange,
    /// Oldest first ([`Direction::Forward`]), or newest first.
    pub direction: Direction,
    /// How much a page holds; it may differ from page to page.
    pub limit: EventLimit,
    /// Whether events are read too whose retention is over, as long as their slice was not dropped.
    pub expired: bool,
    /// Where the last page ended; `None` begins.
    pub page: Option<PageToken>,
}

impl ReadQuery {
    /// The events of a range, oldest first.
    pub fn over(range: TimeRange) -> Self {
        Self {
            range,
            direction: Direction::Forward,
            limit: EventLimit::default(),
            expired: false,
            page: None,
        }
    }

    /// The same, newest first.
    #[must_use]
    pub fn newest_first(self) -> Self {
        Self {
            direction: Direction::Reverse,
            ..self
        }
    }

    /// The same, with at most so many events on a page.
    #[must_use]
    pub fn events(mut self, events: usize) -> Self {
        self.limit.events = events;
        self
    }

    /// The same, going on where a page ended.
    #[must_use]
    pub fn after(self, page: PageToken) -> Self {
        Self {
            page: Some(page),
            ..self
        }
    }
}

/// A page of events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventPage {
    /// Events in the order asked for.
    pub events: Vec<Event>,
    /// Where the next page begins; `None` when this was the last. A page that looked into many partitions
    /// ends early, even empty, so that no read takes for ever.
    pub next: Option<PageToken>,
}
