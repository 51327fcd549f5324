//! Content-addressed objects: a blob's name is the BLAKE3 hash of its bytes.
//!
//! A put is verified and atomic; beside every object lies its outboard, a hash tree over 1 MiB blocks,
//! so that any block can be verified alone. [`Objects`] is the store in a folder; [`tree`] is pure and
//! serves whoever holds blocks without the store. This crate must not know what the objects hold.

mod error;
mod folder;
mod hash;
pub mod limits;
mod objects;
pub mod tree;

pub use error::ObjectError;
pub use hash::{BadHash, ContentHash};
pub use objects::{ObjectInfo, Objects};
