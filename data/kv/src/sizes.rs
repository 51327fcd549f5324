//! How large a namespace's items are, so that one engine call fills a page. Pure but for one atomic.

use std::sync::atomic::{AtomicU32, Ordering};

use data_engine::{Item, PageLimit};

use crate::limits::{INITIAL_MEAN_BYTES, MAX_FETCH_ITEMS};

/// The weight of the newest page in the mean, one part in so many.
const NEWEST: u64 = 8;

/// A running mean of the bytes an item takes.
#[derive(Debug)]
pub(crate) struct MeanSize(AtomicU32);

impl Default for MeanSize {
    fn default() -> Self {
        Self(AtomicU32::new(INITIAL_MEAN_BYTES))
    }
}

impl MeanSize {
    /// The mean so far.
    pub(crate) fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    /// Takes in a page's mean. Of two at once one may be lost: it is an estimate.
    pub(crate) fn learn(&self, page: u32) {
        let mean = (u64::from(self.get()) * (NEWEST - 1) + u64::from(page)) / NEWEST;
        self.0.store(mean.max(1) as u32, Ordering::Relaxed);
    }
}

/// The mean size of a page's items; `None` when there are none.
pub(crate) fn mean(items: &[Item]) -> Option<u32> {
    let bytes: usize = items.iter().map(|it| it.key.len() + it.value.len()).sum();
    let mean = bytes.checked_div(items.len())?;
    Some(u32::try_from(mean).unwrap_or(u32::MAX).max(1))
}

/// What to ask an engine for so that it fills `bytes` in one call and reads little beyond: an eighth more
/// items than the mean says, for it is a mean.
pub(crate) fn fetch(bytes: usize, items: usize, mean: u32) -> PageLimit {
    let expected = bytes / mean.max(1) as usize;
    let expected = expected + expected / 8 + 1;
    PageLimit {
        items: items.min(expected).clamp(1, MAX_FETCH_ITEMS),
        bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fetch_follows_the_mean_and_both_bounds() {
        assert_eq!(fetch(80_000, usize::MAX, 1_000).items, 91);
        assert_eq!(fetch(80_000, 5, 1_000).items, 5);
        assert_eq!(fetch(80_000, usize::MAX, 0).items, MAX_FETCH_ITEMS);
        assert_eq!(fetch(10, usize::MAX, 1_000).items, 1);
    }

    #[test]
    fn the_mean_follows_what_is_seen() {
        let sizes = MeanSize::default();
        for _ in 0..100 {
            sizes.learn(200);
        }
        assert!((190..=210).contains(&sizes.get()), "{}", sizes.get());
    }
}
