//! The key-value service between processes: gRPC on both sides of `data-kv`'s trait.
//!
//! [`serve`] offers any [`data_kv::KeyValue`]; [`Connection`] is one that asks such a server. The protocol is
//! `proto/marquee/kv/v1/kv.proto`. Both sides hold the cluster's [`SharedSecret`]; errors arrive as
//! they were; compression stays with [`data_kv::Client`], which wraps either side. Connections are not
//! encrypted: they are for one machine, or for a network that is. This crate must not know what is stored.

mod connection;
mod convert;
pub mod limits;
mod proto;
mod secret;
mod server;

pub use connection::Connection;
pub use secret::{BadSharedSecret, SharedSecret};
pub use server::{DEFAULT_ADDRESS, ServeError, serve};
