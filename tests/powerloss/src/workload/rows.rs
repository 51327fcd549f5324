//! Last-write-wins rows on the embedded engine: puts, overwrites, deletes, ranges that go, and batches.

use async_trait::async_trait;
use data_engine::{FjallEngine, Mutation, RowTable};

use super::script::{row_operation, rows_after};
use super::{Failure, Orders, Workload};
use crate::check::{Seen, State};

/// More partitions than writers, so that one out of nowhere is seen.
const MAX_PARTITIONS: usize = 1000;

pub(super) struct Rows {
    table: RowTable,
    orders: Orders,
}

impl Rows {
    pub(super) async fn open(orders: &Orders) -> Result<Self, Failure> {
        let engine = FjallEngine::open_shared(&orders.folder).await?;
        Ok(Self {
            table: RowTable::open(&engine, "rows").await?,
            orders: orders.clone(),
        })
    }
}

fn partition(writer: u32) -> String {
    format!("writer-{writer}")
}

#[async_trait]
impl Workload for Rows {
    async fn perform(&self, writer: u32, number: u64) -> Result<String, Failure> {
        let operation = row_operation(self.orders.seed, writer, number);
        let clears = operation.clears.map(|(from, until)| Mutation::DeleteRange {
            from: Some(from.into()),
            until: Some(until.into()),
        });
        let sets = operation.sets.into_iter().map(|(item, value)| match value {
            Some(value) => Mutation::put(item, value),
            None => Mutation::delete(item),
        });
        let mutations: Vec<Mutation> = clears.into_iter().chain(sets).collect();
        self.table
            .write(partition(writer), mutations, self.orders.durability)
            .await?;
        Ok(String::new())
    }

    async fn observe(&self) -> Result<Seen, Failure> {
        let mut seen = Seen::default();
        for writer in 0..self.orders.writers {
            let items = self.table.all(partition(writer)).await?.into_iter();
            let named = items.map(|item| {
                let name = String::from_utf8_lossy(&item.key).into_owned();
                (name, item.value.to_vec())
            });
            seen.states.push(named.collect());
        }
        let known: Vec<String> = (0..self.orders.writers).map(partition).collect();
        for found in self.table.partitions(None, MAX_PARTITIONS).await? {
            let found = String::from_utf8_lossy(&found).into_owned();
            if !known.contains(&found) {
                seen.faults.push(format!("nobody wrote to {found}"));
            }
        }
        Ok(seen)
    }

    fn expected(&self, writer: u32, count: u64) -> State {
        rows_after(self.orders.seed, writer, count)
    }
}
