//! What every HTTP surface of the service shares: problem documents, limits, routes behind a secret, a server that
//! drains, and whom our own clients trust.
//!
//! This crate must not know any route.

mod limits;
mod problem;
mod secret;
mod server;
mod trust;

pub use limits::{BODY_BYTES, HEADER_READ_TIMEOUT};
pub use problem::{Problem, Result};
pub use secret::closed;
pub use server::{Server, ServerError, Shutdown};
pub use trust::{BadAuthorities, Trust};
