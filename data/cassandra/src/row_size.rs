//! How many rows to fetch for a page that is bounded in bytes. Pure.

use std::sync::atomic::{AtomicUsize, Ordering};

use data_engine::PageLimit;

use crate::limits::{FIRST_ROW_BYTES, MAX_FETCH_ROWS};

/// How large a table's rows have been: fetches are counted in rows, pages in bytes.
///
/// It rises at once to the mean of the last fetch, and falls slowly: a fetch too small costs one more round, one
/// too large costs memory on three machines.
#[derive(Debug)]
pub(crate) struct RowSize(AtomicUsize);

impl Default for RowSize {
    fn default() -> Self {
        Self(AtomicUsize::new(FIRST_ROW_BYTES))
    }
}

impl RowSize {
    /// Notes a fetch.
    pub(crate) fn observe(&self, rows: usize, bytes: usize) {
        let Some(mean) = bytes.checked_div(rows) else {
            return;
        };
        let fallen = self.bytes() / 2;
        self.0.store(mean.max(fallen).max(1), Ordering::Relaxed);
    }

    /// Rows to fetch when so much still fits: one more, to learn whether the range goes on.
    pub(crate) fn rows_for(&self, left: PageLimit) -> i32 {
        let fitting = (left.bytes / self.bytes()).min(left.items);
        let rows = fitting.saturating_add(1).clamp(2, MAX_FETCH_ROWS);
        i32::try_from(rows).unwrap_or(i32::MAX)
    }

    fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(items: usize, bytes: usize) -> PageLimit {
        PageLimit { items, bytes }
    }

    #[test]
    fn a_page_s_bytes_become_rows() {
        let size = RowSize::default();
        assert_eq!(size.rows_for(left(1_000, 2 << 20)), 33);
        size.observe(100, 100 << 20);
        assert_eq!(size.rows_for(left(1_000, 2 << 20)), 3);
        assert_eq!(size.rows_for(left(1_000, 0)), 2);
        assert_eq!(size.rows_for(left(0, 2 << 20)), 2);
    }

    #[test]
    fn small_rows_are_learnt_within_some_fetches() {
        let size = RowSize::default();
        for _ in 0..20 {
            size.observe(10, 1_000);
        }
        assert_eq!(size.rows_for(left(500, 2 << 20)), 501);
        assert_eq!(
            size.rows_for(left(usize::MAX, usize::MAX)),
            MAX_FETCH_ROWS as i32
        );
        size.observe(0, 0);
        assert_eq!(size.rows_for(left(500, 2 << 20)), 501);
    }
}
