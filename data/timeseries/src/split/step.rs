//! One step of one split. What a step writes can be written again.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use data_engine::{Durability, Item, Mutation, PageLimit, Range, RowTable};
use platform_clock::Timestamp;

use super::parts::{Parts, Planner};
use super::record::{Checked, Phase, SplitRecord, Verified};
use crate::limits::{ORIGINAL_KEPT, SPLIT_ATTEMPTS, SPLIT_STEP_BYTES, SPLIT_STEP_ROWS};
use crate::{NamespaceConfig, TimeSeriesError, keys};

/// What a step works on.
pub(super) struct Step<'a> {
    pub(super) table: &'a RowTable,
    /// The original partition's key.
    pub(super) partition: &'a Bytes,
    pub(super) config: &'a NamespaceConfig,
    pub(super) now: Timestamp,
}

/// Rows from the last one on, and whether more follow.
struct Read {
    rows: Vec<Item>,
    last: Option<Bytes>,
    more: bool,
}

impl Step<'_> {
    /// Takes the step, and returns what the record becomes.
    pub(super) async fn take(&self, record: &SplitRecord) -> Result<SplitRecord, TimeSeriesError> {
        match &record.phase {
            Phase::Planning(planner) => self.plan(record, planner.clone()).await,
            Phase::Copying(last) => self.copy(record, last.as_ref()).await,
            Phase::Verifying(verified) => self.verify(record, verified.clone()).await,
            Phase::Settling(since) => Ok(self.settle(record, *since)),
            Phase::Rechecking(checked) => self.recheck(record, checked.clone()).await,
            Phase::Removing => self.remove(record).await,
            Phase::Done | Phase::Small | Phase::Failed => Ok(record.clone()),
        }
    }

    async fn plan(
        &self,
        record: &SplitRecord,
        mut planner: Planner,
    ) -> Result<SplitRecord, TimeSeriesError> {
        let read = self.read(self.partition, planner.last.as_ref()).await?;
        let target = self.config.target_partition_bytes;
        for row in &read.rows {
            planner.add(row, target)?;
        }
        if read.more {
            planner.last = read.last;
            return Ok(record.to(Phase::Planning(planner)));
        }
        let sizes = (target, self.config.split_over_bytes);
        let totals = planner.totals;
        Ok(record.planned(totals, planner.finish(self.config.split_by, sizes)))
    }

    async fn copy(
        &self,
        record: &SplitRecord,
        last: Option<&Bytes>,
    ) -> Result<SplitRecord, TimeSeriesError> {
        let read = self.read(self.partition, last).await?;
        self.write(plan_of(record)?, read.rows).await?;
        Ok(record.to(if read.more {
            Phase::Copying(read.last)
        } else {
            Phase::Verifying(Verified::default())
        }))
    }

    /// Copies rows with their own stamps, so that copying them again changes nothing. Always to the disk:
    /// the original is removed one day on the word of the record, which is there too.
    async fn write(&self, parts: &Parts, rows: Vec<Item>) -> Result<(), TimeSeriesError> {
        let mut batches: BTreeMap<_, Vec<Mutation>> = BTreeMap::new();
        for row in rows {
            let batch = batches.entry((parts.of(&row.key)?, row.stamp)).or_default();
            batch.push(Mutation::put(row.key, row.value));
        }
        for ((part, stamp), mutations) in batches {
            let partition = keys::part_of(self.partition, part);
            let write = self
                .table
                .write_at(partition, mutations, stamp, Durability::Power);
            write.await?;
        }
        Ok(())
    }

    async fn verify(
        &self,
        record: &SplitRecord,
        mut verified: Verified,
    ) -> Result<SplitRecord, TimeSeriesError> {
        let part = keys::part_of(self.partition, verified.part);
        let read = self.read(&part, verified.last.as_ref()).await?;
        read.rows.iter().for_each(|row| verified.totals.add(row));
        verified.last = read.last;
        if !read.more {
            verified.part += 1;
            verified.last = None;
        }
        if verified.part <= plan_of(record)?.count() {
            return Ok(record.to(Phase::Verifying(verified)));
        }
        Ok(record.verified(verified.totals, self.now, SPLIT_ATTEMPTS))
    }

    fn settle(&self, record: &SplitRecord, since: u64) -> SplitRecord {
        let waited: Duration = self.now.since(Timestamp::from_millis(since));
        if waited < ORIGINAL_KEPT {
            return record.clone();
        }
        record.to(Phase::Rechecking(Checked::default()))
    }

    async fn recheck(
        &self,
        record: &SplitRecord,
        mut checked: Checked,
    ) -> Result<SplitRecord, TimeSeriesError> {
        let read = self.read(self.partition, checked.last.as_ref()).await?;
        read.rows.iter().for_each(|row| checked.totals.add(row));
        if read.more {
            checked.last = read.last;
            return Ok(record.to(Phase::Rechecking(checked)));
        }
        Ok(record.rechecked(checked.totals))
    }

    async fn remove(&self, record: &SplitRecord) -> Result<SplitRecord, TimeSeriesError> {
        let all = vec![Mutation::delete_range(Range::all())];
        self.table
            .write(self.partition, all, Durability::Power)
            .await?;
        Ok(record.to(Phase::Done))
    }

    async fn read(&self, partition: &Bytes, last: Option<&Bytes>) -> Result<Read, TimeSeriesError> {
        let limit = PageLimit {
            items: SPLIT_STEP_ROWS,
            bytes: SPLIT_STEP_BYTES,
        };
        let mut range = last.map_or_else(Range::all, |last| Range::all().after(last));
        loop {
            let page = self.table.range(partition, &range, limit).await?;
            let more = page.next.is_some();
            // A page may end early, even empty, when it met much that is deleted.
            if let (true, Some(next)) = (page.items.is_empty(), page.next) {
                range = next;
                continue;
            }
            return Ok(Read {
                last: page.items.last().map(|row| row.key.clone()),
                rows: page.items,
                more,
            });
        }
    }
}

fn plan_of(record: &SplitRecord) -> Result<&Parts, TimeSeriesError> {
    record.parts.as_ref().ok_or(TimeSeriesError::Damaged {
        what: "split's plan",
    })
}
