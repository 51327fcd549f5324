//! What every HTTP surface of the service shares: problem documents, limits, and a server that drains.
//!
//! This crate must not know any route.

mod limits;
mod problem;
mod server;

pub use limits::{BODY_BYTES, HEADER_READ_TIMEOUT};
pub use problem::{Problem, Result};
pub use server::{Server, ServerError, Shutdown};
