//! The event buckets of one time bucket as one sequence.

use bytes::Bytes;
use data_engine::{Direction, PageLimit};
use futures::future::try_join_all;

use super::cursor::Cursor;
use crate::limits::{FETCH_BYTES, FETCH_ROWS};
use crate::{Event, TimeSeriesError};

/// Cursors in step.
pub(super) struct Merge {
    cursors: Vec<Cursor>,
    direction: Direction,
}

impl Merge {
    pub(super) fn new(cursors: Vec<Cursor>, direction: Direction) -> Self {
        Self { cursors, direction }
    }

    /// Fetches, all cursors that need it at once, until it is known which event is next.
    pub(super) async fn fill(&mut self, wanted: PageLimit) -> Result<(), TimeSeriesError> {
        let fetch = share(wanted, self.cursors.len());
        let mut fills = Vec::new();
        for cursor in &mut self.cursors {
            if !cursor.is_ready()? {
                fills.push(cursor.fill(fetch));
            }
        }
        try_join_all(fills).await?;
        Ok(())
    }

    fn next_cursor(&self) -> Option<usize> {
        let heads = self.cursors.iter().enumerate();
        let heads = heads.filter_map(|(at, cursor)| Some((cursor.head()?, at)));
        let next = match self.direction {
            Direction::Forward => heads.min(),
            Direction::Reverse => heads.max(),
        };
        next.map(|(_, at)| at)
    }

    /// Bytes of the next event; `None` when there is none. The merge is filled.
    pub(super) fn next_bytes(&self) -> Result<Option<usize>, TimeSeriesError> {
        let next = self.next_cursor();
        next.map(|at| self.cursors[at].head_bytes()).transpose()
    }

    /// Takes the next event and its prefix. The merge is filled.
    pub(super) fn pop(&mut self) -> Result<Option<(Bytes, Event)>, TimeSeriesError> {
        self.next_cursor()
            .map_or(Ok(None), |at| self.cursors[at].pop())
    }

    /// Bytes that each cursor has fetched.
    pub(super) fn fetched(&self) -> impl Iterator<Item = u64> {
        self.cursors.iter().map(|cursor| cursor.fetched)
    }
}

/// What each of `cursors` fetches so that together they hold what is wanted and little more: events are
/// spread by hash, so each has its share and some.
fn share(wanted: PageLimit, cursors: usize) -> PageLimit {
    let cursors = cursors.max(1);
    let spare = if cursors == 1 { 0 } else { 4 };
    let each = |whole: usize| whole / cursors + whole / (4 * cursors) * usize::from(cursors > 1);
    PageLimit {
        // One more than wanted shows where the last wanted event ends, and that there are more.
        items: (each(wanted.items) + spare + 1).min(FETCH_ROWS),
        bytes: each(wanted.bytes).clamp(1, FETCH_BYTES),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_cursors_fetch_little_more_than_one() {
        let wanted = PageLimit {
            items: 1_000,
            bytes: 1 << 20,
        };
        assert_eq!(share(wanted, 1).items, 1_001);
        assert_eq!(share(wanted, 1).bytes, 1 << 20);
        for cursors in [2, 10, 64] {
            let all = share(wanted, cursors).items * cursors;
            assert!((1_000..1_650).contains(&all), "{all} from {cursors}");
        }
    }
}
