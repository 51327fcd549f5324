//! Ranges asked for and the pages they come back in.

use bytes::Bytes;

use crate::limits::{MAX_DEAD_ITEMS, MAX_RESERVED_ITEMS, SAMPLE_ITEMS};
use crate::{Cell, Item};

/// Which way a range is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Ascending item keys.
    #[default]
    Forward,
    /// Descending item keys.
    Reverse,
}

/// A half-open range of item keys `[from, until)` and a direction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Range {
    /// First key inside; `None`: from the partition's start.
    pub from: Option<Bytes>,
    /// First key after; `None`: to the partition's end.
    pub until: Option<Bytes>,
    /// The order of the items returned.
    pub direction: Direction,
}

impl Range {
    /// The whole partition, forwards.
    pub fn all() -> Self {
        Self::default()
    }

    /// The whole partition, from its last key.
    pub fn newest_first() -> Self {
        Self {
            direction: Direction::Reverse,
            ..Self::default()
        }
    }

    /// Every key that begins with `prefix`.
    pub fn prefix(prefix: impl Into<Bytes>) -> Self {
        let prefix = prefix.into();
        Self {
            until: after_prefix(&prefix),
            from: Some(prefix),
            direction: Direction::Forward,
        }
    }
}

impl Range {
    /// Whether no key can lie inside.
    pub fn is_empty(&self) -> bool {
        matches!((&self.from, &self.until), (Some(from), Some(until)) if from >= until)
    }

    /// What is left of this range after `last` was returned.
    #[must_use]
    pub fn after(&self, last: &Bytes) -> Self {
        match self.direction {
            Direction::Forward => Self {
                from: Some(successor(last)),
                ..self.clone()
            },
            Direction::Reverse => Self {
                until: Some(last.clone()),
                ..self.clone()
            },
        }
    }
}

/// The least key greater than `key`.
fn successor(key: &[u8]) -> Bytes {
    let mut next = Vec::with_capacity(key.len() + 1);
    next.extend_from_slice(key);
    next.push(0);
    next.into()
}

fn after_prefix(prefix: &[u8]) -> Option<Bytes> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut next = prefix[..=last].to_vec();
    next[last] += 1;
    Some(next.into())
}

/// How much one page may hold; whichever bound is met first ends it. A page holds at least one item when
/// it comes to a live one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimit {
    /// Most items.
    pub items: usize,
    /// Most bytes of keys and values together.
    pub bytes: usize,
}

impl Default for PageLimit {
    fn default() -> Self {
        Self {
            items: 1_000,
            bytes: 2 << 20,
        }
    }
}

impl PageLimit {
    /// At most `items` items, within the default bytes.
    pub fn items(items: usize) -> Self {
        Self {
            items,
            ..Self::default()
        }
    }
}

/// A page of a range.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// Live items in the range's direction.
    pub items: Vec<Item>,
    /// The range that continues after this page; `None` when it was the last. A page that met many
    /// deleted items ends early, even empty, so that no read takes for ever.
    pub next: Option<Range>,
}

impl Page {
    /// The page of what a partition holds, already in the range's order.
    pub(crate) fn fill<E>(
        range: &Range,
        limit: PageLimit,
        stored: impl Iterator<Item = Result<(Bytes, Option<Cell>), E>>,
    ) -> Result<Self, E> {
        let mut filler = PageFiller::new(range, limit);
        for one in stored {
            let (key, cell) = one?;
            if !filler.take(key, cell) {
                break;
            }
        }
        Ok(filler.finish())
    }
}

/// Fills a page with what an engine finds, in the range's order, until the limit is met.
#[derive(Debug)]
pub struct PageFiller<'a> {
    range: &'a Range,
    limit: PageLimit,
    page: Page,
    bytes: usize,
    dead: usize,
}

impl<'a> PageFiller<'a> {
    /// An empty page of `range`.
    pub fn new(range: &'a Range, limit: PageLimit) -> Self {
        Self {
            range,
            limit,
            page: Page::default(),
            bytes: 0,
            dead: 0,
        }
    }

    /// Takes the next item: a live one, or `None` for one that is deleted or expired. Returns whether the
    /// page takes more; an item that no longer fits is left to the next page.
    pub fn take(&mut self, key: Bytes, cell: Option<Cell>) -> bool {
        let Some(cell) = cell else {
            self.dead += 1;
            if self.dead == MAX_DEAD_ITEMS {
                self.page.next = Some(self.range.after(&key));
            }
            return self.dead < MAX_DEAD_ITEMS;
        };
        self.bytes += key.len() + cell.value.len();
        if let Some(last) = self.page.items.last()
            && (self.page.items.len() >= self.limit.items || self.bytes > self.limit.bytes)
        {
            self.page.next = Some(self.range.after(&last.key));
            return false;
        }
        self.make_room();
        self.page.items.push(Item::new(key, cell));
        true
    }

    /// Once some items have shown their size, room for as many as are to come, instead of moving them again and
    /// again as they grow more.
    fn make_room(&mut self) {
        let count = self.page.items.len();
        if count == SAMPLE_ITEMS {
            let mean = (self.bytes / count).max(1);
            let fit = self.limit.bytes.saturating_sub(self.bytes) / mean;
            let more = fit.min(self.limit.items.saturating_sub(count));
            self.page.items.reserve(more.min(MAX_RESERVED_ITEMS));
        }
    }

    /// What still fits.
    pub fn left(&self) -> PageLimit {
        PageLimit {
            items: self.limit.items.saturating_sub(self.page.items.len()),
            bytes: self.limit.bytes.saturating_sub(self.bytes),
        }
    }

    /// The page: the last of its range unless an item was left to the next.
    pub fn finish(self) -> Page {
        self.page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_next_one() {
        assert_eq!(Range::prefix("ab").until, Some(Bytes::from_static(b"ac")));
        assert_eq!(
            Range::prefix(vec![1, 0xff]).until,
            Some(Bytes::from_static(&[2]))
        );
        assert_eq!(Range::prefix(vec![0xff]).until, None);
    }
}
