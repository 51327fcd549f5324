//! A table in use, replaced without anybody waiting.

use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use parking_lot::Mutex;

use crate::RouteTable;

/// The current table. Readers never wait for a writer: they go on with the table they began with.
#[derive(Debug, Default)]
pub struct SharedTable {
    current: ArcSwap<RouteTable>,
    /// Tables replaced and perhaps still read. They are freed here and not by their last reader, whose
    /// decision would pay for the freeing of a table's millions of entries.
    replaced: Mutex<Vec<Arc<RouteTable>>>,
}

impl SharedTable {
    /// Around a first table.
    pub fn new(table: RouteTable) -> Self {
        Self {
            current: ArcSwap::from_pointee(table),
            replaced: Mutex::default(),
        }
    }

    /// The table as it is now; kept for the length of one decision.
    pub fn read(&self) -> Guard<Arc<RouteTable>> {
        self.current.load()
    }

    /// Puts `table` in place. The one before stays until [`Self::free`]: whoever holds a lock that decisions wait
    /// for frees no table under it.
    pub fn replace(&self, table: RouteTable) {
        let old = self.current.swap(Arc::new(table));
        self.replaced.lock().push(old);
    }

    /// Frees replaced tables that nobody reads any more, which takes as long as giving their memory back does; returns
    /// how many are still read.
    pub fn free(&self) -> usize {
        let mut replaced = self.replaced.lock();
        // Nobody can take a new reference to a table that is no longer current, so a count of one stays.
        replaced.retain(|table| Arc::strong_count(table) > 1);
        replaced.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Announcer, Rib, Route};

    #[test]
    fn a_reader_keeps_its_table_and_the_writer_frees_it() {
        let mut rib = Rib::default();
        rib.announce(
            Announcer(1),
            "10.0.0.0/8".parse().unwrap(),
            Route::default(),
        );
        let shared = SharedTable::new(rib.table());
        let address = [10, 1, 2, 3].into();
        let read = Guard::into_inner(shared.read());
        shared.replace(RouteTable::default());
        assert_eq!(shared.free(), 1);
        assert_eq!(read.find(address).unwrap().candidates.len(), 1);
        assert!(shared.read().find(address).is_none());
        drop(read);
        assert_eq!(shared.free(), 0);
    }
}
