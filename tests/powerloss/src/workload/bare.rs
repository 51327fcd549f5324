//! fjall itself, opened as the engine opens it: two keyspaces, batches over both, and one sync after each
//! commit.

use std::collections::BTreeMap;
use std::fs::File;

use async_trait::async_trait;
use data_engine::Durability;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};

use super::script::{row_operation, rows_after};
use super::{Failure, Orders, Workload};
use crate::check::{Seen, State};

/// Bytes of rows in memory before they go to a table: a life writes several times as much.
const MEMTABLE_BYTES: u64 = 64 << 10;

/// Every so many operations a writer asks for a flush, besides those that a full memtable brings.
const FLUSH_EVERY: u64 = 37;

pub(super) struct Bare {
    database: Database,
    /// Items with an even and with an odd number.
    keyspaces: [Keyspace; 2],
    orders: Orders,
}

impl Bare {
    pub(super) async fn open(orders: &Orders) -> Result<Self, Failure> {
        let orders = orders.clone();
        tokio::task::spawn_blocking(move || Self::open_blocking(orders)).await?
    }

    fn open_blocking(orders: Orders) -> Result<Self, Failure> {
        let database = data_engine::open_database(&orders.folder)?;
        let options = || KeyspaceCreateOptions::default().max_memtable_size(MEMTABLE_BYTES);
        let keyspaces = [
            database.keyspace("even", options)?,
            database.keyspace("odd", options)?,
        ];
        // fjall syncs what a keyspace's folder holds, but not the names of these folders.
        File::open(orders.folder.join("keyspaces"))?.sync_all()?;
        Ok(Self {
            database,
            keyspaces,
            orders,
        })
    }

    fn commit(
        database: &Database,
        keyspaces: &[Keyspace; 2],
        orders: &Orders,
        (writer, number): (u32, u64),
    ) -> Result<(), Failure> {
        let operation = row_operation(orders.seed, writer, number);
        let mut sets = operation.sets;
        if let Some((from, until)) = operation.clears {
            for item in rows_after(orders.seed, writer, number).into_keys() {
                if item >= from && item < until {
                    sets.entry(item).or_insert(None);
                }
            }
        }
        let mut batch = database.batch().durability(Some(PersistMode::Buffer));
        for (item, value) in sets {
            let keyspace =
                &keyspaces[usize::from(item.as_bytes().last().is_some_and(|last| last % 2 == 1))];
            let key = format!("{writer}/{item}");
            match value {
                Some(value) => batch.insert(keyspace, key, value),
                None => batch.remove(keyspace, key),
            }
        }
        batch.commit()?;
        if orders.durability == Durability::Power {
            database.persist(PersistMode::SyncAll)?;
        }
        if number % FLUSH_EVERY == FLUSH_EVERY - 1 {
            keyspaces[number as usize % 2].rotate_memtable()?;
        }
        Ok(())
    }
}

#[async_trait]
impl Workload for Bare {
    async fn perform(&self, writer: u32, number: u64) -> Result<String, Failure> {
        let (database, keyspaces) = (self.database.clone(), self.keyspaces.clone());
        let orders = self.orders.clone();
        let commit = move || Self::commit(&database, &keyspaces, &orders, (writer, number));
        tokio::task::spawn_blocking(commit).await??;
        Ok(String::new())
    }

    async fn observe(&self) -> Result<Seen, Failure> {
        let mut seen = Seen::default();
        let mut states: BTreeMap<u32, State> = BTreeMap::new();
        for found in self.keyspaces.iter().flat_map(Keyspace::iter) {
            let (key, value) = found.into_inner()?;
            let key = String::from_utf8_lossy(&key).into_owned();
            let writer = key
                .split_once('/')
                .and_then(|(writer, item)| Some((writer.parse::<u32>().ok()?, item.to_owned())));
            match writer {
                Some((writer, item)) if writer < self.orders.writers => {
                    states
                        .entry(writer)
                        .or_default()
                        .insert(item, value.to_vec());
                }
                _ => seen.faults.push(format!("nobody wrote {key}")),
            }
        }
        let all = 0..self.orders.writers;
        seen.states = all
            .map(|writer| states.remove(&writer).unwrap_or_default())
            .collect();
        Ok(seen)
    }

    fn expected(&self, writer: u32, count: u64) -> State {
        rows_after(self.orders.seed, writer, count)
    }
}
