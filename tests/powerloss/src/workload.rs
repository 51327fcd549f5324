//! What victims do to the stores: operations that follow from a seed, and what a store must hold after them.

mod bare;
mod counters;
mod log;
mod objects;
mod rows;
mod script;

use std::path::PathBuf;
use std::str::FromStr;

use async_trait::async_trait;
use data_engine::Durability;

use crate::check::{Seen, State};

/// Any error of any store: a victim only tells it.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A store at work. Writers work at once, each one operation after the other; an operation follows from
/// the seed, the writer and its number alone, so that what must be there follows from how many were done.
#[async_trait]
pub trait Workload: Send + Sync {
    /// Does an operation; it is acknowledged when this returns. Gives the place of its result where the
    /// store tells one, else an empty text.
    async fn perform(&self, writer: u32, number: u64) -> Result<String, Failure>;

    /// What the store holds.
    async fn observe(&self) -> Result<Seen, Failure>;

    /// What it must hold of a writer after this many of its operations.
    fn expected(&self, writer: u32, count: u64) -> State;
}

/// A store that is put to the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// fjall itself, with small memtables, so that a short life flushes and compacts.
    Bare,
    /// Last-write-wins rows on the embedded engine.
    Rows,
    /// Counters by compare-and-set on the embedded engine.
    Counters,
    /// The event log.
    Log,
    /// Objects in a folder.
    Objects,
}

/// What a victim is told to work on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orders {
    /// The store.
    pub store: Store,
    /// Its folder.
    pub folder: PathBuf,
    /// What every operation follows from.
    pub seed: u64,
    /// What an acknowledgement means.
    pub durability: Durability,
    /// Writers at once.
    pub writers: u32,
    /// Operations of each writer in this life.
    pub operations: u64,
}

impl Store {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Bare,
        Self::Rows,
        Self::Counters,
        Self::Log,
        Self::Objects,
    ];

    /// Its name in test names and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Rows => "rows",
            Self::Counters => "counters",
            Self::Log => "log",
            Self::Objects => "objects",
        }
    }

    /// Opens it.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn open(self, orders: &Orders) -> Result<Box<dyn Workload>, Failure> {
        Ok(match self {
            Self::Bare => Box::new(bare::Bare::open(orders).await?),
            Self::Rows => Box::new(rows::Rows::open(orders).await?),
            Self::Counters => Box::new(counters::Counters::open(orders).await?),
            Self::Log => Box::new(log::Log::open(orders).await?),
            Self::Objects => Box::new(objects::Objects::open(orders).await?),
        })
    }
}

impl FromStr for Store {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|store| store.name() == name);
        found.ok_or_else(|| format!("there is no store {name}"))
    }
}

impl Orders {
    /// The arguments that give these orders.
    pub fn to_args(&self) -> Vec<String> {
        let durability = match self.durability {
            Durability::Process => "process",
            Durability::Power => "power",
        };
        vec![
            self.store.name().to_owned(),
            self.folder.to_string_lossy().into_owned(),
            self.seed.to_string(),
            durability.to_owned(),
            self.writers.to_string(),
            self.operations.to_string(),
        ]
    }

    /// Reads the arguments.
    ///
    /// # Errors
    /// Which one is wrong.
    pub fn from_args(args: &[String]) -> Result<Self, String> {
        let [store, folder, seed, durability, writers, operations] = args else {
            return Err(
                "store, folder, seed, durability, writers and operations are needed".to_owned(),
            );
        };
        let durability = match durability.as_str() {
            "process" => Durability::Process,
            "power" => Durability::Power,
            other => return Err(format!("there is no durability {other}")),
        };
        let bad = |what: &str| format!("{what} is no number");
        Ok(Self {
            store: store.parse()?,
            folder: folder.into(),
            seed: seed.parse().map_err(|_| bad(seed))?,
            durability,
            writers: writers.parse().map_err(|_| bad(writers))?,
            operations: operations.parse().map_err(|_| bad(operations))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_understood() {
        for store in Store::ALL {
            let orders = Orders {
                store,
                folder: "/some where".into(),
                seed: 7,
                durability: Durability::Power,
                writers: 4,
                operations: 9,
            };
            assert_eq!(Orders::from_args(&orders.to_args()), Ok(orders));
        }
        assert!(Orders::from_args(&[]).is_err());
    }
}
