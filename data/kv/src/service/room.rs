//! What is left of a page. Pure.

use crate::Selection;
use crate::limits::DEFAULT_PAGE_BYTES;

/// Part of a page that may stay empty, one in so many, rather than cost another call.
const MAY_STAY_EMPTY: usize = 8;

/// How much more a page takes.
#[derive(Debug)]
pub(super) struct Room {
    page_bytes: usize,
    bytes: usize,
    items: usize,
    taken: usize,
}

impl Room {
    pub(super) fn new(selection: &Selection) -> Self {
        let page_bytes = selection.page_size_bytes.unwrap_or(DEFAULT_PAGE_BYTES);
        Self {
            page_bytes,
            bytes: page_bytes,
            items: selection.item_limit.unwrap_or(usize::MAX),
            taken: 0,
        }
    }

    /// Bytes left.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Items left.
    pub(super) fn items(&self) -> usize {
        self.items
    }

    /// Whether so much more fits: the first item always does.
    pub(super) fn admits(&self, bytes: usize) -> bool {
        self.taken == 0 || (self.items > 0 && bytes <= self.bytes)
    }

    /// Gives room to an item.
    pub(super) fn take(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes);
        self.items = self.items.saturating_sub(1);
        self.taken += 1;
    }

    /// Whether another call would bring little.
    pub(super) fn is_full(&self) -> bool {
        let used = self.page_bytes - self.bytes;
        let mean = used.checked_div(self.taken).unwrap_or(0);
        let is_short = self.bytes < mean.max(self.page_bytes / MAY_STAY_EMPTY);
        self.items == 0 || (self.taken > 0 && is_short)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_item_always_fits() {
        let mut room = Room::new(&Selection {
            page_size_bytes: Some(100),
            item_limit: Some(2),
            ..Selection::default()
        });
        assert!(room.admits(1_000));
        room.take(10);
        assert!(!room.is_full());
        assert!(room.admits(90) && !room.admits(91));
        room.take(10);
        assert!(room.is_full() && !room.admits(1), "two items");
    }
}
