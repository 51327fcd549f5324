//! What an item holds, and which of two writes stands.

use bytes::Bytes;
use platform_clock::Timestamp;

use crate::Stamp;

/// An item's value with its write stamp and its expiry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The value.
    pub value: Bytes,
    /// The write that set it.
    pub stamp: Stamp,
    /// From when on the item is gone; `None`: it stays. Engines may round it up to a whole second.
    pub expires: Option<Timestamp>,
}

/// A live item of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its key.
    pub key: Bytes,
    /// Its value.
    pub value: Bytes,
    /// The write that set it.
    pub stamp: Stamp,
    /// From when on it is gone; `None`: it stays.
    pub expires: Option<Timestamp>,
}

impl Item {
    pub(crate) fn new(key: Bytes, cell: Cell) -> Self {
        Self {
            key,
            value: cell.value,
            stamp: cell.stamp,
            expires: cell.expires,
        }
    }
}

/// What is stored under an item's key: a value, or the mark of a deletion that an older write arriving
/// late must not undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stored {
    Value(Cell),
    Tombstone(Stamp),
}

impl Stored {
    /// Whether this stands when `other` is written to the same item.
    pub(crate) fn stands_before(&self, other: &Self) -> bool {
        self.rank() >= other.rank()
    }

    fn rank(&self) -> (Stamp, bool, Option<Timestamp>, &[u8]) {
        match self {
            Self::Value(cell) => (cell.stamp, false, cell.expires, &cell.value),
            Self::Tombstone(stamp) => (*stamp, true, None, &[]),
        }
    }

    /// What a reader sees at `now` of a partition whose ranges up to `covered` are deleted there.
    pub(crate) fn seen(self, now: Timestamp, covered: Option<Stamp>) -> Option<Cell> {
        match self {
            Self::Value(cell)
                if covered < Some(cell.stamp) && cell.expires.is_none_or(|at| at > now) =>
            {
                Some(cell)
            }
            Self::Value(_) | Self::Tombstone(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(stamp: u64, value: &'static str) -> Stored {
        Stored::Value(Cell {
            value: value.into(),
            stamp: Stamp(stamp),
            expires: None,
        })
    }

    #[test]
    fn the_greater_stamp_stands_then_the_deletion_then_the_later_expiry_then_the_greater_value() {
        assert!(value(2, "a").stands_before(&value(1, "b")));
        assert!(!value(1, "b").stands_before(&value(2, "a")));
        assert!(Stored::Tombstone(Stamp(1)).stands_before(&value(1, "z")));
        assert!(!value(1, "z").stands_before(&Stored::Tombstone(Stamp(1))));
        assert!(value(1, "b").stands_before(&value(1, "a")));
        assert!(value(1, "a").stands_before(&value(1, "a")));
        let expiring = |millis| {
            Stored::Value(Cell {
                value: Bytes::new(),
                stamp: Stamp(1),
                expires: Some(Timestamp::from_millis(millis)),
            })
        };
        assert!(expiring(1).stands_before(&value(1, "z")));
        assert!(!expiring(1).stands_before(&expiring(2)));
        assert!(Stored::Tombstone(Stamp(1)).stands_before(&expiring(2)));
    }

    #[test]
    fn what_is_covered_or_expired_is_not_seen() {
        let now = Timestamp::from_millis(10);
        assert!(value(2, "a").seen(now, Some(Stamp(1))).is_some());
        assert!(value(2, "a").seen(now, Some(Stamp(2))).is_none());
        let expiring = |millis| {
            Stored::Value(Cell {
                value: Bytes::new(),
                stamp: Stamp(1),
                expires: Some(Timestamp::from_millis(millis)),
            })
        };
        assert!(expiring(10).seen(now, None).is_none());
        assert!(expiring(11).seen(now, None).is_some());
    }
}
