//! Logs and metrics: one way to set them up, for every role.
//!
//! Metric names are `marquee_<crate>_<what>_<unit>`; log fields are structured, messages lower case
//! without a full stop. This crate must not know what is measured.

mod logs;
mod metrics;

pub use logs::{LogFormat, init_logs};
pub use metrics::Metrics;
