//! Progress of a running step, in memory only.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts a step's work. Cheap to clone; every clone counts for the same step.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    done: AtomicU64,
    total: AtomicU64,
}

impl Meter {
    /// Sets the work in all.
    pub fn set_total(&self, total: u64) {
        self.0.total.store(total, Ordering::Relaxed);
    }

    /// Sets the work done.
    pub fn set_done(&self, done: u64) {
        self.0.done.store(done, Ordering::Relaxed);
    }

    /// Work done, never more than the total once that is known.
    pub fn done(&self) -> u64 {
        let done = self.0.done.load(Ordering::Relaxed);
        match self.total() {
            0 => done,
            total => done.min(total),
        }
    }

    /// Work in all; zero while it is not known.
    pub fn total(&self) -> u64 {
        self.0.total.load(Ordering::Relaxed)
    }

    /// A share of the work that one of several items does.
    pub(crate) fn share(&self, weight: u64) -> Share {
        Share {
            meter: self.clone(),
            weight,
            counted: 0,
        }
    }

    fn add(&self, work: u64) {
        self.0.done.fetch_add(work, Ordering::Relaxed);
    }

    fn take_back(&self, work: u64) {
        self.0.done.fetch_sub(work, Ordering::Relaxed);
    }
}

/// One item's part of a step's work. What it counted is taken back when the item is given up.
#[derive(Debug)]
pub struct Share {
    meter: Meter,
    weight: u64,
    counted: u64,
}

impl Share {
    /// Sets how much of the item is done.
    pub fn set(&mut self, done: u64) {
        let done = done.min(self.weight);
        if done >= self.counted {
            self.meter.add(done - self.counted);
        } else {
            self.meter.take_back(self.counted - done);
        }
        self.counted = done;
    }

    /// Counts the whole item for good.
    pub(crate) fn finish(mut self) {
        self.set(self.weight);
        self.counted = 0;
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.meter.take_back(self.counted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_up_item_counts_nothing_and_a_finished_one_its_weight() {
        let meter = Meter::default();
        meter.set_total(20);
        let mut share = meter.share(10);
        share.set(4);
        assert_eq!(meter.done(), 4);
        drop(share);
        assert_eq!(meter.done(), 0);
        meter.share(10).finish();
        assert_eq!(meter.done(), 10);
    }
}
