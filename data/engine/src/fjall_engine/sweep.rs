//! Range tombstones swept: the rows under one are removed, and after its grace the tombstone goes too.
//!
//! A range tombstone hides its rows at once, and reads step over them. A pass goes over the range tombstones of a
//! table in order. One that it meets for the first time has its rows removed and is marked as swept. One that
//! was swept and is past its grace is looked under once more, for writes that came late, and goes when there
//! is nothing. Rows that are removed are synced before the tombstone that hid them goes: a pass begins with
//! a sync, and no tombstone goes in the pass that removed rows under it.

use std::ops::Bound;

use bytes::Bytes;
use fjall::{Database, PersistMode, Readable as _};
use platform_clock::Timestamp;

use super::stripes::Stripes;
use super::table::Table;
use super::{damaged, deleted, failed, row};
use crate::limits::{SWEEP_ROWS, TOMBSTONE_GRACE};
use crate::range_tombstones::RangeTombstone;
use crate::{EngineError, Range, keys};

/// One pass over a table.
pub(super) struct Pass<'a> {
    pub(super) database: &'a Database,
    pub(super) stripes: &'a Stripes,
    pub(super) name: &'a str,
    pub(super) table: &'a Table,
    pub(super) now: Timestamp,
}

impl Pass<'_> {
    /// Goes over every range tombstone; `may_go_on` is asked after each bounded step, and ends the pass by
    /// answering no.
    pub(super) fn run(&self, mut may_go_on: impl FnMut() -> bool) -> Result<(), EngineError> {
        if self.table.deleted.is_empty().map_err(failed)? {
            return Ok(());
        }
        self.database
            .persist(PersistMode::SyncAll)
            .map_err(failed)?;
        let mut after = Bound::Unbounded;
        while let Some(found) = self.next(&after)? {
            if found.is_due(self.now) && !self.sweep(&found, &mut may_go_on)? {
                return Ok(());
            }
            after = Bound::Excluded(found.key);
        }
        Ok(())
    }

    fn next(&self, after: &Bound<Vec<u8>>) -> Result<Option<Found>, EngineError> {
        let from = after.as_ref().map(Vec::as_slice);
        let mut found = self
            .table
            .deleted
            .range::<&[u8], _>((from, Bound::Unbounded));
        let Some(next) = found.next() else {
            return Ok(None);
        };
        let (key, value) = next.into_inner().map_err(failed)?;
        let range = deleted::decode(&key, &value).ok_or_else(|| damaged("range tombstone"))?;
        let (partition, _) = keys::split(&key).ok_or_else(|| damaged("range tombstone"))?;
        Ok(Some(Found {
            key: key.to_vec(),
            partition,
            range,
            was_swept: deleted::was_swept(&value),
        }))
    }

    /// Removes what lies under a range tombstone. Returns whether the pass goes on.
    fn sweep(
        &self,
        found: &Found,
        may_go_on: &mut impl FnMut() -> bool,
    ) -> Result<bool, EngineError> {
        let mut range = Range {
            from: Some(found.range.from.clone()),
            until: found.range.until.clone(),
            ..Range::all()
        };
        let mut removed = 0;
        loop {
            let step = {
                let _one_at_a_time = self.stripes.lock(self.name, &found.partition);
                let step = self.remove_some(found, &range)?;
                removed += step.removed;
                if step.last.is_none() {
                    self.settle(found, removed)?;
                }
                step
            };
            if !may_go_on() {
                return Ok(false);
            }
            match step.last {
                Some(last) => range = range.after(&last),
                None => return Ok(true),
            }
        }
    }

    /// Looks at some rows of the range and removes those that are covered. The caller holds the partition's lock.
    fn remove_some(&self, found: &Found, range: &Range) -> Result<Step, EngineError> {
        let start = keys::item_start(&found.partition);
        let mut batch = self.database.batch().durability(Some(PersistMode::Buffer));
        let mut step = Step::default();
        let snapshot = self.database.snapshot();
        let rows = snapshot.range(&self.table.rows, keys::bounds(&found.partition, range));
        let mut looked_at = 0;
        for one in rows {
            let (key, stored) = one.into_inner().map_err(failed)?;
            looked_at += 1;
            let header = row::header(&stored).ok_or_else(|| damaged("row"))?;
            let item = Bytes::from(key.clone()).slice(start..);
            if header.stamp <= found.range.stamp {
                batch.remove(&self.table.rows, key);
                step.removed += 1;
            }
            if looked_at == SWEEP_ROWS {
                step.last = Some(item);
                break;
            }
        }
        batch.commit().map_err(failed)?;
        Ok(step)
    }

    /// The whole range was looked at: the tombstone is marked, or goes. The caller holds the partition's lock.
    fn settle(&self, found: &Found, removed: usize) -> Result<(), EngineError> {
        let tombstones = &self.table.deleted;
        // A newer one may have taken its place in between.
        if !tombstones.contains_key(&found.key).map_err(failed)? {
            return Ok(());
        }
        if !found.was_swept {
            let value = deleted::value(&found.range, true);
            return tombstones
                .insert(found.key.as_slice(), value)
                .map_err(failed);
        }
        if removed == 0 {
            tombstones.remove(found.key.as_slice()).map_err(failed)?;
            self.table.left_gate(&found.partition)?;
        }
        Ok(())
    }
}

/// A range tombstone with where it was found.
struct Found {
    key: Vec<u8>,
    partition: Bytes,
    range: RangeTombstone,
    was_swept: bool,
}

impl Found {
    fn is_due(&self, now: Timestamp) -> bool {
        !self.was_swept || self.range.stamp.moment().plus(TOMBSTONE_GRACE) <= now
    }
}

#[derive(Default)]
struct Step {
    removed: usize,
    /// The last row looked at, when there may be more.
    last: Option<Bytes>,
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use platform_clock::ManualClock;

    use super::*;
    use crate::fjall_engine::sweeper::Sweeping;
    use crate::{Durability, Engine as _, FjallEngine, Mutation, TableKind};

    const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    async fn write(engine: &FjallEngine, mutations: Vec<Mutation>) {
        let written = engine.write("t", b"p", mutations, engine.stamp(), Durability::Process);
        written.await.unwrap();
    }

    fn sweeping(engine: &FjallEngine) -> Sweeping {
        Sweeping {
            database: engine.database.clone(),
            tables: Arc::clone(&engine.tables),
            stripes: Arc::clone(&engine.stripes),
            clock: Arc::clone(&engine.clock),
        }
    }

    fn puts(count: usize) -> Vec<Mutation> {
        let items = 0..count;
        items
            .map(|index| Mutation::put(format!("{index:06}"), "v"))
            .collect()
    }

    fn counts(engine: &FjallEngine) -> (usize, usize, bool) {
        let table = engine.table("t").unwrap();
        let (rows, deleted) = (table.rows.len().unwrap(), table.deleted.len().unwrap());
        (rows, deleted, table.has_deleted_ranges(b"p"))
    }

    #[tokio::test]
    async fn rows_under_a_range_tombstone_go_and_it_follows() {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(START);
        let open = async || {
            FjallEngine::open_on(folder.path(), clock.clone())
                .await
                .unwrap()
        };
        let engine = open().await;
        engine.open("t", TableKind::LastWriteWins).await.unwrap();
        let count = 2 * SWEEP_ROWS + 10;
        write(&engine, puts(count)).await;
        write(&engine, vec![Mutation::delete_range(Range::all())]).await;
        write(&engine, vec![Mutation::put("again", "v")]).await;
        assert_eq!(counts(&engine), (count + 1, 1, true));
        let pass = |engine: &FjallEngine| sweeping(engine).pass(|| true).unwrap();
        pass(&engine);
        assert_eq!(
            counts(&engine),
            (1, 1, true),
            "rows go, the tombstone stays"
        );
        let late = vec![Mutation::put("late", "v")];
        let before = crate::Stamp::at(START).before();
        let written = engine.write("t", b"p", late, before, Durability::Process);
        written.await.unwrap();
        assert_eq!(
            engine.get("t", b"p", b"late").await.unwrap(),
            None,
            "and hides what comes late"
        );
        clock.advance(TOMBSTONE_GRACE);
        clock.advance(std::time::Duration::from_secs(1));
        pass(&engine);
        assert_eq!(counts(&engine), (1, 1, true), "which goes first");
        pass(&engine);
        assert_eq!(
            counts(&engine),
            (1, 0, false),
            "then nothing is left of the deletion"
        );
        assert!(engine.get("t", b"p", b"again").await.unwrap().is_some());
        drop(engine);
        let engine = open().await;
        engine.open("t", TableKind::LastWriteWins).await.unwrap();
        assert_eq!(counts(&engine), (1, 0, false));
    }

    #[tokio::test]
    async fn a_pass_that_is_ended_goes_on_with_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(START);
        let engine = FjallEngine::open_on(folder.path(), clock.clone())
            .await
            .unwrap();
        engine.open("t", TableKind::LastWriteWins).await.unwrap();
        write(&engine, puts(SWEEP_ROWS + 1)).await;
        write(&engine, vec![Mutation::delete_range(Range::all())]).await;
        sweeping(&engine).pass(|| false).unwrap();
        assert_eq!(counts(&engine), (1, 1, true), "one step");
        sweeping(&engine).pass(|| true).unwrap();
        assert_eq!(counts(&engine), (0, 1, true), "the rest");
    }
}
