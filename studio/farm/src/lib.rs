//! The encoding farm: chunks offered on one board, done by encoders in this process and by workers in
//! any number of others.
//!
//! Whoever is free claims the most urgent chunk. A worker elsewhere fetches the master and sends the
//! chunk back over HTTP, showing the cluster's secret; its claim is a lease that heartbeats renew, so a
//! worker that dies costs the chunk it was at, which the next one makes again. What comes back is read
//! and checked here before it counts.
//!
//! This crate must not know of titles, workflows or what becomes of a chunk.

mod board;
mod farm;
mod here;
pub mod limits;
mod router;
mod wire;
mod worker;

pub use board::Lease;
pub use farm::{Farm, FarmError, Order};
pub use router::router;
pub use worker::{Worker, WorkerError};
