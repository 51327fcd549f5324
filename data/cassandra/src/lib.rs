//! The wide-row engine on Cassandra or ScyllaDB.
