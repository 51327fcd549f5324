//! Content-addressed objects: a blob's name is the BLAKE3 hash of its bytes.
//!
//! A put is verified and atomic; beside every object lies its outboard, a hash tree over 1 MiB blocks,
//! so that any block can be verified alone. This crate must not know what the objects hold.

mod hash;

pub use hash::{BadHash, ContentHash};
