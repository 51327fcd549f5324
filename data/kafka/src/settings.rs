//! Where the cluster is.

/// How to reach a cluster and what to ask of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KafkaSettings {
    /// Brokers to begin with: `host:port`, separated by commas.
    pub brokers: String,
    /// Copies of each partition of a topic that is created; `-1` leaves it to the cluster.
    pub replication: i16,
}

impl KafkaSettings {
    /// A cluster's brokers, and its own replication.
    pub fn new(brokers: impl Into<String>) -> Self {
        Self {
            brokers: brokers.into(),
            replication: -1,
        }
    }
}
