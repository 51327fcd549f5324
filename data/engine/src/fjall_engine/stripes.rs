//! Locks that writers of partitions share out.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use parking_lot::{Mutex, MutexGuard};

use crate::Stamp;
use crate::limits::WRITE_STRIPES;

/// A partition's writers come one at a time; partitions share these locks by hash. Each lock holds a stamp
/// that no row of its partitions exceeds.
#[derive(Debug)]
pub(super) struct Stripes(Vec<Mutex<Stamp>>);

impl Stripes {
    /// Locks of partitions none of whose rows has a greater stamp.
    pub(super) fn new(greatest: Stamp) -> Self {
        Self((0..WRITE_STRIPES).map(|_| Mutex::new(greatest)).collect())
    }

    /// Waits until the caller is the only writer of the partition.
    pub(super) fn lock(&self, table: &str, partition: &[u8]) -> MutexGuard<'_, Stamp> {
        let mut hasher = DefaultHasher::new();
        (table, partition).hash(&mut hasher);
        self.0[hasher.finish() as usize % self.0.len()].lock()
    }
}
