//! One sequence of events: a partition, or the parts of one, read page by page.

use std::collections::VecDeque;

use bytes::Bytes;
use data_engine::{Direction, Item, PageLimit, Range, RowTable};

use crate::{Event, EventItem, TimeSeriesError, keys};

/// Partitions that are read one after the other.
pub(super) struct Cursor {
    table: RowTable,
    segments: VecDeque<(Bytes, Range)>,
    rows: VecDeque<Item>,
    direction: Direction,
    /// Bytes fetched from the engine.
    pub(super) fetched: u64,
}

impl Cursor {
    pub(super) fn new(
        table: RowTable,
        segments: impl IntoIterator<Item = (Bytes, Range)>,
        direction: Direction,
    ) -> Self {
        Self {
            table,
            segments: segments.into_iter().collect(),
            rows: VecDeque::new(),
            direction,
            fetched: 0,
        }
    }

    /// Whether the next event is all here, or there is none.
    pub(super) fn is_ready(&self) -> Result<bool, TimeSeriesError> {
        let (Some(first), Some(last)) = (self.rows.front(), self.rows.back()) else {
            return Ok(self.segments.is_empty());
        };
        let prefix = keys::event_prefix(&first.key)?;
        Ok(self.segments.is_empty() || !last.key.starts_with(prefix))
    }

    /// Fetches until the next event is all here.
    pub(super) async fn fill(&mut self, fetch: PageLimit) -> Result<(), TimeSeriesError> {
        while !self.is_ready()? {
            let Some((partition, range)) = self.segments.front_mut() else {
                break;
            };
            let page = self.table.range(&*partition, range, fetch).await?;
            match page.next {
                Some(next) => *range = next,
                None => {
                    self.segments.pop_front();
                }
            }
            for row in page.items {
                self.fetched += (row.key.len() + row.value.len()) as u64;
                self.rows.push_back(row);
            }
        }
        Ok(())
    }

    /// The key of the next event's first row.
    pub(super) fn head(&self) -> Option<&Bytes> {
        self.rows.front().map(|row| &row.key)
    }

    /// Bytes of the next event's rows, its id counted once.
    pub(super) fn head_bytes(&self) -> Result<usize, TimeSeriesError> {
        let Some(first) = self.rows.front() else {
            return Ok(0);
        };
        let prefix = keys::event_prefix(&first.key)?;
        let rows = self
            .rows
            .iter()
            .take_while(|row| row.key.starts_with(prefix));
        let items: usize = rows
            .map(|row| row.key.len() - prefix.len() + row.value.len())
            .sum();
        Ok(prefix.len() + items)
    }

    /// Takes the next event and its prefix.
    pub(super) fn pop(&mut self) -> Result<Option<(Bytes, Event)>, TimeSeriesError> {
        let Some(first) = self.rows.front() else {
            return Ok(None);
        };
        let (prefix, _) = keys::split_row(first)?;
        let mut items = Vec::new();
        while let Some(row) = self.rows.front()
            && row.key.starts_with(&prefix)
        {
            let (_, key) = keys::split_row(row)?;
            items.push(EventItem::new(key, row.value.clone()));
            self.rows.pop_front();
        }
        if self.direction == Direction::Reverse {
            items.reverse();
        }
        let time = keys::time_of(&prefix).unwrap_or_default();
        let event = Event::new(time, keys::event_id(&prefix), items);
        Ok(Some((prefix, event)))
    }
}
