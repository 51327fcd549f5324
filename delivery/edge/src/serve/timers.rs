//! When which connection must be looked at. Pure.
//!
//! A connection is entered with the time it is due at. While that time only moves away, which it does with
//! every answer, nothing is done here: the entry comes up, the connection says when it is due now, and is
//! entered again. So a request costs no entry, and a hundred thousand idle connections one each.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// Connections by the time they are due at.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<(Duration, usize, u64)>>,
}

/// A connection: its place, and the number that tells it from an earlier one at the place.
pub(crate) type Key = (usize, u64);

impl Timers {
    pub(crate) fn enter(&mut self, at: Duration, (place, serial): Key) {
        self.heap.push(Reverse((at, place, serial)));
    }

    /// The earliest time.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.heap.peek().map(|Reverse((at, ..))| *at)
    }

    /// The next that is due, taken out.
    pub(crate) fn due(&mut self, now: Duration) -> Option<Key> {
        if self.next()? > now {
            return None;
        }
        let Reverse((_, place, serial)) = self.heap.pop()?;
        Some((place, serial))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_comes_first_and_nobody_early() {
        let mut timers = Timers::default();
        let at = Duration::from_secs;
        timers.enter(at(9), (1, 10));
        timers.enter(at(3), (2, 20));
        assert_eq!((timers.next(), timers.due(at(2))), (Some(at(3)), None));
        assert_eq!(timers.due(at(9)), Some((2, 20)));
        assert_eq!(timers.due(at(9)), Some((1, 10)));
        assert_eq!((timers.due(at(99)), timers.next()), (None, None));
    }
}
