//! Raw datasets: records written one by one, each edit visible at once to whoever asks to read after it.
//!
//! An edit is a message of the dataset's raw topic, durable when its token is given. Every consumer applies
//! the edits in their order, and each edit is a version: version `n` is the first `n` edits. Compaction stores
//! a version as a snapshot, so that a consumer starting later reads that and the edits after it. A raw dataset
//! is not published by a [`crate::Producer`]: its content is its edits, and it is taken back by editing.

mod consumer;
mod edit;
mod editor;

pub use consumer::RawConsumer;
pub use editor::Editor;

/// An edit's place: the version that holds it and every edit before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token(pub u64);
