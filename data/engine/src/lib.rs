//! An ordered wide-row store behind one trait.
//!
//! A table is a set of partitions; a partition is an ordered map from item key to value. Writes to one
//! partition can be atomic, reads are ranges in either direction, pages are bounded in bytes. A table is
//! of one of two kinds, fixed when it is first opened: [`RowTable`] (the last write wins) or
//! [`CasTable`] (every change is a compare-and-set). The kinds are different types because the
//! distributed engine cannot mix them.
//!
//! Engines: [`fjall`](FjallEngine) (embedded, on disk) and [`MemoryEngine`] (for tests). Both run the
//! suite in [`conformance`]. This crate must not know what the rows mean.

mod check;
pub mod conformance;
mod error;
mod fjall_engine;
mod keys;
pub mod limits;
mod memory;
mod page;
mod table;

pub use error::EngineError;
pub use fjall_engine::FjallEngine;
pub use memory::MemoryEngine;
pub use page::{Direction, Page, PageLimit, Range};
pub use table::{CasTable, Durability, Engine, Mutation, RowTable, SharedEngine, TableKind};
