//! The event log on a Kafka cluster: [`KafkaLog`] keeps what [`data_events::Log`] promises.
//!
//! Kafka's own partitions, keys, groups and committed offsets are used as they are, so that other programs
//! can share a topic. An acknowledgement means what the cluster makes of it: every replica in sync has the
//! event, in memory; `min.insync.replicas` says how many those are.
//!
//! The client is `krafka`, in Rust alone. This crate must not know what the events mean.

mod error;
mod kafka_log;
pub mod limits;
mod member;
mod reader;
mod readers;
mod record;
mod settings;
mod topics;
mod watcher;

pub use kafka_log::KafkaLog;
pub use settings::KafkaSettings;
