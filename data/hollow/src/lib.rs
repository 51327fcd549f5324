//! Datasets held whole in memory by every consumer.
