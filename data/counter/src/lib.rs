//! Counters: best effort in a cache, or eventually consistent on events.
//!
//! A best-effort counter is a number in a cache: fast, and gone when the cache loses it. An eventually
//! consistent one is made of events: every addition is an event of a time series, under the id of its
//! [`Token`], so that a repeated addition counts once; a rollup folds those that cannot change any more into
//! a checkpoint and moves its watermark on. [`Counters::get`] gives the checkpoint, [`Counters::get_accurate`]
//! adds what has happened since, [`Counters::recount`] folds the events again and comes to the same.
//!
//! Rollups are asked for by additions and by reads, wait in queues in memory, and write only when something
//! changed; two at once do no harm, as a checkpoint is replaced by compare-and-set. Before a slice of events
//! is dropped, every counter has folded it: the checkpoint stays when the events are gone.
//!
//! Tables: `counter.meta` (configurations) and `counter.counts` (a partition for each counter, with its
//! checkpoint), both compare-and-set, and the time series `c_<namespace>`. This crate must not know what is
//! counted.

mod config;
pub mod conformance;
mod error;
mod fold;
pub mod limits;
mod maintain;
mod pace;
mod queue;
mod record;
mod rollup;
mod service;
mod store;
mod token;

pub use config::CounterConfig;
pub use error::CounterError;
pub use maintain::Swept;
pub use rollup::RolledUp;
pub use service::{Count, Counters};
pub use token::Token;
