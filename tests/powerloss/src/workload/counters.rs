//! Counters that all writers share, by compare-and-set: each increment counts once.

use async_trait::async_trait;
use bytes::Bytes;
use data_engine::{CasTable, Change, FjallEngine};
use rand::RngExt as _;

use super::script::chance;
use super::{Failure, Orders, Workload};
use crate::check::{Seen, State};

/// Counters: few, so that writers meet.
const COUNTERS: u32 = 2;

/// The item that holds a counter's sum.
const SUM: &str = "sum";

/// A counter is a partition: its sum, and beside it what each writer added, changed in one batch.
pub(super) struct Counters {
    table: CasTable,
    orders: Orders,
}

impl Counters {
    pub(super) async fn open(orders: &Orders) -> Result<Self, Failure> {
        let engine = FjallEngine::open_shared(&orders.folder).await?;
        Ok(Self {
            table: CasTable::open(&engine, "counters").await?,
            orders: orders.clone(),
        })
    }

    /// Which counter an operation adds to, and how much.
    fn step(&self, writer: u32, number: u64) -> (u32, u64) {
        let mut chance = chance(self.orders.seed, writer, number);
        (chance.random_range(0..COUNTERS), chance.random_range(1..5))
    }

    fn added(&self, writer: u32, count: u64, counter: u32) -> u64 {
        let steps = (0..count).map(|number| self.step(writer, number));
        steps
            .filter(|(at, _)| *at == counter)
            .map(|(_, by)| by)
            .sum()
    }
}

fn counter_name(counter: u32) -> String {
    format!("counter-{counter}")
}

fn part_name(writer: u32) -> String {
    format!("part-{writer}")
}

fn decimal(held: Option<&Bytes>) -> Result<u64, Failure> {
    held.map_or(Ok(0), |held| Ok(std::str::from_utf8(held)?.parse()?))
}

#[async_trait]
impl Workload for Counters {
    async fn perform(&self, writer: u32, number: u64) -> Result<String, Failure> {
        let (counter, by) = self.step(writer, number);
        let (partition, part) = (counter_name(counter), part_name(writer));
        loop {
            let sum = self.table.get(&partition, SUM).await?;
            let own = self.added(writer, number, counter) + by;
            let changes = vec![
                Change::put(SUM, (decimal(sum.as_ref())? + by).to_string()),
                Change::put(part.clone(), own.to_string()),
            ];
            let (item, durability) = (SUM.as_bytes(), self.orders.durability);
            let swapped =
                self.table
                    .write_if(&partition, item, sum.as_deref(), changes, durability);
            if swapped.await? {
                return Ok(String::new());
            }
        }
    }

    async fn observe(&self) -> Result<Seen, Failure> {
        let mut seen = Seen {
            states: vec![State::new(); self.orders.writers as usize],
            ..Seen::default()
        };
        for counter in 0..COUNTERS {
            let partition = counter_name(counter);
            let mut parts = 0;
            for (writer, state) in seen.states.iter_mut().enumerate() {
                let held = self.table.get(&partition, part_name(writer as u32)).await?;
                parts += decimal(held.as_ref())?;
                if let Some(held) = held {
                    state.insert(partition.clone(), held.to_vec());
                }
            }
            let sum = decimal(self.table.get(&partition, SUM).await?.as_ref())?;
            if sum != parts {
                let fault = format!("{partition} holds {sum}, its parts come to {parts}");
                seen.faults.push(fault);
            }
        }
        Ok(seen)
    }

    fn expected(&self, writer: u32, count: u64) -> State {
        let added = (0..COUNTERS).map(|counter| (counter, self.added(writer, count, counter)));
        added
            .filter(|(_, added)| *added > 0)
            .map(|(counter, added)| (counter_name(counter), added.to_string().into_bytes()))
            .collect()
    }
}
