//! What a write changes, and what a batch of changes comes to.

use std::collections::BTreeMap;

use bytes::Bytes;
use platform_clock::Timestamp;

use crate::cell::{Cell, Stored};
use crate::range_tombstones::RangeTombstone;
use crate::{Range, Stamp};

/// One change to a partition of a last-write-wins table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mutation {
    /// Sets an item.
    Put {
        /// The item's key.
        item: Bytes,
        /// Its new value.
        value: Bytes,
        /// From when on it is gone; `None`: it stays.
        expires: Option<Timestamp>,
    },
    /// Removes an item; removing what is not there is fine.
    Delete {
        /// The item's key.
        item: Bytes,
    },
    /// Removes every item of a range that was written before this batch, by one tombstone however many
    /// they are. What the same batch puts into the range stands.
    DeleteRange {
        /// First key inside; `None`: from the partition's start.
        from: Option<Bytes>,
        /// First key after; `None`: to the partition's end.
        until: Option<Bytes>,
    },
}

impl Mutation {
    /// Sets an item that stays.
    pub fn put(item: impl Into<Bytes>, value: impl Into<Bytes>) -> Self {
        Self::Put {
            item: item.into(),
            value: value.into(),
            expires: None,
        }
    }

    /// Removes an item.
    pub fn delete(item: impl Into<Bytes>) -> Self {
        Self::Delete { item: item.into() }
    }

    /// Removes what a range holds; its direction means nothing here.
    pub fn delete_range(range: Range) -> Self {
        Self::DeleteRange {
            from: range.from,
            until: range.until,
        }
    }
}

/// One change to an item of a compare-and-set table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Sets the item.
    Put {
        /// The item's key.
        item: Bytes,
        /// Its new value.
        value: Bytes,
    },
    /// Removes the item; removing what is not there is fine.
    Delete {
        /// The item's key.
        item: Bytes,
    },
}

impl Change {
    /// Sets an item.
    pub fn put(item: impl Into<Bytes>, value: impl Into<Bytes>) -> Self {
        Self::Put {
            item: item.into(),
            value: value.into(),
        }
    }

    /// Removes an item.
    pub fn delete(item: impl Into<Bytes>) -> Self {
        Self::Delete { item: item.into() }
    }

    /// What a batch of changes comes to: of each item the last change.
    pub fn last_of_each(changes: Vec<Self>) -> BTreeMap<Bytes, Option<Bytes>> {
        let last = changes.into_iter().map(|change| match change {
            Self::Put { item, value } => (item, Some(value)),
            Self::Delete { item } => (item, None),
        });
        last.collect()
    }
}

/// What a batch of mutations comes to: the ranges go first, just before the batch's stamp; of each item
/// the last mutation stands.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) ranges: Vec<RangeTombstone>,
    /// In the order of their keys, each once.
    pub(crate) items: Vec<(Bytes, Stored)>,
}

impl Batch {
    pub(crate) fn new(mutations: Vec<Mutation>, stamp: Stamp) -> Self {
        let mut batch = Self::default();
        for mutation in mutations {
            match mutation {
                Mutation::Put {
                    item,
                    value,
                    expires,
                } => {
                    let cell = Cell {
                        value,
                        stamp,
                        expires,
                    };
                    batch.items.push((item, Stored::Value(cell)));
                }
                Mutation::Delete { item } => {
                    batch.items.push((item, Stored::Tombstone(stamp)));
                }
                Mutation::DeleteRange { from, until } => batch.ranges.push(RangeTombstone {
                    from: from.unwrap_or_default(),
                    until,
                    stamp: stamp.before(),
                }),
            }
        }
        batch.keep_last_of_each();
        batch
    }

    fn keep_last_of_each(&mut self) {
        if self.items.len() < 2 {
            return;
        }
        // Stable, so that the last of equals is the last asked for; then it is the first, which is kept.
        self.items.reverse();
        self.items.sort_by(|a, b| a.0.cmp(&b.0));
        self.items.dedup_by(|later, first| later.0 == first.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_mutation_of_an_item_stands() {
        let asked = vec![
            Mutation::put("b", "1"),
            Mutation::put("a", "2"),
            Mutation::delete("b"),
            Mutation::put("a", "3"),
            Mutation::put("b", "4"),
        ];
        let batch = Batch::new(asked, Stamp(7));
        let left: Vec<_> = batch
            .items
            .iter()
            .map(|(item, stored)| match stored {
                Stored::Value(cell) => (&**item, &*cell.value),
                Stored::Tombstone(_) => (&**item, &b"deleted"[..]),
            })
            .collect();
        assert_eq!(left, [(&b"a"[..], &b"3"[..]), (b"b", b"4")]);
    }
}
