//! Locks that writers of partitions share out.

use parking_lot::{Mutex, MutexGuard};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::limits::WRITE_STRIPES;
use crate::{Stamp, Token};

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
        let hash = xxh3_64_with_seed(table.as_bytes(), Token::of(partition).0);
        self.0[hash as usize % self.0.len()].lock()
    }
}
