//! One table on disk: its rows, its range tombstones, and how both are read together.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::ops::Bound;
use std::sync::Arc;

use bytes::{Buf as _, Bytes};
use fjall::{
    Database, Keyspace, KeyspaceCreateOptions, OwnedWriteBatch, PersistMode, Readable as _,
    Snapshot,
};
use parking_lot::RwLock;
use platform_clock::Timestamp;

use super::{damaged, deleted, failed, row};
use crate::cell::Stored;
use crate::mutation::Batch;
use crate::range_tombstones::{RangeTombstone, RangeTombstones};
use crate::{
    Cell, Change, Direction, EngineError, Page, PageLimit, Range, Stamp, TableKind, Token,
    TokenRange, keys,
};

/// A table's keyspaces.
#[derive(Clone)]
pub(super) struct Table {
    pub(super) kind: TableKind,
    pub(super) rows: Keyspace,
    pub(super) deleted: Keyspace,
    /// Tokens of the partitions that have range tombstones, and how many such partitions they have: most have
    /// none, and are read without looking.
    gate: Arc<RwLock<HashMap<Token, usize>>>,
}

impl Table {
    pub(super) fn open(
        database: &Database,
        name: &str,
        kind: TableKind,
    ) -> Result<Self, EngineError> {
        let keyspace = |prefix: &str| {
            let name = format!("{prefix}.{name}");
            database
                .keyspace(&name, KeyspaceCreateOptions::default)
                .map_err(failed)
        };
        let (rows, deleted) = (keyspace(super::ROWS)?, keyspace(super::DELETED)?);
        let mut gate = HashMap::new();
        let mut last = None;
        for found in deleted.iter() {
            let key = found.key().map_err(failed)?;
            let (partition, _) = keys::split(&key).ok_or_else(|| damaged("range tombstone"))?;
            if last.as_ref() != Some(&partition) {
                *gate.entry(Token::of(&partition)).or_default() += 1;
                last = Some(partition);
            }
        }
        Ok(Self {
            kind,
            rows,
            deleted,
            gate: Arc::new(RwLock::new(gate)),
        })
    }

    pub(super) fn delete(self, database: &Database) -> Result<(), EngineError> {
        database.delete_keyspace(self.rows).map_err(failed)?;
        database.delete_keyspace(self.deleted).map_err(failed)
    }

    pub(super) fn has_deleted_ranges(&self, partition: &[u8]) -> bool {
        let gate = self.gate.read();
        !gate.is_empty() && gate.contains_key(&Token::of(partition))
    }

    /// After a range tombstone went: readers need not look when it was the partition's last. The caller holds
    /// the partition's lock.
    pub(super) fn left_gate(&self, partition: &[u8]) -> Result<(), EngineError> {
        let mut left = self.deleted.range(keys::bounds(partition, &Range::all()));
        if let Some(one) = left.next() {
            one.key().map_err(failed)?;
            return Ok(());
        }
        let mut gate = self.gate.write();
        if let Entry::Occupied(mut partitions) = gate.entry(Token::of(partition)) {
            *partitions.get_mut() -= 1;
            if *partitions.get() == 0 {
                partitions.remove();
            }
        }
        Ok(())
    }

    fn deleted_in(
        &self,
        snapshot: &Snapshot,
        partition: &[u8],
    ) -> Result<RangeTombstones, EngineError> {
        let mut ranges = RangeTombstones::default();
        let bounds = keys::bounds(partition, &Range::all());
        for found in snapshot.range(&self.deleted, bounds) {
            let (key, value) = found.into_inner().map_err(failed)?;
            ranges.add(deleted::decode(&key, &value).ok_or_else(|| damaged("range tombstone"))?);
        }
        Ok(ranges)
    }

    pub(super) fn get(
        &self,
        database: &Database,
        (partition, item): (&[u8], &[u8]),
        now: Timestamp,
    ) -> Result<Option<Cell>, EngineError> {
        let key = keys::compose(partition, item);
        if !self.has_deleted_ranges(partition) {
            let found = self.rows.get(key).map_err(failed)?;
            return found.map_or(Ok(None), |row| Ok(stored(row)?.seen(now, None)));
        }
        // One moment for both, so that a deletion is never seen without what replaced it.
        let snapshot = database.snapshot();
        let Some(row) = snapshot.get(&self.rows, key).map_err(failed)? else {
            return Ok(None);
        };
        let covered = self.deleted_in(&snapshot, partition)?.covering(item);
        Ok(stored(row)?.seen(now, covered))
    }

    pub(super) fn page(
        &self,
        database: &Database,
        partition: &[u8],
        range: &Range,
        limit: PageLimit,
        now: Timestamp,
    ) -> Result<Page, EngineError> {
        // Asked before and after: a tombstone that the snapshot shows was there at one of both.
        let was_deleted_from = self.has_deleted_ranges(partition);
        // A snapshot never shows half of a batch that is being applied.
        let snapshot = database.snapshot();
        let deleted = if was_deleted_from || self.has_deleted_ranges(partition) {
            self.deleted_in(&snapshot, partition)?
        } else {
            RangeTombstones::default()
        };
        self.page_of(&snapshot, partition, (range, limit), &deleted, now)
    }

    /// A page as it was at a moment that may have passed long ago.
    pub(super) fn page_at(
        &self,
        snapshot: &Snapshot,
        partition: &[u8],
        range: &Range,
        limit: PageLimit,
        now: Timestamp,
    ) -> Result<Page, EngineError> {
        let deleted = self.deleted_in(snapshot, partition)?;
        self.page_of(snapshot, partition, (range, limit), &deleted, now)
    }

    fn page_of(
        &self,
        snapshot: &Snapshot,
        partition: &[u8],
        (range, limit): (&Range, PageLimit),
        deleted: &RangeTombstones,
        now: Timestamp,
    ) -> Result<Page, EngineError> {
        if range.is_empty() {
            return Ok(Page::default());
        }
        let start = keys::item_start(partition);
        let read = |found: fjall::Guard| {
            let (key, row) = found.into_inner().map_err(failed)?;
            let mut item = Bytes::from(key);
            item.advance(start);
            let covered = deleted.covering(&item);
            Ok((item, stored(row)?.seen(now, covered)))
        };
        let found = snapshot.range(&self.rows, keys::bounds(partition, range));
        match range.direction {
            Direction::Forward => Page::fill(range, limit, found.map(read)),
            Direction::Reverse => Page::fill(range, limit, found.rev().map(read)),
        }
    }

    pub(super) fn partitions(
        &self,
        database: &Database,
        tokens: TokenRange,
        (after, limit): (Option<&[u8]>, usize),
        now: Timestamp,
    ) -> Result<Vec<Bytes>, EngineError> {
        self.partitions_at(&database.snapshot(), tokens, (after, limit), now)
    }

    pub(super) fn partitions_at(
        &self,
        snapshot: &Snapshot,
        tokens: TokenRange,
        (after, limit): (Option<&[u8]>, usize),
        now: Timestamp,
    ) -> Result<Vec<Bytes>, EngineError> {
        let first = keys::first_of(tokens.first);
        let mut from = after.map_or(first.clone(), |after| keys::past(after).max(first));
        let mut partitions = Vec::new();
        while partitions.len() < limit {
            let bounds = (Bound::Included(from.as_slice()), Bound::Unbounded);
            let Some(next) = snapshot.range::<&[u8], _>(&self.rows, bounds).next() else {
                break;
            };
            let key = next.key().map_err(failed)?;
            let (partition, _) = keys::split(&key).ok_or_else(|| damaged("key"))?;
            if keys::token(&key).is_none_or(|token| token > tokens.last) {
                break;
            }
            from = keys::past(&partition);
            let first = self.page_at(
                snapshot,
                &partition,
                &Range::all(),
                PageLimit::items(1),
                now,
            )?;
            // A page that ended before it met a live item leaves the question open: such a partition is listed.
            if !first.items.is_empty() || first.next.is_some() {
                partitions.push(partition);
            }
        }
        Ok(partitions)
    }

    /// Writes what of a batch stands against what is stored. `is_newest`: no row of the partition has a stamp
    /// as great as the batch's, so that all of it stands. The caller holds the partition's lock.
    pub(super) fn apply(
        &self,
        database: &Database,
        (partition, batch): (&[u8], Batch),
        is_newest: bool,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let alone = batch.ranges.is_empty() && batch.items.len() == 1;
        let mut into = database.batch().durability(Some(PersistMode::Buffer));
        if !batch.ranges.is_empty() {
            self.stage_ranges(database, partition, batch.ranges, &mut into)?;
        }
        for (item, new) in batch.items {
            let key = keys::compose(partition, &item);
            if !is_newest && self.stands_before(&key, &new)? {
                continue;
            }
            let row = row::encode(&new, now);
            if alone {
                // A batch of one costs a lock and a marker more than the row by itself.
                return self.rows.insert(key, row).map_err(failed);
            }
            into.insert(&self.rows, key, row);
        }
        into.commit().map_err(failed)
    }

    fn stands_before(&self, key: &[u8], new: &Stored) -> Result<bool, EngineError> {
        let old = self.rows.get(key).map_err(failed)?;
        old.map_or(Ok(false), |old| Ok(stored(old)?.stands_before(new)))
    }

    /// Stages changes to a compare-and-set table, whose deletions leave nothing behind: its writers come
    /// one at a time. The caller holds the partition's lock.
    pub(super) fn stage_changes(
        &self,
        database: &Database,
        partition: &[u8],
        changes: Vec<Change>,
        stamp: Stamp,
    ) -> OwnedWriteBatch {
        let mut into = database.batch().durability(Some(PersistMode::Buffer));
        for (item, value) in Change::last_of_each(changes) {
            let key = keys::compose(partition, &item);
            match value {
                Some(value) => into.insert(&self.rows, key, row::encode_value(stamp, None, &value)),
                None => into.remove(&self.rows, key),
            }
        }
        into
    }

    /// Stages range tombstones and the removal of those they subsume.
    fn stage_ranges(
        &self,
        database: &Database,
        partition: &[u8],
        new: Vec<RangeTombstone>,
        into: &mut OwnedWriteBatch,
    ) -> Result<(), EngineError> {
        let before = self.deleted_in(&database.snapshot(), partition)?;
        let mut after = before.clone();
        for range in new {
            after.add(range);
        }
        // Before the commit: a reader that looks for nothing is slower, one that misses it is wrong.
        if before.is_empty() && !after.is_empty() {
            *self.gate.write().entry(Token::of(partition)).or_default() += 1;
        }
        let mut replaced = HashSet::new();
        for new in after.without(&before) {
            let key = deleted::key(partition, new);
            into.insert(&self.deleted, key.as_slice(), deleted::value(new, false));
            replaced.insert(key);
        }
        for gone in before.without(&after) {
            let key = deleted::key(partition, gone);
            // One batch must not both set and remove a key: its order decides nothing.
            if !replaced.contains(&key) {
                into.remove(&self.deleted, key);
            }
        }
        Ok(())
    }
}

fn stored(row: fjall::Slice) -> Result<Stored, EngineError> {
    row::decode(row.into()).ok_or_else(|| damaged("row"))
}
