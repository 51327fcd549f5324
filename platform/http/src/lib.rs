//! What every HTTP surface of the service shares: problem documents, limits, routes behind a secret, and a
//! server that drains.
//!
//! This crate must not know any route.

mod limits;
mod problem;
mod secret;
mod server;

pub use limits::{BODY_BYTES, HEADER_READ_TIMEOUT};
pub use problem::{Problem, Result};
pub use secret::closed;
pub use server::{Server, ServerError, Shutdown};
