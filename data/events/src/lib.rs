//! An append-only log of events: topics, partitions, keys, consumer groups.
//!
//! A topic's events are spread over partitions by their key; a partition keeps their order. An append is
//! acknowledged once its events are on the disk; appends that meet share one sync. A [`Consumer`] shares a
//! topic with the other members of its group and gets every event at least once; [`handoff`] makes that
//! exactly once in the state that it keeps; [`mirror`] copies topics from one log to another.
//!
//! [`Log`] is the trait; [`EventLog`] keeps segments in a folder, [`MemoryLog`] is for tests, and a Kafka
//! cluster is behind the same trait elsewhere. All run the suite in [`conformance`]. This crate must not know
//! what the events mean.

mod batch;
pub mod check;
pub mod conformance;
mod consumer;
mod error;
mod event;
mod event_log;
mod folder;
mod format_1;
#[doc(hidden)]
pub mod fuzzing;
mod group;
pub mod handoff;
pub mod limits;
mod log;
mod membership;
mod memory;
pub mod mirror;
mod partition;
mod partitioner;
mod segment;
mod settings;
mod tail;

pub use consumer::{Consumer, Delivery};
pub use error::EventError;
pub use event::{Ends, Event, NewEvent, Offset, Place};
pub use event_log::EventLog;
pub use log::{Log, SharedLog};
pub use membership::{Assignment, Membership};
pub use memory::MemoryLog;
pub use partition::TornTail;
pub use partitioner::{Turns, partition_of};
pub use settings::TopicSettings;
pub use tail::Tail;
