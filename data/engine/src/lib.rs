//! An ordered wide-row store behind one trait.
//!
//! A table is a set of partitions; a partition is an ordered map from item key to value, each with the
//! stamp of its write and, if it has one, its expiry. Writes to one partition can be atomic, a range is
//! deleted by one tombstone, reads are ranges in either direction, pages are bounded in bytes, and a
//! table is scanned by token range. A table is of one of two kinds, fixed when it is first opened:
//! [`RowTable`] (the last write wins, by [`Stamp`]) or [`CasTable`] (every change is a compare-and-set).
//! The kinds are different types because the distributed engine cannot mix them.
//!
//! Engines: [`fjall`](FjallEngine) (embedded, on disk) and [`MemoryEngine`] (for tests) here; Cassandra in
//! a crate of its own. All run the suite in [`conformance`]. This crate must not know what the rows mean.

mod cell;
pub mod check;
pub mod conformance;
pub mod dump;
mod engine;
mod error;
mod fjall_engine;
#[doc(hidden)]
pub mod fuzzing;
mod keys;
pub mod limits;
mod memory;
mod mutation;
mod page;
mod range_tombstones;
mod stamp;
mod table;
mod token;

pub use cell::{Cell, Item};
pub use engine::{Durability, Engine, SharedEngine, TableKind};
pub use error::EngineError;
pub use fjall_engine::FjallEngine;
#[doc(hidden)]
pub use fjall_engine::open_database;
pub use memory::MemoryEngine;
pub use mutation::{Change, Mutation};
pub use page::{Direction, Page, PageFiller, PageLimit, Range};
pub use stamp::{Stamp, Stamps};
pub use table::{CasTable, RowTable};
pub use token::{Token, TokenRange};
