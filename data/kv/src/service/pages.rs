//! Filling pages from a record, in as few engine calls as they need.

use bytes::Bytes;
use data_engine::{Cell, Direction, Range};

use super::deadline::Deadline;
use super::opened::{Opened, open};
use super::room::Room;
use super::space::Space;
use crate::envelope::BlobRef;
use crate::limits::DEFAULT_PAGE_BYTES;
use crate::{Item, KvError, Values, sizes};

/// A page in the making, over one record or several.
#[derive(Debug)]
pub(super) struct Filling<'a> {
    pub(super) room: Room,
    pub(super) values: Values,
    pub(super) deadline: Deadline<'a>,
    /// Mean bytes of the items met so far.
    pub(super) mean: u32,
    /// Engine calls left.
    pub(super) fetches: usize,
}

impl Filling<'_> {
    /// Takes an item; gives back its key when there is no room for it.
    #[inline]
    pub(super) fn push(&mut self, item: Item, into: &mut Vec<Item>) -> Option<Bytes> {
        let size = item.size();
        if !self.room.admits(size) {
            return Some(item.key);
        }
        self.room.take(size);
        into.push(item);
        None
    }

    /// Whether the page ends here: full, out of time, or out of calls.
    pub(super) fn is_over(&mut self) -> bool {
        self.room.is_full() || self.fetches == 0 || self.deadline.would_miss()
    }
}

/// The key at which a range goes on.
pub(super) fn boundary(range: &Range) -> Bytes {
    let boundary = match range.direction {
        Direction::Forward => &range.from,
        Direction::Reverse => &range.until,
    };
    boundary.clone().unwrap_or_default()
}

/// The boundary before `next`, the first key left.
pub(super) fn goes_on(next: &Bytes, direction: Direction) -> Bytes {
    match direction {
        Direction::Forward => next.clone(),
        // The least key greater than it: backwards a boundary is the first key done.
        Direction::Reverse => [next, &[0][..]].concat().into(),
    }
}

/// What of a range is left at a boundary; never more than the range.
pub(super) fn resumed(range: Range, boundary: Bytes) -> Range {
    match range.direction {
        Direction::Forward => Range {
            from: Some(range.from.map_or(boundary.clone(), |it| it.max(boundary))),
            ..range
        },
        Direction::Reverse => Range {
            until: Some(range.until.map_or(boundary.clone(), |it| it.min(boundary))),
            ..range
        },
    }
}

impl Space {
    /// Takes items of a record's range until it or the page ends; gives back what is left of the range.
    pub(super) async fn fill(
        &self,
        filling: &mut Filling<'_>,
        id: &Bytes,
        mut left: Range,
        into: &mut Vec<Item>,
    ) -> Result<Option<Range>, KvError> {
        loop {
            // Values that are left out still come from the engine, and do not count in the page.
            let bytes = match filling.values {
                Values::None => DEFAULT_PAGE_BYTES,
                Values::All | Values::Small => filling.room.bytes(),
            };
            let limit = sizes::fetch(bytes, filling.room.items(), filling.mean);
            let page = self.range(id, &left, limit).await?;
            filling.fetches = filling.fetches.saturating_sub(1);
            if let Some(mean) = sizes::mean(&page.items) {
                filling.mean = mean;
                self.sizes.learn(mean);
            }
            into.reserve(page.items.len());
            for found in page.items {
                let cell = Cell {
                    value: found.value,
                    stamp: found.stamp,
                    expires: found.expires,
                };
                let opened = open((&self.name, id), found.key, cell, filling.values)?;
                let refused = match opened {
                    Opened::Gone => None,
                    Opened::Ready(item) => filling.push(item, into),
                    Opened::Chunked(item, blob) => {
                        self.take_chunked(filling, id, (item, blob), into).await?
                    }
                };
                if let Some(key) = refused {
                    return Ok(Some(resumed(left.clone(), goes_on(&key, left.direction))));
                }
            }
            let Some(next) = page.next else {
                return Ok(None);
            };
            left = next;
            if filling.is_over() {
                return Ok(Some(left));
            }
        }
    }

    /// Joins an item's value and takes it; gives back its key when there is no room for it.
    pub(super) async fn take_chunked(
        &self,
        filling: &mut Filling<'_>,
        id: &Bytes,
        (item, blob): (Item, BlobRef),
        into: &mut Vec<Item>,
    ) -> Result<Option<Bytes>, KvError> {
        if !filling.room.admits(item.key.len() + blob.bytes as usize) {
            return Ok(Some(item.key));
        }
        let joined = self.joined(id, item, blob).await?;
        Ok(joined.and_then(|item| filling.push(item, into)))
    }
}
