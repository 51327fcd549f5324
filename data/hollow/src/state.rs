//! A version of a dataset in memory. Never changes: a change makes the next one, which shares all blocks,
//! and most of the table and the indexes, with the one before.

mod arena;
mod change;
mod rewrite;
mod rows;
mod table;
mod typed;

pub(crate) use arena::{Entry, entry, put_entry, put_varint, varint};
pub(crate) use rows::Rows;
pub use typed::State;
pub(crate) use typed::StateChange;
