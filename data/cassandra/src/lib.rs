//! The wide-row engine on Apache Cassandra (4.1 and later) or `ScyllaDB`.
//!
//! [`CassandraEngine`] keeps what [`data_engine::Engine`] promises: it runs the same conformance suite. Each
//! table of the engine is a table of one keyspace, with the engine's partition as partition key and the
//! item as clustering key. A write carries the caller's stamp as its timestamp, a compare-and-set is a
//! lightweight transaction, a table's kind lies in a table of the engine's own.
//!
//! This crate must not know what the rows mean.

mod bind;
mod change;
mod cluster;
mod credentials;
mod engine;
mod error;
mod expiry;
mod key;
pub mod limits;
mod mutation;
mod name;
mod read;
mod registry;
mod ring;
mod row_size;
mod session;
mod statements;
mod table;

pub use cluster::{AddressError, Cluster};
pub use credentials::Credentials;
pub use engine::CassandraEngine;
