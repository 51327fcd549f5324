//! An append-only log of events, by topic.
//!
//! An append is acknowledged once its event is on the disk; appends that meet share one sync. Offsets are
//! dense and never reused once acknowledged. A consumer group remembers, durably, what it reads next.
//!
//! [`Log`] is the trait; [`EventLog`] keeps segments in a folder, [`MemoryLog`] is for tests. Both run the
//! suite in [`conformance`]. This crate must not know what the events mean.

pub mod conformance;
mod error;
mod event;
mod event_log;
mod frame;
pub mod limits;
mod log;
mod memory;
mod segment;
mod topic;

pub use error::EventError;
pub use event::{Event, Offset};
pub use event_log::EventLog;
pub use log::{Log, SharedLog};
pub use memory::MemoryLog;
pub use segment::TornTail;
